"""Whom we call when something happens, and how every call went."""

from django.conf import settings
from django.db import models

from greenroom.hub.core.encryption import EncryptedTextField


class Hook(models.Model):
    """An address that is called when something happens."""

    class State(models.TextChoices):
        """Whether it is called."""

        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        DISABLED = "disabled", "Switched off after failures"
        REMOVED = "removed", "Removed"

    class Platform(models.TextChoices):
        """Who listens there; decides the form of what is sent."""

        GENERIC = "generic", "Any program"
        POWER_AUTOMATE = "power_automate", "Power Automate"
        ZAPIER = "zapier", "Zapier"
        N8N = "n8n", "n8n"
        MAKE = "make", "Make"

    class Form(models.TextChoices):
        """How an item is sent."""

        ENVELOPE = "envelope", "Envelope with the item inside"
        FLAT = "flat", "The item's members on top"
        CLOUDEVENTS = "cloudevents", "CloudEvents 1.0"

    public_id = models.CharField(max_length=32, unique=True)
    # As `callers.Caller.owner`; the hook ends with the key.
    owner = models.CharField(max_length=64, db_index=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    connection_ids = models.JSONField(null=True, help_text="The accounts the key may touch; null is all of them.")
    target_url = EncryptedTextField(help_text="Platforms' addresses let in whoever knows them.")
    target_digest = models.CharField(max_length=64)
    trigger_types = models.JSONField()
    # Narrows what is sent: {"product", "event", "title_contains", "minutes", "segment_id", ...}.
    filter = models.JSONField(default=dict)
    subscription_digest = models.CharField(max_length=64, help_text="Of owner, target, types and filter.")
    platform = models.CharField(max_length=16, choices=Platform, default=Platform.GENERIC)
    form = models.CharField(max_length=16, choices=Form, default=Form.ENVELOPE)
    secret = EncryptedTextField()
    # Signs as well until then, while receivers change over.
    old_secret = EncryptedTextField(blank=True)
    old_secret_until = models.DateTimeField(null=True)
    # In the address that ends it; kept so that it can be told again to whoever subscribes a second time.
    unsubscribe_token = EncryptedTextField()
    state = models.CharField(max_length=16, choices=State, default=State.ACTIVE)
    state_reason = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            # Saving a flow twice must not double what it gets.
            models.UniqueConstraint(
                fields=["subscription_digest"],
                condition=~models.Q(state="removed"),
                name="one_hook_per_subscription",
            )
        ]


class HookDelivery(models.Model):
    """One item on its way to one hook: the outbox towards other programs."""

    class State(models.TextChoices):
        """How far it got."""

        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        DEAD = "dead", "Given up"

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    # The same on every attempt and replay: receivers know by it what they have had.
    message_id = models.CharField(max_length=64)
    trigger_type = models.CharField(max_length=64)
    fact_id = models.BigIntegerField(null=True)
    happened_at = models.DateTimeField()
    payload = EncryptedTextField(help_text="Holds personal data. Emptied after a while.")
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # While it is being sent this lies ahead, so that nobody else sends it; should the sender die, it is due again.
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, help_text="When it was tried first.")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["hook", "message_id"], name="one_delivery_per_item")]
        indexes = [
            models.Index(fields=["hook", "state", "due_at"], name="hook_delivery_due"),
            models.Index(fields=["hook", "-id"], name="hook_delivery_log"),
            models.Index(fields=["created_at"], name="hook_delivery_by_age"),
        ]


class HookAttempt(models.Model):
    """One call of a hook and what came back."""

    delivery = models.ForeignKey(HookDelivery, on_delete=models.CASCADE, related_name="attempt_log")
    attempted_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=64, blank=True)
    answer = models.TextField(blank=True, help_text="The beginning of what came back.")

    class Meta:
        ordering = ["pk"]
