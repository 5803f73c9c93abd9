"""
Writers and readers in any order, statement by statement, with crashes and replays in between.

Each writer is a thread with a connection of its own that does one thing at a time, when it is told to; so an order that
breaks something is found again, and made as short as it can be.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hub.writers import Writer

from greenroom.hub.core import checkpoints
from greenroom.hub.jobs.models import WorkerHeartbeat
from greenroom.hub.ledger import delivery
from greenroom.hub.ledger.delivery import deliver, replay
from greenroom.hub.ledger.models import Fact, ReaderCursor

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("postgresql")]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATIENCE = 30
WRITERS = 3
CRASHES = ("before the effects", "after the effects", "before the commit", "after the commit")


class CrashError(Exception):
    """The reader's process dies: its open transaction is gone, what was committed is not."""


class Ledger:
    """Two readers over one ledger: the effects of `once` can be written only once, `again` is set back at will."""

    def __init__(self, reader: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
        self.writers = [Writer(f"writer {number}") for number in range(WRITERS)]
        self._crash = ""
        self._stretches: list[list[int]] = [[]]
        reader("tests.once", batch=2)(self._write_once)
        reader("tests.again", batch=2)(self._take_again)
        moments = {"ledger.before_commit": "before the commit", "ledger.after_commit": "after the commit"}
        monkeypatch.setattr(checkpoints, "reached", lambda name: self._die_at(moments.get(name, "")))

    def clear(self) -> None:
        for model in (Fact, ReaderCursor, WorkerHeartbeat):
            model.objects.all().delete()
        self._stretches = [[]]

    def close(self) -> None:
        for writer in self.writers:
            writer.stop()

    def _die_at(self, moment: str) -> None:
        if moment and moment == self._crash:
            raise CrashError

    def _write_once(self, facts: list[Fact]) -> None:
        self._die_at("before the effects")
        # The column is unique: to deliver a fact again would fail here.
        WorkerHeartbeat.objects.bulk_create(WorkerHeartbeat(worker=f"{one.pk}", seen_at=NOON) for one in facts)
        self._die_at("after the effects")

    def _take_again(self, facts: list[Fact]) -> None:
        self._stretches[-1].extend(fact.pk for fact in facts)

    def deliver(self, crash: str = "") -> bool:
        """Bring both readers what can be brought; the first one dies at that moment."""
        self._crash = crash
        with suppress(CrashError):
            deliver("tests.once")
        self._crash = ""
        return deliver("tests.again")

    def set_back(self, place: int) -> None:
        """Have `again` begin once more at one of the facts it has had in this stretch, if there is any."""
        had = self._stretches[-1]
        if had:
            fact = Fact.objects.get(pk=had[place % len(had)])
            replay("tests.again", from_fact=fact)
            self._stretches.append([])

    def come_to_rest(self) -> None:
        """End all transactions, half of them in vain, and deliver what there is."""
        for number, writer in enumerate(self.writers):
            writer.do("commit" if number % 2 else "rollback")
        for _ in range(PATIENCE * 20):
            # An open transaction of anybody on the server holds readers back.
            if self.deliver() and deliver("tests.once"):
                return
            threading.Event().wait(0.05)
        pytest.fail("The readers did not come to the end")

    def expect_each_once(self) -> None:
        written = sorted(int(name) for name in WorkerHeartbeat.objects.values_list("worker", flat=True))
        assert written == sorted(Fact.objects.values_list("pk", flat=True))

    def expect_no_gap(self) -> None:
        """Each stretch of `again` is a piece of the ledger in its order; the last one goes to the end."""
        order = list(Fact.objects.order_by("tx", "pk").values_list("pk", flat=True))
        for stretch in filter(None, self._stretches):
            begin = order.index(stretch[0])
            assert stretch == order[begin : begin + len(stretch)]
        if order:
            assert self._stretches[-1][-1] == order[-1]


@pytest.fixture
def ledger(reader, monkeypatch) -> Iterator[Ledger]:
    made = Ledger(reader, monkeypatch)
    yield made
    made.close()


def writing(step: str) -> st.SearchStrategy:
    return st.tuples(st.just(step), st.integers(0, WRITERS - 1))


# Appending is likelier than ending, so that transactions overlap.
STEPS = st.one_of(
    writing("append"),
    writing("append"),
    writing("commit"),
    writing("rollback"),
    st.tuples(st.just("deliver"), st.just("")),
    st.tuples(st.just("deliver"), st.sampled_from(CRASHES)),
    st.tuples(st.just("set back"), st.integers(0, 9)),
)


@given(steps=st.lists(STEPS, min_size=8, max_size=40))
@settings(max_examples=40)
def test_in_any_order_nothing_is_skipped_and_nothing_comes_twice(ledger, steps):
    ledger.clear()
    for step, argument in steps:
        if step == "deliver":
            ledger.deliver(crash=argument)
        elif step == "set back":
            ledger.set_back(argument)
        else:
            ledger.writers[argument].do(step)
    ledger.come_to_rest()
    ledger.expect_each_once()
    ledger.expect_no_gap()


def test_without_the_look_at_open_transactions_a_fact_would_be_skipped(ledger, monkeypatch):
    """That the test above can fail: a cursor that passes whatever it sees never comes back for what commits late."""
    monkeypatch.setitem(delivery._SETTLED, "postgresql", "1 = 1")
    early, late, _ = ledger.writers
    early.do("append")
    late.do("append")
    late.do("commit")
    ledger.deliver()
    early.do("commit")
    ledger.deliver()
    assert (1, 2) == (WorkerHeartbeat.objects.count(), Fact.objects.count())
