"""SQLite's writers wait for each other, but not longer than they must."""

import sqlite3
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
