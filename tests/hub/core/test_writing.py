"""What several threads bring at once is written together, and each hears how it went."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from greenroom.hub.core.writing import WrittenTogether

pytestmark = pytest.mark.django_db(transaction=True)


class Writer:
    """A function that writes, which is held up in its first call."""

    def __init__(self) -> None:
        self.written: list[list[str]] = []
        self.is_writing, self.may_go_on = threading.Event(), threading.Event()
        self.error: Exception | None = None

    def __call__(self, rows: Sequence[str]) -> None:
        self.written.append(sorted(rows))
        if not self.is_writing.is_set():
            self.is_writing.set()
            assert self.may_go_on.wait(20)
        elif self.error:
            raise self.error


def _bring_while_one_is_written(writer: Writer, rows: Sequence[str]) -> list[Future[None]]:
    """Bring a first row, and while it is being written the others; return how it ended for each."""
    together = WrittenTogether(writer)
    with ThreadPoolExecutor(len(rows) + 1) as pool:
        first = pool.submit(together, "first")
        assert writer.is_writing.wait(20)
        others = [pool.submit(together, row) for row in rows]
        while together._waiting.qsize() < len(rows) and not all(other.done() for other in others):
            pass
        writer.may_go_on.set()
    return [first, *others]


def test_rows_of_threads_that_wait_are_written_together() -> None:
    writer = Writer()
    for done in _bring_while_one_is_written(writer, ["a", "b", "c"]):
        done.result()
    if connection.vendor == "sqlite":
        assert writer.written == [["first"], ["a", "b", "c"]]
    else:
        assert sorted(writer.written) == [["a"], ["b"], ["c"], ["first"]]


def test_everyone_hears_of_an_error_in_what_was_written_together() -> None:
    writer = Writer()
    writer.error = ValueError("no room")
    first, *others = _bring_while_one_is_written(writer, ["a", "b"])
    first.result()
    assert [str(done.exception()) for done in others] == ["no room", "no room"]


def test_one_who_comes_after_an_error_is_not_told_of_it() -> None:
    writer = Writer()
    writer.may_go_on.set()
    together = WrittenTogether(writer)
    together("first")
    writer.error = ValueError("no room")
    with pytest.raises(ValueError, match="no room"):
        together("a")
    writer.error = None
    together("b")
    assert writer.written == [["first"], ["a"], ["b"]]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="On PostgreSQL each writes its own")
def test_rows_are_written_in_a_transaction() -> None:
    seen: list[bool] = []
    WrittenTogether(lambda rows: seen.append(transaction.get_connection().in_atomic_block))("row")
    assert seen == [True]
