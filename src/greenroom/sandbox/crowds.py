"""Registrants of one webinar in any number: each is worked out from its place when somebody looks, none is stored."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import overload

from greenroom.sandbox.entities import Registrant, Webinar
from greenroom.sandbox.seed_people import generated_person

# Keys above those of `State.new_key` and below 2^63; numbers of nine digits. Odd multipliers scatter the places and
# can be undone, so that a key, a number or an address leads back to the place.
_KEY_FLOOR = 57 * 10**17
_KEY_SPAN = 2**61
_KEY_STEP = 0x1E3779B97F4A7C15
_KEY_BACK = pow(_KEY_STEP, -1, _KEY_SPAN)
_NUMBER_FLOOR = 10**8
_NUMBER_SPAN = 9 * 10**8
_NUMBER_STEP = 387_420_491
_NUMBER_BACK = pow(_NUMBER_STEP, -1, _NUMBER_SPAN)
_ADDRESS = re.compile(r"person(\d{1,9})@example\.com")
# The first signed up this long before the webinar was made to have them, the last just then.
SPREAD = timedelta(days=14)


def is_generated_key(key: str) -> bool:
    return key.isdigit() and _KEY_FLOOR <= int(key) < _KEY_FLOOR + _KEY_SPAN


class Crowd:
    """The generated registrants of a webinar. `gone` are the places of deleted ones, in order."""

    def __init__(self, webinar: Webinar) -> None:
        self._event_key = webinar.key
        self._count = webinar.generated
        self._salt = int(webinar.key)
        self._until = webinar.created_at
        self._status = "WAITING" if webinar.approval == "MANUAL" else "APPROVED"
        self.gone: list[int] = []
        self.changed: dict[int, Registrant] = {}

    def __len__(self) -> int:
        return self._count - len(self.gone)

    def at(self, position: int) -> Registrant:
        """Work out the registrant at a position of the list."""
        place = position
        for _ in self.gone:
            skipped = bisect_left(self.gone, place + 1)
            if position + skipped == place:
                break
            place = position + skipped
        return self.of_place(place)

    def of_place(self, place: int) -> Registrant:
        if place in self.changed:
            return self.changed[place]
        first_name, last_name, email = generated_person(place)
        return Registrant(
            key=str(_KEY_FLOOR + (self._salt + place * _KEY_STEP) % _KEY_SPAN),
            event_key=self._event_key,
            number=_NUMBER_FLOOR + (self._salt + place * _NUMBER_STEP) % _NUMBER_SPAN,
            first_name=first_name,
            last_name=last_name,
            email=email,
            status="WAITING" if self._status == "WAITING" else "APPROVED",
            registered_at=self._registered_at(place),
        )

    def _registered_at(self, place: int) -> datetime:
        return self._until - timedelta(seconds=int(SPREAD.total_seconds() * (1 - (place + 1) / self._count)))

    def place_of_key(self, key: str) -> int | None:
        if not is_generated_key(key):
            return None
        return self._real((int(key) - _KEY_FLOOR - self._salt) * _KEY_BACK % _KEY_SPAN)

    def by_key(self, key: str) -> Registrant | None:
        place = self.place_of_key(key)
        return None if place is None else self.of_place(place)

    def by_number(self, number: int) -> Registrant | None:
        place = self._real((number - _NUMBER_FLOOR - self._salt) * _NUMBER_BACK % _NUMBER_SPAN)
        return None if place is None else self.of_place(place)

    def by_email(self, email: str) -> Registrant | None:
        found = _ADDRESS.fullmatch(email.lower())
        place = self._real(int(found[1])) if found is not None else None
        return None if place is None else self.of_place(place)

    def _real(self, place: int) -> int | None:
        if not 0 <= place < self._count:
            return None
        position = bisect_left(self.gone, place)
        return None if position < len(self.gone) and self.gone[position] == place else place


class Registrations(Sequence[Registrant]):
    """Everybody registered for one event: the generated ones first, then those who signed up."""

    def __init__(self, crowd: Crowd, others: list[Registrant]) -> None:
        self._crowd = crowd
        self._others = others

    def __len__(self) -> int:
        return len(self._crowd) + len(self._others)

    @overload
    def __getitem__(self, index: int) -> Registrant: ...
    @overload
    def __getitem__(self, index: slice) -> list[Registrant]: ...
    def __getitem__(self, index: int | slice) -> Registrant | list[Registrant]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        position = index if index >= 0 else index + len(self)
        if not 0 <= position < len(self):
            raise IndexError(index)
        generated = len(self._crowd)
        return self._crowd.at(position) if position < generated else self._others[position - generated]

    def __iter__(self) -> Iterator[Registrant]:
        return (self[position] for position in range(len(self)))
