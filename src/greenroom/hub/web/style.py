"""Every piece of the pages in its states, on one page, for those who write pages."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from greenroom.hub.core import clock
from greenroom.hub.web.context import NavigationItem
from greenroom.hub.web.templatetags._icons import ICONS


class SampleForm(forms.Form):
    """One field of each kind."""

    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    organization = forms.CharField(required=False, help_text="As it should stand on the certificate.")
    country = forms.ChoiceField(choices=[("", "Choose a country"), ("de", "Germany"), ("in", "India")])
    size = forms.ChoiceField(
        label="How many people teach with you?",
        choices=[("1", "Only me"), ("5", "Two to five"), ("9", "More than five")],
        widget=forms.RadioSelect,
    )
    topics = forms.MultipleChoiceField(
        required=False,
        choices=[("prune", "Pruning"), ("graft", "Grafting"), ("soil", "Soil")],
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose any number.",
    )
    question = forms.CharField(label="What do you want to ask?", required=False, widget=forms.Textarea)
    consent = forms.BooleanField(label="I agree that the organizer sees my name and e-mail address.")


def style(request: HttpRequest) -> HttpResponse:
    """Show the style page; in production there is none."""
    if not settings.DEBUG:
        raise Http404
    now = clock.now().replace(second=0, microsecond=0)
    starts_at = now.replace(hour=14, minute=0) + timedelta(days=9)
    weeks = [f"{now - timedelta(weeks=11 - i):%-d %b}" for i in range(12)]
    numbers = [4, 9, 7, 16, 22, 19, 31, 38, 35, 52, 61, 74]
    return render(
        request,
        "web/style.html",
        {
            "navigation": _sample_navigation(request),
            "now": now,
            "live_end": now + timedelta(minutes=50),
            "soon": now + timedelta(minutes=62),
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=90),
            "late_end": starts_at + timedelta(hours=13),
            "form": SampleForm(),
            "bad_form": SampleForm({"email": "lena@", "country": "", "organization": "Orchard school"}),
            "page": Paginator(range(1, 96), 20).page(2),
            "states": [("upcoming", "Upcoming", 12), ("live", "Live", 1), ("ended", "Ended", 82)],
            "stays": [(0, 1500), (1620, 2900), (3100, 3600)],
            "late_stay": [(2400, 3600)],
            "funnel_steps": [("Invited", 480), ("Registered", 212), ("Attended", 139)],
            "icons": sorted(ICONS),
            "points": list(zip(weeks, numbers, strict=True)),
        },
    )


def _sample_navigation(request: HttpRequest) -> list[NavigationItem]:
    labels = [("Learn", "learn"), ("Events", "calendar"), ("Site", "site")]
    return [NavigationItem(label, request.path, icon, label == "Events") for label, icon in labels]
