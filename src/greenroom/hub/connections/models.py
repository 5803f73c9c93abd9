"""Connected GoTo accounts and the pace at which we may call GoTo."""

from django.conf import settings
from django.db import models

from greenroom.hub.connections.scopes import Scope, list_missing_scopes
from greenroom.hub.core.encryption import EncryptedTextField


class Connection(models.Model):
    """
    One GoTo organizer who let us act for them.

    Never deleted: a disconnected account keeps its events and their history, and connecting it again revives the row.
    """

    class State(models.TextChoices):
        """Whether calls can be made."""

        ACTIVE = "active", "Connected"
        RECONNECT_NEEDED = "reconnect_needed", "Needs to be connected again"
        DISCONNECTED = "disconnected", "Disconnected"

    account_key = models.CharField(max_length=64)
    organizer_key = models.CharField(max_length=64, unique=True)
    account_name = models.CharField(max_length=255, blank=True)
    organizer_name = models.CharField(max_length=255)
    organizer_email = models.CharField(max_length=254)
    time_zone = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.ACTIVE)

    access_token = EncryptedTextField(blank=True)
    refresh_token = EncryptedTextField(blank=True)
    access_token_expires_at = models.DateTimeField(null=True)
    scope = models.TextField(blank=True)
    # Held by the one process that renews the tokens; see `tokens.ConnectionTokens`.
    refresh_lease = models.CharField(max_length=32, blank=True)
    refresh_lease_until = models.DateTimeField(null=True)
    # Grows with every renewal: whoever was paused for long knows by it whether newer tokens are there.
    token_version = models.PositiveBigIntegerField(default=0, db_default=0)

    connected_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    connected_at = models.DateTimeField()
    # What is older was there before us and is no news; not moved by connecting again, or what happened while nobody
    # could ask GoTo would never be told. Null for accounts from before there was this column.
    first_connected_at = models.DateTimeField(null=True)
    disconnected_at = models.DateTimeField(null=True)
    last_call_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=64, blank=True)
    last_error_at = models.DateTimeField(null=True)
    # Open to every course, form and campaign, or only to those of `ConnectionUse`.
    is_open_to_all = models.BooleanField(default=True)
    # Until when GoTo's webhooks may be relied on: sync then reads seldom what they would tell. See `intake`.
    webhooks_trusted_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["account_name", "organizer_name"]

    def __str__(self) -> str:
        """Name the organizer and the account."""
        return f"{self.organizer_name}, {self.account_name}" if self.account_name else self.organizer_name

    @property
    def is_usable(self) -> bool:
        """Whether calls may be tried."""
        return self.state == self.State.ACTIVE

    @property
    def missing_scopes(self) -> list[Scope]:
        """What GoTo did not grant though we need it; nothing for an account that is not connected."""
        return list_missing_scopes(self.scope) if self.is_usable else []


class Revocation(models.Model):
    """A refresh token that is forgotten here and that GoTo has yet to be asked to end."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="revocations")
    refresh_token = EncryptedTextField()
    asked_at = models.DateTimeField()


class ConnectionUse(models.Model):
    """Leave for one course, form or campaign to use a connection that is not open to all of them."""

    class UsedBy(models.TextChoices):
        """What may use it."""

        COURSE = "course", "Course"
        FORM = "form", "Form"
        CAMPAIGN = "campaign", "Campaign"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="uses")
    used_by = models.CharField(max_length=16, choices=UsedBy)
    # By number: this layer knows nothing of those above it.
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "used_by", "object_id"], name="one_leave_per_object")
        ]
        indexes = [models.Index(fields=["used_by", "object_id"], name="use_by_object")]


class Pace(models.Model):
    """
    The next free moment to call one of GoTo's APIs, shared by every process.

    One row per API. A caller moves `free_at` on by one interval and waits for the moment it took; so calls are evenly
    spaced, in the order they asked, and no window of a second ever holds more than the limit. One statement per call.
    """

    bucket = models.CharField(max_length=32, primary_key=True)
    free_at = models.FloatField(help_text="Seconds since 1970, UTC.")
    day = models.DateField()
    calls_today = models.PositiveIntegerField()
