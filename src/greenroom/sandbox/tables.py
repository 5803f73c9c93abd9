"""Records of one kind by key, and which of them changed."""

from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

from greenroom.sandbox.persistence import Row

T = TypeVar("T")


class Table(Generic[T]):
    """Records of one kind by key, and the keys changed since the last write."""

    def __init__(self, kind: str, record: type[T]) -> None:
        self.kind = kind
        self.record = record
        self._rows: dict[str, T] = {}
        self._dirty: dict[str, None] = {}  # keeps the order of first change

    def get(self, key: str) -> T | None:
        return self._rows.get(key)

    def __getitem__(self, key: str) -> T:
        return self._rows[key]

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._rows.values()))

    def put(self, key: str, row: T) -> None:
        """Store a new or changed record."""
        self._rows[key] = row
        self._dirty[key] = None

    def remove(self, key: str) -> None:
        if self._rows.pop(key, None) is not None:
            self._dirty[key] = None

    def clear(self) -> None:
        self._rows.clear()
        self._dirty.clear()

    def load(self, key: str, document: bytes) -> T:
        row = msgspec.json.decode(document, type=self.record)
        self._rows[key] = row
        return row

    def take_changes(self) -> tuple[list[Row], list[tuple[str, str]]]:
        """Hand over changed rows and deleted keys, and forget that they changed."""
        encode = msgspec.json.encode
        changed = [(self.kind, key, encode(self._rows[key])) for key in self._dirty if key in self._rows]
        removed = [(self.kind, key) for key in self._dirty if key not in self._rows]
        self.forget_changes()
        return changed, removed

    def forget_changes(self) -> None:
        self._dirty.clear()
