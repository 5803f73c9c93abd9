"""E-mails, and messages on their way to people."""

from django.conf import settings
from django.db import models

from greenroom.hub.contacts.models import Contact, Purpose
from greenroom.hub.mailing.words import explain
from greenroom.hub.segments.models import Segment


class Email(models.Model):
    """A mail that is written once and sent to many, with merge tags for what differs. What it says is in versions."""

    name = models.CharField(max_length=200, unique=True)
    segment = models.ForeignKey(Segment, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.ForeignKey("EmailVersion", null=True, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, help_text="Hidden since then; what was sent of it stays.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class EmailVersion(models.Model):
    """What an e-mail says. Never changed: who saves makes a new one, so that what somebody was sent can be shown."""

    email = models.ForeignKey(Email, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    subject = models.TextField()
    preheader = models.TextField(blank=True, help_text="What mail programs show beside the subject.")
    sender_name = models.TextField(blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    body = models.TextField(help_text="HTML, or plain text with empty lines between paragraphs.")
    style = models.TextField(blank=True, help_text="CSS.")
    purpose = models.ForeignKey(
        Purpose, null=True, on_delete=models.PROTECT, related_name="+", help_text="Null: a service message."
    )
    tracks_opens = models.BooleanField(default=True)
    tracks_clicks = models.BooleanField(default=True)
    allows_host_links = models.BooleanField(default=False, help_text="Somebody wants others than organizers to start.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["email", "number"], name="email_version_unique")]


class Broadcast(models.Model):
    """One sending of an e-mail to a segment, now or at a time."""

    class State(models.TextChoices):
        """Where it stands."""

        PLANNED = "planned", "Planned"
        QUEUED = "queued", "Sent"
        CANCELLED = "cancelled", "Cancelled"

    version = models.ForeignKey(EmailVersion, on_delete=models.CASCADE, related_name="broadcasts")
    segment = models.ForeignKey(Segment, null=True, on_delete=models.SET_NULL, related_name="+")
    segment_name = models.CharField(max_length=200)
    state = models.CharField(max_length=16, choices=State, default=State.PLANNED)
    starts_at = models.DateTimeField()
    in_segment = models.PositiveIntegerField(default=0, help_text="How many were in the segment when it started.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()


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
    purpose = models.ForeignKey(
        Purpose, null=True, on_delete=models.PROTECT, related_name="+", help_text="Null: a service message."
    )
    # Those made of an e-mail hold neither text nor HTML: they are made when they are sent.
    version = models.ForeignKey(EmailVersion, null=True, on_delete=models.CASCADE, related_name="messages")
    broadcast = models.ForeignKey(Broadcast, null=True, on_delete=models.CASCADE, related_name="messages")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="messages")
    about = models.CharField(max_length=64, blank=True, help_text="Key of the event of merge tags that name none.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    cause = models.CharField(max_length=200, blank=True, help_text="What asked for it, such as a course's notice.")
    dedupe_key = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    # By number: a batch is deleted when all of it is sent.
    batch_id = models.BigIntegerField(null=True)
    error = models.CharField(max_length=64, blank=True, help_text="A code of `words.explain`.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], name="message_due", condition=models.Q(state="waiting")),
            # Somebody waits for these, so they go first.
            models.Index(
                fields=["due_at", "id"],
                name="message_due_first",
                condition=models.Q(state="waiting", purpose__isnull=True),
            ),
            models.Index(fields=["batch_id"], name="message_in_batch", condition=models.Q(state="sending")),
            models.Index(fields=["created_at"], name="message_by_age"),
        ]

    def __str__(self) -> str:
        """Name the message, and nobody it is for."""
        return f"message {self.pk}"

    @property
    def reason(self) -> str:
        """Why it was not sent, in words."""
        return explain(self.error)


class Batch(models.Model):
    """
    Messages that one process sends over one connection, in the order of their ids.

    `position` is the message that is being handed over. Should the process die, those before it are sent, those after
    it are not, and of it alone nobody knows.
    """

    position = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField()


class Click(models.Model):
    """That somebody followed a link of a mail; once for each link."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="clicks", db_index=False)
    link = models.PositiveSmallIntegerField(help_text="Its place among the links of the mail.")
    clicked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "link"], name="click_unique")]
