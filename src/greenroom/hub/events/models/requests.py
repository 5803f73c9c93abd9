"""What people asked of us and GoTo has to be told: the outbox towards GoTo."""

from django.conf import settings
from django.db import models

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models.event import Event
from greenroom.hub.events.models.people import Registrant


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
    replaces = models.ForeignKey(
        Event, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Given up once this one is certain."
    )
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    # The caller's own, where it gave one: the same key is the same sign-up and the same answer.
    idempotency_key = models.CharField(max_length=128, null=True, unique=True)

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


class EventAct(models.Model):
    """
    Something to be done to an event at GoTo, kept until GoTo has answered: the outbox of all but sign-ups.

    A create that was sent and whose answer was lost is settled by looking the event up, never by asking twice.
    """

    class Verb(models.TextChoices):
        """What is to be done; `services.acts` says what each needs in `wanted`."""

        CREATE = "create", "Create"
        UPDATE = "update", "Change"
        CANCEL = "cancel", "Cancel"
        RESEND_CONFIRMATION = "resend_confirmation", "Send the confirmation again"
        ADD_TEAM_MEMBER = "add_team_member", "Add to the team"
        REMOVE_TEAM_MEMBER = "remove_team_member", "Take off the team"

    class State(models.TextChoices):
        """How far we got."""

        PENDING = "pending", "On its way to GoTo"
        UNCLEAR = "unclear", "Needs a look"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="acts")
    product = models.CharField(max_length=16)
    event = models.ForeignKey(
        Event, null=True, on_delete=models.PROTECT, related_name="acts", help_text="Null until GoTo has made it."
    )
    verb = models.CharField(max_length=32, choices=Verb)
    wanted = models.JSONField(default=dict)
    # The caller's own; the same key is the same act, whoever repeats it.
    idempotency_key = models.CharField(max_length=128, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.PENDING)
    sent_at = models.DateTimeField(null=True, help_text="Set before GoTo is asked: from then on it may have happened.")
    event_key = models.CharField(max_length=64, blank=True, help_text="Of what GoTo made; it is not asked for again.")
    tries = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=64, blank=True)
    refusal = models.TextField(blank=True, help_text="One sentence for the person.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["event", "-asked_at"], name="act_by_event")]
