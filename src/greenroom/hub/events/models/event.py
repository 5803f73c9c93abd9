"""Events, their planned dates, and the sessions that really took place."""

from django.db import models
from django.db.models.functions import Now

from greenroom.hub.connections.models import Connection


class Event(models.Model):
    """An event at GoTo, of any product, with all its dates."""

    class State(models.TextChoices):
        """Where the event stands, as far as GoTo has told."""

        SCHEDULED = "scheduled", "Scheduled"
        LIVE = "live", "Live"
        ENDED = "ended", "Ended"
        MISSING = "missing", "Not found at GoTo"
        CANCELLED = "cancelled", "Cancelled"

    class Dates(models.TextChoices):
        """What one sign-up covers, derived from the keys: GoTo's own words for it contradict each other."""

        ONE = "one", "One date"
        ALL = "all", "All dates"
        PICK_ONE = "pick_one", "One of several dates"
        ANY_TIME = "any_time", "No fixed date"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="events")
    product = models.CharField(max_length=16)
    event_key = models.CharField(max_length=64)
    event_number = models.CharField(max_length=32, blank=True, help_text="The nine digits people type.")
    organizer_key = models.CharField(max_length=64)
    recurrence_key = models.CharField(max_length=64, blank=True, help_text="Shared by the dates one may pick from.")
    dates = models.CharField(max_length=16, choices=Dates, default=Dates.ONE)
    title = models.TextField()
    description = models.TextField(blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    registration_url = models.TextField(blank=True)
    join_url = models.TextField(
        blank=True, help_text="One for everybody, where nobody signs up. Never shown or logged."
    )
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
    registrants_read_at = models.DateTimeField(null=True)
    # When to read the registrants next: soon for an event that is near, seldom for one that is far.
    registrants_due_at = models.DateTimeField(null=True)
    # When to look for ended sessions and their attendance next; null when there is nothing to wait for.
    attendance_due_at = models.DateTimeField(null=True)
    attendance_read_at = models.DateTimeField(null=True)
    team_read_at = models.DateTimeField(null=True)
    recordings_read_at = models.DateTimeField(null=True)
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
    poll_count = models.PositiveIntegerField(null=True, help_text="As GoTo counts; none need be asked for at 0.")

    class Meta:
        ordering = ["started_at"]
        constraints = [models.UniqueConstraint(fields=["event", "session_key"], name="session_key_unique")]

    @property
    def duration_seconds(self) -> int:
        """Return how long it ran."""
        return max(0, int((self.ended_at - self.started_at).total_seconds()))


class SessionAnswers(models.Model):
    """What was asked in a session and what people answered, as GoTo counts it."""

    session = models.OneToOneField(EventSession, on_delete=models.CASCADE, related_name="answers")
    # `products.base.Poll` and `products.base.Question`, as JSON.
    polls = models.JSONField(default=list)
    questions = models.JSONField(default=list)
    surveys = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    read_at = models.DateTimeField()


class Recording(models.Model):
    """A recording of an event. Its links are short-lived and secret: they are asked for when somebody wants it."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="recordings")
    recording_key = models.CharField(max_length=128)
    name = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "recording_key"], name="recording_key_unique")]
