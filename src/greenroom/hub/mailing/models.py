"""Messages on their way to people."""

from django.conf import settings
from django.db import models

from greenroom.hub.contacts.models import Contact


class Purpose(models.TextChoices):
    """Why somebody is written to, which decides what they must have agreed to."""

    SERVICE = "service", "Service: what somebody signed up for"
    MARKETING = "marketing", "Marketing: only with their consent"


class Message(models.Model):
    """
    One mail to one person.

    The row is the truth: it is written in the transaction of what it tells of, and a job sends it. `dedupe_key` makes
    one wish one mail, however often it is asked for.
    """

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        UNSURE = "unsure", "Perhaps sent"
        FAILED = "failed", "Failed"
        BOUNCED = "bounced", "Came back"
        SUPPRESSED = "suppressed", "Held back"

    to = models.CharField(max_length=254)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    attachments = models.JSONField(default=list, blank=True, help_text="`name`, `content_type` and `content` (base64).")
    purpose = models.CharField(max_length=16, choices=Purpose, default=Purpose.SERVICE)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="messages")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    cause = models.CharField(max_length=200, blank=True, help_text="What asked for it, such as a course's notice.")
    dedupe_key = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    # By number: a batch is deleted when all of it is sent.
    batch_id = models.BigIntegerField(null=True)
    error = models.CharField(max_length=64, blank=True, help_text="A code of `words.explain_error`.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["purpose", "due_at", "id"], name="message_due", condition=models.Q(state="waiting")),
            models.Index(fields=["batch_id"], name="message_in_batch", condition=models.Q(state="sending")),
            models.Index(fields=["created_at"], name="message_by_age"),
        ]

    def __str__(self) -> str:
        """Name the message, and nobody it is for."""
        return f"message {self.pk}"


class Batch(models.Model):
    """
    Messages that one process sends over one connection, in the order of their ids.

    `position` is the message that is being handed over. Should the process die, those before it are sent, those after
    it are not, and of it alone nobody knows.
    """

    position = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField()
