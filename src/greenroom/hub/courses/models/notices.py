"""What people are told of their events, and by which ways."""

from datetime import datetime

from django.conf import settings
from django.db import models

from greenroom.hub.events.models import Event


class NoticeChoice(models.Model):
    """By which ways one person wants to be told. Who has no row has chosen nothing, and gets what the defaults say."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choice")
    by_mail = models.BooleanField(default=True)
    on_home = models.BooleanField(default=True)
    invitations = models.BooleanField(default=True, help_text="Mails that put a date into their calendar, and move it.")
    reminder_minutes = models.PositiveSmallIntegerField(null=True, default=60, help_text="Null is none.")


class Notice(models.Model):
    """One thing one person was told of an event; once, whatever is repeated."""

    class Kind(models.TextChoices):
        """What they were told."""

        REGISTERED = "registered", "Registered"
        WITHDRAWN = "withdrawn", "No longer registered"
        MOVED = "moved", "Moved"
        CANCELLED = "cancelled", "Cancelled"
        RETURNED = "returned", "Takes place after all"
        SOON = "soon", "Begins soon"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    # The fact it tells of, by number: facts outlive what they are about.
    fact_id = models.BigIntegerField()
    title = models.TextField()
    before = models.JSONField(default=list, help_text="The dates there were: starts and ends, ISO 8601.")
    after = models.JSONField(default=list, help_text="The dates there are.")
    made_at = models.DateTimeField()
    is_shown = models.BooleanField(help_text="On the home page, until the person puts it away.")
    seen_at = models.DateTimeField(null=True, help_text="Until then it also stands on the event's card.")

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "fact_id"], name="one_notice_per_change_and_person")]
        indexes = [models.Index(fields=["user", "-made_at"], name="notice_shown", condition=models.Q(is_shown=True))]

    @property
    def before_dates(self) -> list[tuple[datetime, datetime]]:
        """Return the dates there were."""
        return _read(self.before)

    @property
    def after_dates(self) -> list[tuple[datetime, datetime]]:
        """Return the dates there are."""
        return _read(self.after)


def _read(dates: list[list[str]]) -> list[tuple[datetime, datetime]]:
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in dates]
