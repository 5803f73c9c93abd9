"""Holding answers in which too much is gone, until GoTo gives them twice or a person says that they are right."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, EventSession, HeldAnswer, Listing
from greenroom.hub.events.models.doubts import place_of

# A list that lost more than this is not obeyed until GoTo gives it a second time.
_HELD_SHARE, _HELD_ROWS = 0.2, 50

State = HeldAnswer.State


class Verdict(Enum):
    """What an answer is worth in which rows are gone."""

    PLAUSIBLE = auto()
    HELD = auto()
    # So much is gone that it was held, and now GoTo has said so a second time.
    CONFIRMED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which list an answer is: of an organizer's events, of an event's registrants, or of who was in a session."""

    connection: Connection
    product: str
    listing: Listing
    event: Event | None = None
    session: EventSession | None = None

    @property
    def name(self) -> str:
        """Name event and session for constraints, also where there are none."""
        return place_of(self.event.pk if self.event else None, self.session.pk if self.session else None)


def judge(place: Place, *, gone: Iterable[str], before: int) -> Verdict:
    """
    Judge an answer that lacks these rows, and note one that is held for people to see. In the caller's transaction.

    Args:
        gone: keys of the rows that would go; `before` is how many there were.
    """
    keys = sorted(gone)
    doubted = HeldAnswer.objects.filter(
        connection=place.connection,
        product=place.product,
        listing=place.listing,
        place=place.name,
        state__in=[State.HELD, State.DISMISSED],
    )
    if not _is_suspicious(len(keys), before):
        doubted.update(state=State.OVERTAKEN, decided_at=clock.now())
        return Verdict.PLAUSIBLE
    digest = hashlib.sha256("\0".join(keys).encode()).hexdigest()
    if doubted.filter(state=State.DISMISSED, digest=digest).exists():
        return Verdict.HELD
    held = doubted.filter(state=State.HELD)
    if held.filter(digest=digest).update(state=State.OBEYED, decided_at=clock.now()):
        return Verdict.CONFIRMED
    _hold(place, keys, digest, before)
    return Verdict.HELD


def _hold(place: Place, keys: list[str], digest: str, before: int) -> None:
    HeldAnswer.objects.update_or_create(
        connection=place.connection,
        product=place.product,
        listing=place.listing,
        place=place.name,
        state=State.HELD,
        defaults={
            "event": place.event,
            "session": place.session,
            "digest": digest,
            "gone": json.dumps(keys),
            "rows_before": before,
            "rows_gone": len(keys),
            "first_seen_at": clock.now(),
        },
    )


def _is_suspicious(gone: int, before: int) -> bool:
    return gone > _HELD_ROWS or (before > 5 and gone > before * _HELD_SHARE)
