"""
Writers, pollers and crashes in any order: each poller gets each item once, and none is missing.

Writers have transactions open side by side, commit late, or roll back; everything happens at the same moment. A poller
may die between the answer and the keeping of its cursor: then it polls again with the one it has kept. SQLite has one
writer at a time, so there a transaction is one step; on PostgreSQL each writer has a connection of its own.

A few hundred orders by default; `GREENROOM_INTERLEAVINGS=10000` makes as many.
"""

import os
import random
import threading
from collections.abc import Iterator

import pytest
from django.db import connection as database
from django.db import transaction
from tests.hub.writers import NOON, PATIENCE, Writer

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.items import item_id
from greenroom.hub.automation.narrowing import Narrowing
from greenroom.hub.automation.polling import begin, poll, read_cursor, write_cursor
from greenroom.hub.automation.registry import get_trigger
from greenroom.hub.connections.models import Connection
from greenroom.hub.core.clock import SetClock
from greenroom.hub.ledger import delivery
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append

INTERLEAVINGS = int(os.environ.get("GREENROOM_INTERLEAVINGS", "200"))
WRITERS, STEPS = 3, 14
KIND = "reconnect_needed"
TRIGGER = get_trigger("connection.reconnect_needed")


class OneWriterAtATime:
    """A writer of SQLite: what it would append is written when it ends."""

    def __init__(self, name: str, *, kind: str, connection_id: int) -> None:
        self._name, self._count, self._open = name, 0, 0
        self._kind, self._connection_id = kind, connection_id

    def do(self, step: str) -> None:
        if step == "append":
            self._open += 1
            return
        with transaction.atomic():
            append(self._fact() for _ in range(self._open))
            transaction.set_rollback(step == "rollback")
        self._open = 0

    def stop(self) -> None:
        self._open = 0

    def _fact(self) -> NewFact:
        self._count += 1
        key = f"{self._name} {self._count}"
        return NewFact(kind=self._kind, happened_at=NOON, dedupe_key=key, connection_id=self._connection_id)


def visible() -> set[str]:
    return {item_id(TRIGGER, fact) for fact in Fact.objects.filter(kind=KIND)}


class Poller:
    """A program that polls; what it has kept is its cursor and what it got up to there."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._was_there = visible()
        self._cursor = write_cursor(begin(), caller, TRIGGER)
        self._got: list[str] = []
        self._lost: list[str] = []

    def poll(self, limit: int, *, dies: bool = False) -> None:
        cursor = read_cursor(self._cursor, self._caller, TRIGGER)
        page = poll(self._caller, TRIGGER, Narrowing(), cursor, limit=limit)
        items = [str(item["id"]) for item in page.items]
        shorter = min(len(items), len(self._lost))
        assert self._lost[:shorter] == items[:shorter], "the same cursor gave other items"
        if dies:
            self._lost = items
            return
        self._got, self._lost = [*self._got, *items], []
        self._cursor = write_cursor(page.cursor, self._caller, TRIGGER)

    @property
    def has_all(self) -> bool:
        return visible() - self._was_there <= set(self._got)

    def expect_each_once(self) -> None:
        assert self.has_all, "an item is missing"
        assert len(self._got) == len(set(self._got)), "an item came twice"
        assert set(self._got) <= visible(), "an item was rolled back"


class Scene:
    """Writers, of whom one writes what nobody waits for, and pollers that come in the course of it."""

    def __init__(self, caller: Caller, connection_id: int) -> None:
        self._caller = caller
        kind = Writer if database.vendor == "postgresql" else OneWriterAtATime
        names = [("x" if number == 0 else KIND, f"writer {number}") for number in range(WRITERS)]
        self._writers = [kind(name, kind=what, connection_id=connection_id) for what, name in names]

    def play(self, seed: int) -> None:
        """Do some things in the order of a seed, come to rest, and look whether everybody got everything."""
        chance = random.Random(seed)
        pollers = [Poller(self._caller)]
        for _ in range(STEPS):
            step = chance.choices(["append", "commit", "rollback", "poll", "die", "come"], [8, 4, 1, 4, 2, 1])[0]
            if step == "come":
                pollers.append(Poller(self._caller))
            elif step in {"poll", "die"}:
                chance.choice(pollers).poll(chance.randint(1, 3), dies=step == "die")
            else:
                chance.choice(self._writers).do(step)
        for number, writer in enumerate(self._writers):
            writer.do("commit" if number % 2 else "rollback")
        for poller in pollers:
            self._finish(poller)

    def _finish(self, poller: Poller) -> None:
        for _ in range(PATIENCE * 20):
            poller.poll(200)
            if poller.has_all:
                break
            threading.Event().wait(0.05)  # an open transaction of anybody on the server holds facts back
        poller.poll(200)
        poller.expect_each_once()

    def close(self) -> None:
        for writer in self._writers:
            writer.stop()


@pytest.fixture
def scene(transactional_db, settings, ada) -> Iterator[Scene]:
    settings.CLOCK = SetClock(NOON)
    account = Connection.objects.create(
        account_key="1", organizer_key="2", organizer_name="Olga Ortiz", connected_at=NOON
    )
    made = Scene(Caller(owner="key:1", user=ada, verbs=frozenset({Verb.READ})), account.pk)
    yield made
    made.close()


def play_all(scene: Scene, count: int) -> None:
    for seed in range(count):
        if seed % 20 == 0:
            Fact.objects.all().delete()  # looking through all of them takes longer and longer
        try:
            scene.play(seed)
        except AssertionError as error:
            raise AssertionError(f"With seed {seed}: {error}") from error


def test_in_any_order_every_poller_gets_each_item_once(scene):
    play_all(scene, INTERLEAVINGS)


@pytest.mark.postgresql
def test_without_the_look_at_open_transactions_an_item_would_be_missing(scene, postgresql, monkeypatch):
    """That the test above can fail: a cursor that passes whatever it sees never comes back for what commits late."""
    monkeypatch.setitem(delivery._SETTLED, "postgresql", "1 = 1")
    monkeypatch.setattr("tests.hub.automation.test_polling_interleavings.PATIENCE", 0)
    with pytest.raises(AssertionError, match="an item is missing"):
        play_all(scene, 200)
