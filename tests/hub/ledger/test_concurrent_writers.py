"""Nothing is skipped and nothing comes twice when transactions commit in another order than they began."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, connections, transaction

from greenroom.hub.jobs.models import Job
from greenroom.hub.ledger.delivery import HELD_BACK, deliver, pass_over
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.ledger.tasks import deliver as deliver_task

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("postgresql")]

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATIENCE = 30


def append_one(key: str) -> None:
    append([NewFact(kind="registered", happened_at=NOON, dedupe_key=key)])


def with_own_connection(function: Callable[[], None]) -> None:
    try:
        function()
    finally:
        connections.close_all()


def eventually(has_happened: Callable[[], bool]) -> None:
    """Ask again and again: an open transaction of anybody on the server holds readers back."""
    for _ in range(PATIENCE * 20):
        if has_happened():
            return
        threading.Event().wait(0.05)
    pytest.fail("It has not happened")


class LateCommit:
    """A transaction on a connection of its own that has appended a fact and is still open."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._appended = threading.Event()
        self._may_commit = threading.Event()
        self._thread = threading.Thread(target=with_own_connection, args=[self._run])

    def _run(self) -> None:
        with transaction.atomic():
            append_one(self._key)
            self._appended.set()
            assert self._may_commit.wait(PATIENCE)

    def __enter__(self) -> "LateCommit":
        self._thread.start()
        assert self._appended.wait(PATIENCE)
        return self

    def __exit__(self, *error: object) -> None:
        self._may_commit.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture
def got(reader) -> list[str]:
    keys: list[str] = []

    @reader("tests.all", batch=7)
    def collect(facts: list[Fact]) -> None:
        keys.extend(fact.dedupe_key for fact in facts)

    return keys


def test_a_fact_that_commits_late_is_not_skipped(got):
    with LateCommit("early number, late commit"):
        with transaction.atomic():
            append_one("late number, early commit")
        assert Fact.objects.values_list("dedupe_key", flat=True).get() == "late number, early commit"
        assert not deliver("tests.all")
        assert got == []
    eventually(lambda: deliver("tests.all"))
    assert got == ["early number, late commit", "late number, early commit"]


def test_facts_before_the_open_transaction_are_not_held_back(got):
    with transaction.atomic():
        append_one("before")
    with LateCommit("open"):
        eventually(lambda: deliver("tests.all") or bool(got))
        assert got == ["before"]
    eventually(lambda: deliver("tests.all"))
    assert got == ["before", "open"]


def test_nobody_is_moved_past_an_open_transaction(got):
    deliver("tests.all")
    with LateCommit("early number, late commit"):
        with transaction.atomic():
            append_one("late number, early commit")
        assert ["tests.all"] == pass_over(["tests.all"])
    eventually(lambda: deliver("tests.all"))
    assert ["early number, late commit", "late number, early commit"] == got


def test_a_reader_that_is_held_back_looks_again_soon(got, clock):
    with LateCommit("early number, late commit"):
        with transaction.atomic():
            append_one("late number, early commit")
        Job.objects.all().delete()
        deliver_task.call(reader="tests.all")
    again = Job.objects.get(name="ledger.deliver")
    assert again.run_at == clock.now() + HELD_BACK


def test_writers_do_not_wait_for_each_other(got):
    """Their wake-ups have keys of their own; with a shared key this test would wait for ever."""
    with LateCommit("first"), LateCommit("second"):
        assert not Fact.objects.exists()
    assert Fact.objects.count() == 2
    assert Job.objects.filter(name="ledger.wake").count() == 2


@pytest.mark.parametrize("seed", range(5))
def test_random_writers_and_readers_agree(got, seed):
    writers, rounds = 4, 30

    def write(number: int) -> None:
        chance = random.Random(f"{seed} {number}")
        for turn in range(rounds):
            with transaction.atomic():
                for part in range(chance.randint(1, 4)):
                    append_one(f"{number} {turn} {part}")
                    with connection.cursor() as cursor:
                        for _ in range(chance.randint(0, 20)):
                            cursor.execute("SELECT 1")
                transaction.set_rollback(chance.random() < 0.2)

    def read(done: threading.Event) -> None:
        while not done.is_set():
            deliver("tests.all")

    done = threading.Event()
    with ThreadPoolExecutor(writers + 2) as pool:
        readers = [pool.submit(with_own_connection, lambda: read(done)) for _ in range(2)]
        writing = [pool.submit(with_own_connection, lambda n=number: write(n)) for number in range(writers)]
        try:
            for each in writing:
                each.result(PATIENCE)
        finally:
            done.set()
        for each in readers:
            each.result(PATIENCE)
    eventually(lambda: deliver("tests.all"))
    assert len(got) == len(set(got))
    assert set(got) == set(Fact.objects.values_list("dedupe_key", flat=True))
    assert got == list(Fact.objects.order_by("tx", "pk").values_list("dedupe_key", flat=True))
