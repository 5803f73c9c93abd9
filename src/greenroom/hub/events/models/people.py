"""Who signed up, who was there, and who helps to hold an event."""

from django.conf import settings
from django.db import models

from greenroom.hub.events.models.event import Event, EventSession


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
            # Of one event, and of all: somebody new here is given the sign-ups made under their address.
            models.Index(fields=["email", "event"], name="registrant_by_address"),
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


class AttendeeMatch(models.Model):
    """
    What a person decided about an attendee whom neither key nor address ties to a sign-up.

    Kept apart from `Attendee`, whose rows are written anew whenever GoTo corrects its attendance.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="matches")
    attendee_key = models.CharField(max_length=254)
    registrant = models.ForeignKey(
        Registrant, null=True, on_delete=models.CASCADE, related_name="+", help_text="Null: it is nobody of ours."
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "attendee_key"], name="one_match_per_attendee")]


class TeamMember(models.Model):
    """Somebody who helps to hold an event."""

    class Role(models.TextChoices):
        """What they do."""

        CO_ORGANIZER = "co_organizer", "Co-organizer"
        PANELIST = "panelist", "Panelist"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="team")
    role = models.CharField(max_length=16, choices=Role)
    member_key = models.CharField(max_length=64)
    name = models.TextField(blank=True)
    email = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering = ["role", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["event", "role", "member_key"], name="team_member_unique")]
