"""
The readers of the ledger there are, by name.

Each app declares its own in `readers.py`:

    @reader("courses.completion", kinds=["attended", "absent"])
    def complete_lessons(facts: Sequence[Fact]) -> None: ...

A reader gets every fact of its kinds once, in order; `delivery` says how. A new reader starts at the first
fact there ever was.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from greenroom.hub.ledger.errors import UnknownReaderError
from greenroom.hub.ledger.models import Fact

ReaderFunction = Callable[[list[Fact]], None]
_readers: dict[str, "Reader"] = {}


@dataclass(frozen=True)
class Reader:
    """A function that is given facts in batches; `kinds` None means all of them."""

    name: str
    function: ReaderFunction
    kinds: tuple[str, ...] | None
    batch: int

    @property
    def what_it_does(self) -> str:
        """What the function's own documentation says first."""
        return (inspect.getdoc(self.function) or self.name).partition("\n")[0]


def reader(
    name: str, *, kinds: Sequence[str] | None = None, batch: int = 500
) -> Callable[[ReaderFunction], ReaderFunction]:
    """Register a function as a reader; its cursor is kept under `name`, which must not change."""

    def register(function: ReaderFunction) -> ReaderFunction:
        if name in _readers:
            raise ValueError(f"There are two readers named {name}")
        _readers[name] = Reader(name, function, None if kinds is None else tuple(map(str, kinds)), batch)
        return function

    return register


def get_reader(name: str) -> Reader:
    """
    Return the reader of that name.

    Raises:
        UnknownReaderError: there is none in this release.
    """
    try:
        return _readers[name]
    except KeyError as error:
        raise UnknownReaderError(f"There is no reader named {name}.") from error


def list_readers() -> list[str]:
    """Return the names of all readers, sorted."""
    return sorted(_readers)
