"""What GoTo said and we did not take at its word; a person can look and decide."""

from django.conf import settings
from django.db import models

from greenroom.hub.connections.models import Connection
from greenroom.hub.core.encryption import EncryptedTextField
from greenroom.hub.events.models.event import Event, EventSession


class Listing(models.TextChoices):
    """What was listed."""

    EVENTS = "events", "Events"
    REGISTRANTS = "registrants", "Registrants"
    ATTENDANCE = "attendance", "Attendance"
    SESSIONS = "sessions", "Sessions"


def place_of(event_id: int | None, session_id: int | None) -> str:
    """Return what names an event and a session where either may be missing."""
    return f"{event_id or 0}:{session_id or 0}"


class HeldAnswer(models.Model):
    """
    An answer in which so much was gone that it is not obeyed until GoTo gives it twice, or a person says so.

    `digest` is of what would go: people who sign up meanwhile do not make it another answer. One that a person does not
    believe is not obeyed however often GoTo gives it.
    """

    class State(models.TextChoices):
        """What became of it."""

        HELD = "held", "Held"
        OBEYED = "obeyed", "Obeyed"
        OVERTAKEN = "overtaken", "Overtaken by a fuller answer"
        DISMISSED = "dismissed", "Not believed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="held_answers")
    product = models.CharField(max_length=16)
    event = models.ForeignKey(Event, null=True, on_delete=models.CASCADE, related_name="held_answers")
    session = models.ForeignKey(EventSession, null=True, on_delete=models.CASCADE, related_name="held_answers")
    listing = models.CharField(max_length=16, choices=Listing)
    place = models.CharField(max_length=64, help_text="Names event and session, which may be null, for the constraint.")
    digest = models.CharField(max_length=64)
    rows_before = models.PositiveIntegerField()
    rows_gone = models.PositiveIntegerField()
    gone = EncryptedTextField(blank=True, help_text="The keys of what would go, as JSON; some are addresses.")
    state = models.CharField(max_length=16, choices=State, default=State.HELD)
    first_seen_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "product", "listing", "place"],
                condition=models.Q(state="held"),
                name="one_held_answer",
            )
        ]


class SetAsideRow(models.Model):
    """One row of GoTo's that could not be read. It stopped none of the others, and goes when it can be read again."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="set_aside_rows")
    product = models.CharField(max_length=16)
    event = models.ForeignKey(Event, null=True, on_delete=models.CASCADE, related_name="set_aside_rows")
    session = models.ForeignKey(EventSession, null=True, on_delete=models.CASCADE, related_name="set_aside_rows")
    listing = models.CharField(max_length=16, choices=Listing)
    place = models.CharField(max_length=64, help_text="Names event and session, which may be null, for the constraint.")
    raw = EncryptedTextField(help_text="As GoTo sent it: holds personal data.")
    raw_digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, help_text="Names the member that does not fit, never its value.")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "product", "listing", "place", "raw_digest"],
                name="set_aside_once",
            )
        ]
