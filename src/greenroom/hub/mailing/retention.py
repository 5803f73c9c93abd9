"""How long the text of mails is kept; that they were sent, and what became of them, stays."""

from datetime import datetime, timedelta

from django.conf import settings

from greenroom.hub.core import clock
from greenroom.hub.mailing.models import Message

State = Message.State
_UNDER_WAY = (State.WAITING, State.SENDING)
_AT_ONCE = 5000


def is_body_kept(message: Message) -> bool:
    """Tell whether what a mail said may still be shown."""
    since = _kept_since()
    return since is None or message.created_at >= since


def drop_bodies() -> int:
    """
    Empty the texts and attachments of mails that are older than the site keeps them, and return how many.

    Those made of an e-mail hold none: they are not shown any more, and what the e-mail itself says stays.
    """
    since = _kept_since()
    if since is None:
        return 0
    old = Message.objects.filter(created_at__lt=since, version=None).exclude(state__in=_UNDER_WAY).exclude(text="")
    dropped = last = 0
    while pks := list(old.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        Message.objects.filter(pk__in=pks).update(text="", html="", attachments=[], headers={})
        dropped, last = dropped + len(pks), pks[-1]
    return dropped


def _kept_since() -> datetime | None:
    days: int = settings.MAIL_RETENTION_DAYS
    return clock.now() - timedelta(days=days) if days else None
