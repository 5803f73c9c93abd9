"""
The mirror: what GoTo says of events, registrants, sessions and attendance.

Keys are GoTo's own, always text, unique per connection. Rows are never deleted: what is gone at GoTo is marked.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from greenroom.hub.connections.models import Connection


class Event(models.Model):
    """A webinar or training at GoTo, with all its dates."""

    class State(models.TextChoices):
        """Where the event stands, as far as GoTo has told."""

        SCHEDULED = "scheduled", "Scheduled"
        LIVE = "live", "Live"
        ENDED = "ended", "Ended"
        MISSING = "missing", "Not found at GoTo"
        CANCELLED = "cancelled", "Cancelled"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="events")
    product = models.CharField(max_length=16)
    event_key = models.CharField(max_length=64)
    event_number = models.CharField(max_length=32, blank=True, help_text="The nine digits people type.")
    organizer_key = models.CharField(max_length=64)
    recurrence_key = models.CharField(max_length=64, blank=True)
    title = models.TextField()
    description = models.TextField(blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    registration_url = models.TextField(blank=True)
    needs_approval = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State, default=State.SCHEDULED)
    starts_at = models.DateTimeField(null=True, help_text="Start of the first date.")
    ends_at = models.DateTimeField(null=True, help_text="End of the last date.")
    live_since = models.DateTimeField(null=True)
    watched_until = models.DateTimeField(null=True, help_text="Set when somebody went to start it from here.")

    # What the organizer asks at sign-up (`registration_form.RegistrationForm`), as read from GoTo.
    registration_form = models.JSONField(null=True)
    registration_form_read_at = models.DateTimeField(null=True)

    digest = models.CharField(max_length=64, blank=True, help_text="Of the event as listed; equal means unchanged.")
    registrants_digest = models.CharField(max_length=64, blank=True)
    # A list that shrank sharply is obeyed only when GoTo gives the same one twice.
    held_digest = models.CharField(max_length=64, blank=True)
    registrants_read_at = models.DateTimeField(null=True)
    # When to look for ended sessions and their attendance next; null when there is nothing to wait for.
    attendance_due_at = models.DateTimeField(null=True)
    attendance_read_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "event_key"], name="event_key_unique")]
        indexes = [
            models.Index(fields=["starts_at"], name="event_starts"),
            models.Index(fields=["event_key"], name="event_by_key"),
            models.Index(
                fields=["attendance_due_at"], name="event_due", condition=models.Q(attendance_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class EventTime(models.Model):
    """One planned date of an event."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.UniqueConstraint(fields=["event", "starts_at"], name="event_time_unique")]


class EventSession(models.Model):
    """One run of an event that really took place; GoTo tells of it after its end."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    # Final once GoTo gave the same attendance twice, an hour or more apart.
    is_final = models.BooleanField(default=False)
    attendance_digest = models.CharField(max_length=64, blank=True)
    attendance_changed_at = models.DateTimeField(null=True)
    attendance_read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["started_at"]
        constraints = [models.UniqueConstraint(fields=["event", "session_key"], name="session_key_unique")]

    @property
    def duration_seconds(self) -> int:
        """Return how long it ran."""
        return max(0, int((self.ended_at - self.started_at).total_seconds()))


class Registrant(models.Model):
    """A person signed up for an event, by whatever door."""

    class Status(models.TextChoices):
        """GoTo's word on the sign-up."""

        APPROVED = "APPROVED", "Approved"
        WAITING = "WAITING", "Waiting for approval"
        DENIED = "DENIED", "Denied"

    # The constraint and the index below serve for both keys: lists of tens of thousands are written here.
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="registrants", db_index=False)
    registrant_key = models.CharField(max_length=64)
    email = models.CharField(max_length=254, help_text="In lower case.")
    first_name = models.TextField(blank=True)
    last_name = models.TextField(blank=True)
    status = models.CharField(max_length=32)
    registered_at = models.DateTimeField(null=True)
    join_url = models.TextField(blank=True, help_text="Admits its bearer: never shown, logged or exported.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    gone_at = models.DateTimeField(null=True)
    # Counts the times this person came back after being gone, so that each sign-up is a fact of its own.
    generation = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Set when we signed the person up: GoTo's lists may lag behind what it answered us.
    registered_here_at = models.DateTimeField(null=True)
    digest = models.BigIntegerField(default=0, db_default=0)
    written_by = models.BigIntegerField(default=0, db_default=0, help_text="The pass of sync that wrote the row last.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "registrant_key"], name="registrant_key_unique")]
        indexes = [
            models.Index(fields=["event", "email"], name="registrant_by_email"),
            models.Index(fields=["user"], name="registrant_by_user", condition=models.Q(user__isnull=False)),
        ]

    @property
    def is_there(self) -> bool:
        """Whether GoTo still has this sign-up."""
        return self.gone_at is None

    def get_full_name(self) -> str:
        """Return first and last name, or the address when GoTo has no name."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


class Attendee(models.Model):
    """
    One person in one session, over all the times and devices they joined with.

    `intervals` are [join, leave] in whole seconds from the session's start, cleaned and merged.
    """

    session = models.ForeignKey(EventSession, on_delete=models.CASCADE, related_name="attendees")
    attendee_key = models.CharField(
        max_length=254, help_text="GoTo's registrant key, or the address where it has none."
    )
    registrant = models.ForeignKey(Registrant, null=True, on_delete=models.SET_NULL, related_name="attendances")
    email = models.CharField(max_length=254)
    first_name = models.TextField(blank=True)
    last_name = models.TextField(blank=True)
    intervals = models.JSONField(default=list)
    attended_seconds = models.PositiveIntegerField()
    reported_seconds = models.PositiveIntegerField(help_text="GoTo's own total.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "attendee_key"], name="attendee_unique")]
        indexes = [models.Index(fields=["session", "email"], name="attendee_by_email")]


class RegistrationRequest(models.Model):
    """
    What a person asked of us: to be signed up for an event, or to be taken off it again.

    Kept until GoTo has answered, however long that takes; nobody is asked to type it again.
    """

    class State(models.TextChoices):
        """How far we got."""

        PENDING = "pending", "On its way to GoTo"
        DELIVERED = "delivered", "Delivered"
        REFUSED = "refused", "Refused by GoTo"
        CANCELLING = "cancelling", "Cancellation on its way to GoTo"
        CANCELLED = "cancelled", "Cancelled"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    email = models.CharField(max_length=254, help_text="In lower case.")
    answers = models.JSONField(help_text="`registration_form.Answers`")
    state = models.CharField(max_length=16, choices=State, default=State.PENDING)
    registrant = models.ForeignKey(Registrant, null=True, on_delete=models.SET_NULL, related_name="+")
    tries = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=64, blank=True)
    refusal = models.TextField(blank=True, help_text="One sentence for the person.")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Pressing Register twice, in two tabs or by two doors, is one request.
            models.UniqueConstraint(
                fields=["event", "email"],
                condition=models.Q(state__in=["pending", "delivered", "cancelling"]),
                name="one_open_request",
            )
        ]
        indexes = [models.Index(fields=["event", "user"], name="request_by_user")]
