"""
Sending what is in line, each message once.

A mail server takes a mail or it does not, but a process can die between its answer and our row. So a batch notes which
message it hands over before it does: after a crash those before it are sent, those after it are sent later, and the
one itself is marked as perhaps sent, for a person to decide. Nothing is sent twice, and nothing is lost in silence.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.db import connection as database
from django.db import transaction
from django.db.models import F, Min, Q, QuerySet

from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import TemporarilyUnavailableError
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.mailing.models import Batch, Message
from greenroom.hub.mailing.services.preparing import Preparation
from greenroom.hub.mailing.transports import (
    MailDelayedError,
    MailError,
    MailUnsureError,
    NoSuchMailboxError,
    ServerGoneError,
    Transport,
    open_transport,
)

BATCH = 100
# Longer than a mail server may take to answer for one mail.
LEASE = timedelta(minutes=2)
# Others in the same line of jobs get their turn after so many batches.
_BATCHES_A_TURN = 50
MOST_ATTEMPTS = 12
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=12)

# Written out, as it is done for each mail.
_NOTE = "UPDATE mailing_batch SET position = %s, lease_until = %s WHERE id = %s"

State = Message.State
log = structlog.get_logger(__name__)


@schedule(every=timedelta(minutes=1))
@task(queue="mail")
def send_messages() -> None:
    """Send the mails that are due."""
    settle_batches_of_the_dead()
    if is_any_due():
        with open_transport() as transport:
            send_due(transport, batches=_BATCHES_A_TURN)
    next_at = Message.objects.filter(state=State.WAITING).aggregate(at=Min("due_at"))["at"]
    if next_at:
        send_messages.enqueue(run_at=next_at, dedupe_key="mailing.send:next")


def is_any_due() -> bool:
    """Tell whether a message waits to be sent now. One query."""
    return Message.objects.filter(state=State.WAITING, due_at__lte=clock.now()).exists()


def send_due(transport: Transport, *, batches: int) -> None:
    """Send what is due in so many batches, or until nothing is."""
    for _ in range(batches):
        if not (taken := take_batch()):
            return
        _send(transport, *taken)


def take_batch() -> tuple[Batch, list[Message]] | None:
    """Take messages that are due, those somebody waits for first; nobody else gets them. None when there are none."""
    with transaction.atomic():
        messages: list[Message] = []
        for is_marketing in (False, True):
            due = Message.objects.filter(state=State.WAITING, purpose__isnull=not is_marketing, due_at__lte=clock.now())
            messages += _unlocked(due).order_by("due_at", "pk")[: BATCH - len(messages)]
        if not messages:
            return None
        batch = Batch.objects.create(lease_until=clock.now() + LEASE)
        pks = [one.pk for one in messages]
        Message.objects.filter(pk__in=pks).update(state=State.SENDING, batch_id=batch.pk, attempts=F("attempts") + 1)
    reached("mailing.taken")
    return batch, sorted(messages, key=lambda one: one.pk)


def _unlocked(rows: "QuerySet[Message]") -> "QuerySet[Message]":
    return rows.select_for_update(skip_locked=True) if database.features.has_select_for_update_skip_locked else rows


def _send(transport: Transport, batch: Batch, messages: list[Message]) -> None:
    preparation = Preparation(messages)
    _hold_back(preparation.held)
    for message in messages:
        if message.pk in preparation.held:
            continue
        letter = preparation.letter(message)
        if not _note_position(batch, message.pk):
            return  # others think that we are dead, and have settled it
        reached("mailing.noted")
        try:
            transport.hand_over(letter)
        except ServerGoneError as error:
            _finish(batch, before=message.pk)
            raise TemporarilyUnavailableError("The mail server has ended the connection.") from error
        except MailError as error:
            _note_failure(message, error)
        reached("mailing.handed_over")
    _finish(batch)


def _hold_back(held: Mapping[int, str]) -> None:
    """Note which messages are not sent, and why. One statement for each reason."""
    for reason in set(held.values()):
        pks = [pk for pk, code in held.items() if code == reason]
        Message.objects.filter(pk__in=pks).update(state=State.SUPPRESSED, error=reason, batch_id=None)


def _note_position(batch: Batch, pk: int) -> bool:
    """Say which message is about to be handed over; False when the batch is no longer ours. One small statement."""
    lease_until = database.ops.adapt_datetimefield_value(clock.now() + LEASE)
    with database.cursor() as cursor:
        cursor.execute(_NOTE, [pk, lease_until, batch.pk])
        return bool(cursor.rowcount == 1)


def _finish(batch: Batch, *, before: int | None = None) -> None:
    """Settle a batch whose messages are all handed over, or those before one; the others go back in line."""
    with transaction.atomic():
        if Batch.objects.filter(pk=batch.pk).delete()[0]:
            _settle(batch, Q() if before is None else Q(pk__lt=before))
    reached("mailing.recorded")


def settle_batches_of_the_dead() -> None:
    """Settle batches whose process died: what it was handing over just then is perhaps sent."""
    for batch in Batch.objects.filter(lease_until__lt=clock.now()):
        with transaction.atomic():
            dead = Batch.objects.filter(pk=batch.pk, position=batch.position, lease_until=batch.lease_until)
            if not dead.delete()[0]:
                continue
            in_hand = Message.objects.filter(batch_id=batch.pk, state=State.SENDING, pk=batch.position)
            if in_hand.update(state=State.UNSURE, error="unsure", batch_id=None):
                log.warning("mail_unsure", message=batch.position)
            _settle(batch, Q(pk__lt=batch.position))


def _settle(batch: Batch, sent: Q) -> None:
    """Mark those of a batch that are sent, with a fact for each contact, and put the others back in line."""
    now = clock.now()
    in_batch = Message.objects.filter(batch_id=batch.pk, state=State.SENDING)
    done = list(in_batch.filter(sent).filter(contact__isnull=False).select_related("version__email"))
    in_batch.filter(sent).update(state=State.SENT, sent_at=now, error="", batch_id=None)
    in_batch.update(state=State.WAITING, batch_id=None, attempts=F("attempts") - 1)
    append(fact_about(Fact.Kind.MAIL_SENT, one, now) for one in done)


def fact_about(kind: str, message: Message, at: datetime, **data: object) -> NewFact:
    """Make a fact about a message; the same kind happens to it once. `version__email` should be fetched with it."""
    email = message.version.email if message.version else None
    told = {"email": email.pk, "title": email.name} if email else {}
    return NewFact(
        kind=kind,
        happened_at=at,
        dedupe_key=f"{kind}:{message.pk}",
        contact_id=message.contact_id,
        user_id=message.user_id,
        data={"message": message.pk, "cause": message.cause, **told, **data},
    )


def _note_failure(message: Message, error: MailError) -> None:
    """Note at once what became of a message that was not taken: what is not noted counts as sent."""
    attempts, now = message.attempts + 1, clock.now()
    changes: dict[str, object] = {"state": State.FAILED, "error": error.code, "batch_id": None}
    if isinstance(error, MailUnsureError):
        changes["state"] = State.UNSURE
    elif isinstance(error, NoSuchMailboxError):
        changes["state"] = State.BOUNCED
    elif isinstance(error, MailDelayedError) and attempts < MOST_ATTEMPTS:
        changes |= {"state": State.WAITING, "due_at": now + wait_after(attempts)}
    Message.objects.filter(pk=message.pk, state=State.SENDING).update(**changes)
    log.info("mail_not_taken", message=message.pk, error=error.code, attempt=attempts)


def wait_after(attempts: int) -> timedelta:
    """Return how long a message waits after so many attempts; twice as long each time, half a day at most."""
    return min(_FIRST_WAIT * 2 ** (attempts - 1), _LONGEST_WAIT)
