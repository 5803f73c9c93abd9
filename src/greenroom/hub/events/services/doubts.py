"""Holding answers in which too much is gone, until GoTo gives them twice or a person says that they are right."""

import hashlib
from collections.abc import Iterable

from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, HeldAnswer, Listing
from greenroom.hub.events.models.doubts import place_of

# A list that lost more than this is not obeyed until GoTo gives it a second time.
_HELD_SHARE, _HELD_ROWS = 0.2, 50

State = HeldAnswer.State


def is_held(*, event: Event, listing: Listing, gone: Iterable[str], before: int) -> bool:
    """
    Tell whether an answer that lacks these rows is held, and note it for people to see.

    Args:
        gone: keys of the rows that would go; `before` is how many there were.
    """
    keys = sorted(gone)
    held = HeldAnswer.objects.filter(
        connection=event.connection_id,
        product=event.product,
        listing=listing,
        place=place_of(event.pk, None),
        state=State.HELD,
    )
    if not _is_suspicious(len(keys), before):
        held.update(state=State.OVERTAKEN, decided_at=clock.now())
        return False
    digest = hashlib.sha256("\0".join(keys).encode()).hexdigest()
    known = held.first()
    if known and known.digest == digest:
        held.update(state=State.OBEYED, decided_at=clock.now())
        return False
    told = {"digest": digest, "rows_before": before, "rows_gone": len(keys), "first_seen_at": clock.now()}
    if not held.update(**told):
        HeldAnswer.objects.create(
            connection_id=event.connection_id,
            product=event.product,
            event=event,
            listing=listing,
            place=place_of(event.pk, None),
            **told,
        )
    return True


def _is_suspicious(gone: int, before: int) -> bool:
    return gone > _HELD_ROWS or (before > 5 and gone > before * _HELD_SHARE)
