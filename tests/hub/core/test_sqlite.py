"""SQLite's writers wait for each other, but not longer than they must."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connections

from greenroom.hub import env
from greenroom.hub.core.sqlite import base

SECONDS = base.PATIENCE_SECONDS


@pytest.fixture
def one(tmp_path: Path, django_db_blocker) -> Iterator[base.DatabaseWrapper]:
    """Somebody who is writing."""
    with django_db_blocker.unblock():
        one = _connect(tmp_path)
        with one.cursor() as cursor:
            cursor.execute("CREATE TABLE note (text)")
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("INSERT INTO note VALUES ('first')")
        yield one
        one.close()


@pytest.fixture
def other(one: base.DatabaseWrapper, tmp_path: Path) -> Iterator[base.DatabaseWrapper]:
    """Somebody else who wants to write meanwhile."""
    other = _connect(tmp_path)
    yield other
    other.close()


def _connect(folder: Path) -> base.DatabaseWrapper:
    settings = connections.configure_settings({"default": env.database("NO_DATABASE_URL", folder)})["default"]
    return base.DatabaseWrapper(settings, "default")


def test_writer_looks_again_until_the_other_is_done(
    one: base.DatabaseWrapper, other: base.DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    def look_at_time() -> float:
        looks.append(len(looks))
        if len(looks) == 3:
            with one.cursor() as cursor:
                cursor.execute("COMMIT")
        return 0.0

    monkeypatch.setattr(base, "monotonic", look_at_time)
    with other.cursor() as cursor:
        cursor.execute("INSERT INTO note VALUES (%s)", ["second"])
        cursor.execute("SELECT text FROM note ORDER BY rowid")
        assert cursor.fetchall() == [("first",), ("second",)]
    assert len(looks) == 3


def test_writer_gives_up_in_the_end(
    one: base.DatabaseWrapper, other: base.DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([100.0, 100.0 + SECONDS, 100.5 + SECONDS])
    monkeypatch.setattr(base, "monotonic", lambda: next(moments))
    with other.cursor() as cursor, pytest.raises(OperationalError, match="locked") as caught:
        cursor.execute("BEGIN IMMEDIATE")
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert next(moments, None) is None


def test_other_mistakes_are_not_waited_for(
    one: base.DatabaseWrapper, other: base.DatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "monotonic", pytest.fail)
    with other.cursor() as cursor, pytest.raises(OperationalError, match="no such table"):
        cursor.execute("SELECT * FROM nowhere")


@pytest.fixture
def writers(tmp_path: Path, django_db_blocker, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[base.DatabaseWrapper]]:
    """Two connections of this process, of which neither writes."""
    monkeypatch.setattr(base, "_turns", defaultdict(base.Turn))
    with django_db_blocker.unblock():
        writers = [_connect(tmp_path), _connect(tmp_path)]
        for writer in writers:
            writer.ensure_connection()
        yield writers
        for writer in writers:
            writer.close()


def _begin(writer: base.DatabaseWrapper) -> None:
    writer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def _do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PATIENCE_SECONDS", 0)


def test_transactions_of_a_process_take_turns(
    writers: list[base.DatabaseWrapper], monkeypatch: pytest.MonkeyPatch
) -> None:
    _do_not_wait(monkeypatch)
    _begin(writers[0])
    with pytest.raises(OperationalError, match="another thread"):
        _begin(writers[1])
    writers[0].commit()
    _begin(writers[1])


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_turn_ends_with_the_transaction_however_that_ends(
    writers: list[base.DatabaseWrapper], end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _do_not_wait(monkeypatch)
    for writer in (writers[0], writers[1]):
        _begin(writer)
        assert writer._turn is not None
        getattr(writer, end)()
        assert writer._turn is None


def test_turn_ends_when_the_transaction_cannot_begin(
    writers: list[base.DatabaseWrapper], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _do_not_wait(monkeypatch)
    other_process = sqlite3.connect(tmp_path / "greenroom.sqlite3", isolation_level=None)
    other_process.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match=r"^database is locked$"):
        _begin(writers[0])
    other_process.close()
    _begin(writers[1])


@pytest.mark.parametrize(("lasted", "pauses"), [(0.004, []), (0.2, [0.003])])
def test_process_that_wrote_for_long_lets_others_begin(
    lasted: float, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    first_ends, second_ends = 50.0 + lasted, 50.0 + lasted + 0.004
    moments = iter([50.0, first_ends, first_ends, second_ends, second_ends, second_ends])
    slept: list[float] = []
    monkeypatch.setattr(base, "monotonic", lambda: next(moments))
    monkeypatch.setattr(base, "sleep", slept.append)
    turn = base.Turn()
    for _ in range(3):
        turn.take()
        turn.end()
    assert slept == pytest.approx(pauses)
