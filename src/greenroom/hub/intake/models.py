"""What GoTo was told to send us, with which secrets it signs, and what it sent."""

from django.db import models

from greenroom.hub.connections.models import Connection
from greenroom.hub.core.encryption import EncryptedTextField


class WebhookSecret(models.Model):
    """
    A secret GoTo signs with. It belongs to our OAuth client, so one is shared by all connections.

    GoTo lists no secrets, so each is kept; while one follows another, both are tried (that they overlap is assumed).
    """

    client_id = models.CharField(max_length=255, help_text="Our OAuth client at GoTo that it belongs to.")
    secret_id = models.CharField(max_length=64)
    value = EncryptedTextField()
    valid_from = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, help_text="From when on it proves nothing any more.")

    class Meta:
        ordering = ["-valid_from", "-pk"]
        constraints = [models.UniqueConstraint(fields=["client_id", "secret_id"], name="secret_id_unique")]


class WebhookSubscription(models.Model):
    """One kind of event of one organizer that GoTo sends us: a webhook and the organizer's subscription to it."""

    class State(models.TextChoices):
        """How far the set-up got."""

        WANTED = "wanted", "To be set up"
        ACTIVE = "active", "Active"
        FAILED = "failed", "Could not be set up"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="webhook_subscriptions")
    event_name = models.CharField(max_length=64)
    callback_url = models.TextField(blank=True)
    webhook_key = models.CharField(max_length=64, blank=True)
    subscription_key = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.WANTED)
    made_at = models.DateTimeField(null=True, help_text="When GoTo made the webhook; it lists it some seconds later.")
    checked_at = models.DateTimeField(null=True, help_text="When GoTo last said that it is active.")
    last_error = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["connection", "event_name"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "event_name"], name="one_subscription_per_event_name")
        ]


class WebhookDelivery(models.Model):
    """
    One delivery of GoTo's, stored before it is answered and applied afterwards.

    GoTo may deliver it again, at any time and in any order: `event_key` makes it one.
    """

    class State(models.TextChoices):
        """What became of it."""

        STORED = "stored", "Waiting"
        ASKING = "asking", "GoTo is asked"
        APPLIED = "applied", "Applied"
        IGNORED = "ignored", "Nothing to do"
        FAILED = "failed", "Could not be applied"

    # The constraint and the index below serve for it.
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="webhook_deliveries", db_index=False
    )
    event_name = models.CharField(max_length=64)
    event_key = models.CharField(max_length=128)
    body = EncryptedTextField(help_text="As GoTo sent it: holds personal data and join links. Emptied after a while.")
    state = models.CharField(max_length=16, choices=State, default=State.STORED)
    reason = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "event_name", "event_key"], name="one_delivery_per_event")
        ]
        indexes = [
            models.Index(fields=["connection", "state", "id"], name="delivery_by_state"),
            models.Index(fields=["connection", "received_at"], name="delivery_by_time"),
        ]
