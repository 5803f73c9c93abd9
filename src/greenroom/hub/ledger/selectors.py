"""Reading the ledger back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import BooleanField, Max, Min, QuerySet
from django.db.models.expressions import RawSQL

from greenroom.hub.ledger.delivery import Place
from greenroom.hub.ledger.models import Fact, ReaderCursor
from greenroom.hub.ledger.readers import Reader, get_reader, list_readers

# Beyond so many it does not matter how many more there are; counting them would cost as much as reading them.
MANY = 10_000
# Facts are numbered in about the order in which they are recorded; no transaction is open for so long.
_OUT_OF_ORDER = timedelta(hours=1)

_COUNT_BEYOND = """
    SELECT count(*) FROM (SELECT 1 FROM ledger_fact WHERE (tx, id) > (%s, %s) ORDER BY tx, id LIMIT %s) AS beyond
"""


def list_facts_about(
    *, event_id: int | None = None, registrant_id: int | None = None, user_id: int | None = None
) -> QuerySet[Fact]:
    """Return the facts about the given event, registrant and person together, oldest first. One query."""
    about = {"event_id": event_id, "registrant_id": registrant_id, "user_id": user_id}
    wanted = {name: number for name, number in about.items() if number is not None}
    if not wanted:
        raise ValueError("Say what the facts are to be about")
    return Fact.objects.filter(**wanted).order_by("happened_at", "pk")


def list_facts_between(start: Place, end: Place) -> QuerySet[Fact]:
    """Return the facts after one place of the ledger, up to and with another, in the readers' order. One query."""
    span = RawSQL("(tx, id) > (%s, %s) AND (tx, id) <= (%s, %s)", [*start, *end], output_field=BooleanField())
    return Fact.objects.filter(span).order_by("tx", "pk")


def find_last_place() -> Place:
    """Return the place of the last fact that anybody can see now, settled or not; one before all facts for none."""
    last = Fact.objects.order_by("-tx", "-pk").values_list("tx", "pk").first()
    return last or (0, 0)


def list_stuck_readers() -> list[ReaderCursor]:
    """Return the readers whose last batch failed, by name. One query."""
    return list(ReaderCursor.objects.exclude(last_error="").order_by("name"))


@dataclass(frozen=True, slots=True)
class ReaderState:
    """
    How far a reader has come.

    Attributes:
        behind: how many facts it has yet to look at, at most `MANY`.
        moved_at: when it last moved, or failed; None when it has never run.
        last_error: class and code of what its last batch failed with; empty when it did not.
    """

    reader: Reader
    behind: int
    moved_at: datetime | None
    last_error: str

    @property
    def is_far_behind(self) -> bool:
        """Whether there are so many that they are not counted."""
        return self.behind == MANY


def list_reader_states() -> list[ReaderState]:
    """Return how far each reader of this release has come, by name. One query, and one for each reader."""
    cursors = {cursor.name: cursor for cursor in ReaderCursor.objects.all()}
    return [_state_of(get_reader(name), cursors.get(name)) for name in list_readers()]


def get_reader_state(name: str) -> ReaderState:
    """
    Return how far one reader has come. Two queries.

    Raises:
        UnknownReaderError: there is no such reader.
    """
    return _state_of(get_reader(name), ReaderCursor.objects.filter(name=name).first())


def _state_of(reader: Reader, cursor: ReaderCursor | None) -> ReaderState:
    if cursor is None:
        return ReaderState(reader, _count_beyond(0, 0), None, "")
    return ReaderState(reader, _count_beyond(cursor.tx, cursor.fact_id), cursor.updated_at, cursor.last_error)


def _count_beyond(tx: int, fact_id: int) -> int:
    with connection.cursor() as database:
        database.execute(_COUNT_BEYOND, [tx, fact_id, MANY])
        count: int = database.fetchone()[0]
        return count


def count_facts_from(fact: Fact | None) -> int:
    """Count the facts a reader would get again from this one on, or from the first; at most `MANY`. One query."""
    return _count_beyond(fact.tx, fact.pk - 1) if fact else _count_beyond(0, 0)


def find_first_fact_since(moment: datetime) -> Fact | None:
    """
    Return a fact before which nothing was recorded since a moment; None when nothing was.

    It lies up to an hour before the moment, since facts of transactions that ran side by side are not in the exact
    order of their time. Found by halving, as there is no index over the time: two queries for each doubling.
    """
    wanted = moment - _OUT_OF_ORDER
    ends = Fact.objects.aggregate(first=Min("pk"), last=Max("pk"))
    low, high = ends["first"] or 1, (ends["last"] or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = Fact.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "recorded_at").first()
        if found and found[1] < wanted:
            low = found[0] + 1
        else:
            high = middle
    return Fact.objects.filter(pk__gte=low).order_by("pk").first()
