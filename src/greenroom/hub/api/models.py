"""What the API remembers between calls: answers to repeat, and how often somebody has called."""

from django.db import models

from greenroom.hub.core.encryption import EncryptedTextField


class IdempotentAnswer(models.Model):
    """
    The answer to a call that carried an Idempotency-Key, kept for a day.

    Written before the call is carried out, so that a second one with the same key waits or is told to.
    """

    owner = models.CharField(max_length=64)
    operation_id = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, help_text="Null while it is being carried out.")
    # Both may hold secrets: a new hook's, or the address that ends it.
    headers = EncryptedTextField(default="", help_text="A JSON object.")
    content = EncryptedTextField(default="", help_text="The body as it was sent.")
    began_at = models.DateTimeField()
    # A call whose process died is taken over after this.
    held_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "operation_id", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["began_at"], name="idempotent_by_age")]


class CallWindow(models.Model):
    """How many calls an owner has made in the window that runs. One row per owner and limit."""

    owner = models.CharField(max_length=64)
    limit = models.CharField(max_length=160, help_text="`connection`, or `poll` and a digest of what is polled.")
    began_at = models.FloatField(help_text="Seconds since 1970, UTC.")
    calls = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "limit"], name="one_window_per_limit")]
