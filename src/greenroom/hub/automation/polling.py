"""
Polling: programs ask what is new, each from where it was.

A cursor is a place in the order of the ledger, (tx, id), never a time: what happens at the same moment, or is committed
late, is neither lost nor told twice. It moves only over facts that nothing can come before any more (`ledger.delivery`
says why), and it is the program that keeps it: whoever asks again with the same cursor gets the same again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from django.core import signing
from django.utils.crypto import get_random_string

from greenroom.hub.automation.callers import Caller
from greenroom.hub.automation.errors import StaleCursorError
from greenroom.hub.automation.items import Item, make_items
from greenroom.hub.automation.narrowing import Narrowing, narrow
from greenroom.hub.automation.registry import Trigger
from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.ledger.delivery import Place, end_after
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.selectors import find_first_fact_since, find_last_place, list_facts_between

# A program that stayed away for longer begins anew.
KEPT_FOR = timedelta(days=30)
# How far back the latest items are looked for, so that a trigger that is hardly ever met costs no more than others.
_LATEST_OF = 200_000
_BEFORE_ALL: Place = (0, 0)


@dataclass(frozen=True, slots=True)
class Cursor:
    """
    Where a program was.

    Attributes:
        place: of the last fact it has had, or that was none for it.
        poller: tells programs with the same key apart; limits count each by itself.
        is_unfinished: whether more was there already when it was given, which may be fetched at once.
        given_at: when it was given.
    """

    place: Place
    poller: str
    is_unfinished: bool
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """What is new, the oldest first, and where to go on."""

    items: Sequence[Item]
    cursor: Cursor

    @property
    def has_more(self) -> bool:
        """Whether more is there already."""
        return self.cursor.is_unfinished


def begin() -> Cursor:
    """Return the cursor of a new program: what is there already is not new to it."""
    return Cursor(end_after(_BEFORE_ALL) or _BEFORE_ALL, get_random_string(12), False, clock.now())


def poll(caller: Caller, trigger: Trigger, wanted: Narrowing, cursor: Cursor, *, limit: int) -> Page:
    """
    Return what is new since a cursor. A constant number of queries.

    Raises:
        UnknownObjectError: as `narrow`.
    """
    end = end_after(cursor.place)
    if end is None:
        return Page([], replace(cursor, is_unfinished=False, given_at=clock.now()))
    facts = list(narrow(list_facts_between(cursor.place, end), trigger, wanted, caller)[:limit])
    is_full = len(facts) == limit
    # Nothing that is wanted is left up to the end, so the next poll need not look there.
    place = (facts[-1].tx, facts[-1].pk) if is_full else end
    return Page(make_items(trigger, facts), Cursor(place, cursor.poller, is_full, clock.now()))


def list_latest(caller: Caller, trigger: Trigger, wanted: Narrowing, *, limit: int) -> list[Item]:
    """
    Return the latest items, the newest first, for programs that remember themselves what they have had.

    Raises:
        UnknownObjectError: as `narrow`.
    """
    _, last = find_last_place()
    facts = narrow(Fact.objects.filter(pk__gt=last - _LATEST_OF), trigger, wanted, caller)
    return make_items(trigger, list(facts.order_by("-tx", "-pk")[:limit]))


def write_cursor(cursor: Cursor, caller: Caller, trigger: Trigger) -> str:
    """Return a cursor as the opaque text that programs keep; it is good for this caller and trigger alone."""
    told = [*cursor.place, cursor.poller, cursor.is_unfinished, int(cursor.given_at.timestamp())]
    return _signer(caller, trigger).sign_object(told)


def read_cursor(text: str, caller: Caller, trigger: Trigger) -> Cursor:
    """
    Return the cursor a program has kept.

    Raises:
        UnknownObjectError: it was made up, or given to another caller or for another trigger.
        StaleCursorError: it is older than a month, or ahead of the ledger, as after a restored backup.
    """
    try:
        tx, fact_id, poller, is_unfinished, given_at = _signer(caller, trigger).unsign_object(text)
    except signing.BadSignature:
        raise UnknownObjectError("This cursor was not given to you for this trigger. Poll without one first.") from None
    cursor = Cursor((tx, fact_id), poller, is_unfinished, datetime.fromtimestamp(given_at, UTC))
    if clock.now() - cursor.given_at > KEPT_FOR:
        _refuse("This cursor is older than 30 days.", caller, trigger)
    if cursor.place > find_last_place():
        _refuse("This cursor is ahead of all there is: the hub was restored from a backup.", caller, trigger)
    return cursor


def _refuse(what: str, caller: Caller, trigger: Trigger) -> NoReturn:
    first = find_first_fact_since(clock.now() - KEPT_FOR)
    place = (first.tx, first.pk - 1) if first else find_last_place()
    oldest = Cursor(place, get_random_string(12), True, clock.now())
    raise StaleCursorError(
        f"{what} Go on with oldest_cursor, or poll without a cursor.", write_cursor(oldest, caller, trigger)
    )


def _signer(caller: Caller, trigger: Trigger) -> Any:
    return signing.Signer(salt=f"poll:{caller.owner}:{trigger.name}")
