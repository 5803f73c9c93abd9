"""The ledger of facts and the cursors of its readers."""

from typing import Any

from django.db import models
from django.db.models import Q


class CurrentTransaction(models.Func):
    """
    The number of the running transaction on PostgreSQL, which grows; 0 on SQLite, which has one writer.

    On PostgreSQL a migration has added an offset to the column's default; see `adopting`.
    """

    template = "0"
    arity = 0
    allowed_default = True
    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Ask PostgreSQL; its 64-bit numbers never wrap."""
        return self.as_sql(compiler, connection, template="pg_current_xact_id()::text::bigint", **extra)


class Fact(models.Model):
    """
    One thing that happened.

    Facts are written in the transaction of the change that caused them, never changed (a trigger sees to it;
    only `email` and `data` can be blanked when a person is erased) and read by cursor in the order (tx, id).
    Upper layers are named by number, without foreign keys, so that this layer knows none of them and facts
    outlive their objects.
    """

    class Kind(models.TextChoices):
        """What can happen. The column takes any text, so that a new kind needs no migration."""

        CONNECTED = "connected"
        DISCONNECTED = "disconnected"
        RECONNECT_NEEDED = "reconnect_needed"
        EVENT_CREATED = "event_created"
        EVENT_CHANGED = "event_changed"
        EVENT_CANCELLED = "event_cancelled"
        STARTS_SOON = "starts_soon"
        SESSION_STARTED = "session_started"
        SESSION_ENDED = "session_ended"
        RECORDING_READY = "recording_ready"
        REGISTERED = "registered"
        APPROVED = "approved"
        DENIED = "denied"
        LINKED = "linked"
        CANCELLED = "cancelled"
        JOINED = "joined"
        LEFT = "left"
        ATTENDED = "attended"
        ABSENT = "absent"
        SURVEY_SUBMITTED = "survey_submitted"
        ATTENDANCE_READ = "attendance_read"
        ATTENDANCE_FINAL = "attendance_final"
        ATTENDANCE_CLOSED = "attendance_closed"
        ENROLLED = "enrolled"
        ITEM_COMPLETED = "item_completed"
        COURSE_COMPLETED = "course_completed"
        MAIL_SENT = "mail_sent"
        MAIL_OPENED = "mail_opened"
        MAIL_CLICKED = "mail_clicked"
        MAIL_BOUNCED = "mail_bounced"
        FORM_SUBMITTED = "form_submitted"
        CAMPAIGN_STEP = "campaign_step"
        CONTACT_CREATED = "contact_created"
        CONSENT_GRANTED = "consent_granted"
        CONSENT_WITHDRAWN = "consent_withdrawn"
        CONTACT_SILENCED = "contact_silenced"
        SEGMENT_ENTERED = "segment_entered"
        SEGMENT_LEFT = "segment_left"
        TAG_ADDED = "tag_added"
        TAG_REMOVED = "tag_removed"
        HOOK_EXHAUSTED = "hook_exhausted"
        HOOK_DISABLED = "hook_disabled"

    kind = models.CharField(max_length=64)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    # The same news by webhook, by sync and by our own door is one fact.
    dedupe_key = models.TextField(unique=True)
    tx = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    connection_id = models.BigIntegerField(null=True)
    event_id = models.BigIntegerField(null=True)
    session_id = models.BigIntegerField(null=True)
    registrant_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    contact_id = models.BigIntegerField(null=True)
    email = models.CharField(max_length=254, null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["tx", "id"], name="fact_reading_order"),
            *(
                models.Index(
                    fields=[f"{about}", "happened_at"],
                    condition=Q(**{f"{about}__isnull": False}),
                    name=f"fact_timeline_{about.removesuffix('_id')}",
                )
                for about in ("event_id", "registrant_id", "user_id", "contact_id")
            ),
            # Of people who attended and are in no list of registrants; the others are found by their sign-up.
            models.Index(
                fields=["email"],
                condition=Q(registrant_id__isnull=True, email__isnull=False),
                name="fact_of_an_address",
            ),
        ]

    def __str__(self) -> str:
        """Name the fact."""
        return f"{self.kind} {self.dedupe_key}"


class ReaderCursor(models.Model):
    """How far a reader has come: everything up to (tx, fact_id) has taken effect, nothing after it."""

    name = models.CharField(max_length=200, unique=True)
    tx = models.BigIntegerField(default=0)
    fact_id = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField()
    last_error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        """Name the reader."""
        return self.name
