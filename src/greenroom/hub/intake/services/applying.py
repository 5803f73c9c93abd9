"""
Applying deliveries to the mirror.

Two lines, so that the one never waits for the other: `apply_deliveries` works off what the bodies say, in batches, and
asks GoTo nothing; what only GoTo can explain it leaves to `ask_about_deliveries`, which waits while GoTo is down.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef

from greenroom.goto import GotoError
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import HubError, ReconnectNeededError
from greenroom.hub.events.products.webhooks import News, read_news
from greenroom.hub.events.services.news import UNASKED, Answers, Outcome, apply_news, ask_goto, group_by_event
from greenroom.hub.intake.models import WebhookDelivery
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.retry import describe

BATCH = 100
# An event has to be known before its people can be asked about; more rounds than these bring nothing new.
_ROUNDS = 3

State = WebhookDelivery.State

log = structlog.get_logger(__name__)


class Verdict(NamedTuple):
    """What became of a delivery."""

    state: State
    reason: str = ""


_APPLIED, _ASKING = Verdict(State.APPLIED), Verdict(State.ASKING)


class Told(NamedTuple):
    """A delivery, and what it says."""

    delivery: WebhookDelivery
    news: News


@task(queue="intake", priority=5, max_attempts=1000)
def apply_deliveries(connection_id: int) -> None:
    """Apply all that waits of one connection, the oldest first. Several may run: none waits for another."""
    connection = Connection.objects.get(pk=connection_id)
    # What comes after a batch that was not full has a job of its own.
    while _apply_next(connection) == BATCH:
        pass


def apply_key(connection_id: int) -> str:
    """Return the dedupe key of the job that applies the deliveries of a connection."""
    return f"intake.apply:{connection_id}"


def _ask_key(connection_id: int) -> str:
    return f"intake.ask:{connection_id}"


def _apply_next(connection: Connection) -> int:
    """Apply the next batch of what nobody else is applying in one transaction, and return its size."""
    waiting = WebhookDelivery.objects.filter(connection=connection, state=State.STORED)
    with transaction.atomic():
        batch = list(waiting.select_for_update(skip_locked=True).order_by("pk")[:BATCH])
        told, verdicts = _read(batch)
        verdicts |= _apply(connection, told, UNASKED)
        _write_down(verdicts)
        if _ASKING in verdicts.values():
            ask_about_deliveries.enqueue(connection_id=connection.pk, dedupe_key=_ask_key(connection.pk))
        reached("intake.applying")
    reached("intake.applied")
    return len(batch)


@task(queue="goto", priority=5, max_attempts=1000)
def ask_about_deliveries(connection_id: int) -> None:
    """Have GoTo explain the deliveries of one connection that need it, event by event."""
    connection = Connection.objects.get(pk=connection_id)
    asking = WebhookDelivery.objects.filter(connection=connection, state=State.ASKING).order_by("pk")
    try:
        while connection.is_usable and (batch := list(asking[:BATCH])):
            told, verdicts = _read(batch)
            _write_down(verdicts)
            for group in _by_event(told):
                _ask(connection, group)
    except ReconnectNeededError:
        return  # they wait until a person has connected the account again


def _by_event(told: Sequence[Told]) -> Iterable[list[Told]]:
    for news in group_by_event([one.news for one in told]).values():
        about = set(news)
        yield [one for one in told if one.news in about]


def _ask(connection: Connection, told: list[Told]) -> None:
    """Ask GoTo about the news of one event until all of them are decided."""
    for _ in range(_ROUNDS):
        try:
            answers = ask_goto(connection=connection, news=[one.news for one in told])
        except GotoError as error:
            _write_down(dict.fromkeys([one.delivery.pk for one in told], Verdict(State.FAILED, error.code)))
            return
        with transaction.atomic():
            verdicts = _apply(connection, told, answers)
            _write_down(verdicts)
        told = [one for one in told if verdicts[one.delivery.pk] == _ASKING]
        if not told:
            return
    _write_down(dict.fromkeys([one.delivery.pk for one in told], Verdict(State.FAILED, "undecided")))


Verdicts = dict[int, Verdict]


def _read(batch: Sequence[WebhookDelivery]) -> tuple[list[Told], Verdicts]:
    """Read deliveries; those that say nothing we could apply have their verdict already."""
    told: list[Told] = []
    verdicts: Verdicts = {}
    for delivery in batch:
        try:
            news = read_news(delivery.body)
        except HubError as error:  # it is not what GoTo describes, or was encrypted with a key that is lost
            verdicts[delivery.pk] = Verdict(State.FAILED, error.code)
            continue
        if news is None:
            verdicts[delivery.pk] = Verdict(State.IGNORED, "unknown_event_name")
        else:
            told.append(Told(delivery, news))
    return told, verdicts


def _apply(connection: Connection, told: Sequence[Told], answers: Answers) -> Verdicts:
    """Apply news; should they not go together, each by itself, so that one which fails holds up no other."""
    if not told:
        return {}
    try:
        with transaction.atomic():
            outcomes = apply_news(connection=connection, news=[one.news for one in told], answers=answers)
    except (OperationalError, InterfaceError):
        raise  # the database is in trouble, not the delivery
    except Exception as error:  # noqa: BLE001 - whatever it is, it is recorded in the row, and the others go on
        if len(told) == 1:
            log.error("intake.delivery_failed", delivery=told[0].delivery.pk, error=describe(error))
            return {told[0].delivery.pk: Verdict(State.FAILED, describe(error))}
        return {pk: verdict for one in told for pk, verdict in _apply(connection, [one], answers).items()}
    return {one.delivery.pk: _verdict(outcome) for one, outcome in zip(told, outcomes, strict=True)}


def _verdict(outcome: Outcome) -> Verdict:
    if outcome == Outcome.APPLIED:
        return _APPLIED
    if outcome == Outcome.UNDECIDED:
        return _ASKING
    return Verdict(State.FAILED if outcome == Outcome.UNREADABLE else State.IGNORED, outcome)


def _write_down(verdicts: Verdicts) -> None:
    """Note what became of deliveries. One statement for each verdict there is."""
    by_verdict: dict[Verdict, list[int]] = {}
    for pk, verdict in verdicts.items():
        by_verdict.setdefault(verdict, []).append(pk)
    for (state, reason), pks in by_verdict.items():
        applied_at = clock.now() if state == State.APPLIED else None
        WebhookDelivery.objects.filter(pk__in=pks).update(state=state, reason=reason[:64], applied_at=applied_at)


def apply_again(*, connection: Connection, delivery_id: int | None = None) -> int:
    """
    Have deliveries of a connection that failed applied once more, all of them or one.

    Returns:
        How many; those whose body is no longer kept are not among them.
    """
    failed = WebhookDelivery.objects.filter(connection=connection, state=State.FAILED).exclude(body="")
    if delivery_id is not None:
        failed = failed.filter(pk=delivery_id)
    with transaction.atomic():
        count = failed.update(state=State.STORED, reason="")
        if count:
            apply_deliveries.enqueue(connection_id=connection.pk, dedupe_key=apply_key(connection.pk))
    return count


def apply_what_waits() -> None:
    """Make sure that deliveries which wait have a job, so that losing a job loses nothing. Two statements."""
    for state, carrier, key in (
        (State.STORED, apply_deliveries, apply_key),
        (State.ASKING, ask_about_deliveries, _ask_key),
    ):
        waiting = WebhookDelivery.objects.filter(connection=OuterRef("pk"), state=state)
        # What belongs to an account that has to be connected again waits until it is, where GoTo has to be asked.
        connections = Connection.objects.filter(Exists(waiting))
        if state == State.ASKING:
            connections = connections.filter(state=Connection.State.ACTIVE)
        for pk in connections.values_list("pk", flat=True):
            carrier.enqueue(connection_id=pk, dedupe_key=key(pk))
