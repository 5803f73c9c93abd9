"""Counting how often a form is shown, without knowing to whom."""

import re

from django.db.models import F

from greenroom.hub.core import clock
from greenroom.hub.webforms.models import FormViews, WebForm

# Programs that say what they are; people's browsers always say something.
_PROGRAMS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scan|monitor|headless|lighthouse|facebookexternalhit|whatsapp"
    r"|curl|wget|python|java/|go-http|okhttp|httpclient|http-client|axios|node-fetch",
    re.IGNORECASE,
)


def count_view(*, form: WebForm, browser: str) -> None:
    """
    Count that a form was shown, unless a program asked for it. One statement, but for the first one of a day.

    Args:
        browser: what it says of itself; only looked at.
    """
    if not browser or _PROGRAMS.search(browser):
        return
    today = FormViews.objects.filter(form=form, day=clock.now().date())
    if not today.update(count=F("count") + 1):
        FormViews.objects.bulk_create([FormViews(form=form, day=clock.now().date())], ignore_conflicts=True)
        today.update(count=F("count") + 1)
