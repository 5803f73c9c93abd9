"""
Pages: GoTo's envelopes, and the walk over all pages.

Source: the GoTo facts on paging (documented, with observed traits: `_embedded` is missing when nothing
matches, and data may move between pages while they are read).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeAlias, TypeVar, overload

import msgspec

from greenroom.goto._decoding import decode, find_stranger
from greenroom.goto.errors import UnexpectedResponseError

Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)

PAGE_SIZE_MAX = 200
# So many items are remembered at least, and twice as many at most: fifty pages, five seconds of GoTo's pace.
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Hal:
    """
    Pages as `{"_embedded": {NAME: [...]}, "page": {...}}`.

    Attributes:
        embedded: NAME.
        key: fields that tell one item from another, for removing doubles.
        size_param: the query parameter with the page's size.
        is_whole: the list is not cut into pages, and there is no `page`.
    """

    embedded: str
    key: tuple[str, ...]
    size_param: str = "size"
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Data:
    """
    Pages as `{"data": [...], "total", "page", "limit", "pageSize"}`, or a bare array when none were asked for.

    Attributes: as of `Hal`.
    """

    key: tuple[str, ...]
    size_param: str = "limit"


@dataclass(frozen=True, slots=True)
class Content:
    """
    Pages as `{"content": [...], "links": [...], "page": {...}}`, as Seeit makes them.

    Attributes: as of `Hal`.
    """

    key: tuple[str, ...]
    size_param: str = "size"


@dataclass(frozen=True, slots=True)
class Offset:
    """
    Parts as `{NAME: [...], "total"}`, asked for by how many items to skip.

    Attributes: as of `Hal`, and
        items: NAME.
        size_max: the most that may be asked for at once.
    """

    items: str
    key: tuple[str, ...]
    size_param: str
    size_max: int


Rule: TypeAlias = Hal | Data | Content | Offset


@dataclass(frozen=True, slots=True)
class Page(Sequence[Item_co]):
    """
    Part of a list, or all of it; a sequence of its items.

    Attributes:
        items: in GoTo's order.
        number: which page, from 0.
        total: how many items all pages hold together, or None when GoTo does not say.
        total_pages: how many pages there are at this page size, or None.
    """

    items: tuple[Item_co, ...]
    number: int = 0
    total: int | None = None
    total_pages: int | None = 1

    @property
    def is_last(self) -> bool:
        """Whether no page follows."""
        return not self.items or (self.total_pages is not None and self.number + 1 >= self.total_pages)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Item_co]:
        return iter(self.items)

    @overload
    def __getitem__(self, index: int) -> Item_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item_co]: ...
    def __getitem__(self, index: int | slice) -> Item_co | Sequence[Item_co]:
        return self.items[index]


class _PageInfo(msgspec.Struct, rename="camel"):
    """The `page` member of a HAL answer."""

    size: int | None = None
    total_elements: int | None = None
    total_pages: int | None = None
    number: int | None = None


class _HalBody(msgspec.Struct, Generic[Item]):
    embedded: dict[str, list[Item]] | None = msgspec.field(name="_embedded", default=None)
    page: _PageInfo | None = None

    def page_by(self, rule: Rule) -> Page[Item] | None:
        """Find the list. An empty one is not there, and `page` is (observed); so is one beyond the end (assumed)."""
        assert isinstance(rule, Hal)
        lists = self.embedded or {}
        items = lists.get(rule.embedded)
        if items is None and (any(lists.values()) or not (rule.is_whole or _tells_of_nothing(self.page))):
            return None
        return Page(tuple(items or ())) if rule.is_whole else _numbered_page(items or [], self.page)


class _DataBody(msgspec.Struct, Generic[Item], rename="camel"):
    data: list[Item] | None = None
    total: int | None = None
    page: int | None = None
    limit: int | None = None
    page_size: int | None = None

    def page_by(self, _rule: Rule) -> Page[Item] | None:
        """Find the list; it may be missing where the total is 0 (assumed)."""
        if self.data is None and self.total != 0:
            return None
        size = self.limit or self.page_size
        total_pages = None if self.total is None or not size or size < 0 else -(-self.total // size)
        return Page(tuple(self.data or ()), self.page or 0, self.total, total_pages)


class _ContentBody(msgspec.Struct, Generic[Item]):
    content: list[Item] | None = None
    page: _PageInfo | None = None

    def page_by(self, _rule: Rule) -> Page[Item] | None:
        """Find the list; it may be missing where there is nothing (assumed)."""
        if self.content is None and not _tells_of_nothing(self.page):
            return None
        return _numbered_page(self.content or [], self.page)


class _OffsetBody(msgspec.Struct):
    """Base of the bodies made for each member's name."""

    total: int | None = None

    def page_by(self, _rule: Rule) -> Page[Any] | None:
        """Find the list; it may be missing where the total is 0 (assumed)."""
        items = getattr(self, "items", None)
        if items is None and self.total != 0:
            return None
        return Page(tuple(items or ()), total=self.total, total_pages=None)


def _tells_of_nothing(page: _PageInfo | None) -> bool:
    """Tell whether a page says that it holds no items: there are none, or it lies beyond the last."""
    if page is None or page.total_elements == 0:
        return page is not None
    return page.total_pages is not None and (page.number or 0) >= page.total_pages


def _numbered_page(items: list[Item], page: _PageInfo | None) -> Page[Item]:
    info = page or _PageInfo()
    return Page(tuple(items), info.number or 0, info.total_elements, info.total_pages)


def read_page(rule: Rule, item: type[Item], content: bytes, *, product: str, operation: str) -> Page[Item]:
    """
    Read one page in the rule's envelope; a bare array is a single page.

    Raises:
        UnexpectedResponseError: it does not fit, or there is neither a list nor a word that it is empty.
    """

    def read(kind: Any) -> Page[Any] | None:
        body = decode(content, _body_kind(rule, kind), product=product, operation=operation)
        return Page(tuple(body), total=len(body)) if isinstance(body, list) else body.page_by(rule)

    page = read(item)
    if page is None:
        raise UnexpectedResponseError(product, operation, _place(rule))
    stranger = find_stranger(page.items, lambda: (read(dict[str, Any]) or page).items)
    if stranger is not None:
        raise UnexpectedResponseError(product, operation, f"{_place(rule)}[{stranger}]")
    return page


def _place(rule: Rule) -> str:
    """Say where a page's list stands."""
    match rule:
        case Hal():
            return f"$._embedded.{rule.embedded}"
        case Data():
            return "$.data"
        case Content():
            return "$.content"
        case Offset():
            return f"$.{rule.items}"


@functools.lru_cache(maxsize=256)
def _body_kind(rule: Rule, item: Any) -> Any:
    """Name the type of a whole body; any envelope may be a bare array instead."""
    return list[item] | _envelope(rule, item)


def _envelope(rule: Rule, item: Any) -> Any:
    match rule:
        case Hal():
            return _HalBody[item]
        case Data():
            return _DataBody[item]
        case Content():
            return _ContentBody[item]
        case Offset():
            items = ("items", list[item] | None, msgspec.field(name=rule.items, default=None))
            return msgspec.defstruct("_NamedBody", [items], bases=(_OffsetBody,))


class Walk:
    """
    The position in a list that is read page by page: what to ask for next, what was given already.

    It counts pages itself and believes GoTo only about the end, so that no answer can make it go in circles.
    """

    def __init__(self, rule: Rule | None, *, first_page: int = 0, skipped: int = 0, page_size: int) -> None:
        if not 1 <= page_size <= PAGE_SIZE_MAX:
            raise ValueError(f"page_size must be from 1 to {PAGE_SIZE_MAX}")
        self._rule = rule
        self._number = first_page
        self._skipped = skipped
        self._page_size = page_size
        self._given = _Given()
        self.is_over = False

    def query(self) -> Mapping[str, str]:
        """Give the parameters of the next page."""
        if self._rule is None:
            return {}
        if isinstance(self._rule, Offset):
            size = min(self._page_size, self._rule.size_max)
            return {"offset": str(self._skipped), self._rule.size_param: str(size)}
        return {"page": str(self._number), self._rule.size_param: str(self._page_size)}

    def take(self, value: object) -> Page[Any]:
        """Note a page's arrival and return it without the items that were given lately."""
        page = value if isinstance(value, Page) else Page(tuple(_items_of(value)))
        arrived = Page(self._fresh(page.items), self._number, page.total, page.total_pages)
        self._number += 1
        self._skipped += len(page.items)
        self.is_over = self._is_end(page, arrived)
        return arrived

    def _is_end(self, page: Page[Any], arrived: Page[Any]) -> bool:
        """Tell whether to stop: no items, no further page, or no news while no end is told."""
        if self._rule is None or not page.items:
            return True
        if page.total_pages is None:
            is_all = isinstance(self._rule, Offset) and page.total is not None and self._skipped >= page.total
            return is_all or not arrived.items
        return self._number >= page.total_pages

    def _fresh(self, items: tuple[Any, ...]) -> tuple[Any, ...]:
        """Leave out what was given lately; an item without a key is always taken."""
        if self._rule is None:
            return items
        mark = _marker(self._rule.key)
        marks = set(map(mark, items))
        if len(marks) == len(items) and all(marks) and self._given.has_none_of(marks):
            self._given.add(marks)
            return items
        fresh = []
        for item in items:
            own = {mark(item)} - {None, ""}
            if not own or self._given.has_none_of(own):
                fresh.append(item)
            self._given.add(own)
        return tuple(fresh)


@functools.cache
def _marker(key: tuple[str, ...]) -> Callable[[Any], Hashable]:
    """Make what tells items apart: their key, or None where all of it is missing."""
    value = attrgetter(*key)
    if len(key) == 1:
        return value
    return lambda item: mark if any(mark := value(item)) else None


class _Given:
    """
    What was given lately, in bounded memory.

    Items move between pages while a list changes under its reader, by as many places as there are changes. So one
    that comes twice comes soon; a million keys need not be remembered for it.
    """

    def __init__(self) -> None:
        self._latest: set[Hashable] = set()
        self._before: set[Hashable] = set()

    def has_none_of(self, marks: set[Hashable]) -> bool:
        """Tell whether all marks are new, or forgotten."""
        return self._latest.isdisjoint(marks) and self._before.isdisjoint(marks)

    def add(self, marks: set[Hashable]) -> None:
        """Remember marks, and forget the oldest."""
        self._latest |= marks
        if len(self._latest) >= REMEMBERED:
            self._before, self._latest = self._latest, set()


def _items_of(value: object) -> Sequence[Any]:
    """Accept whole lists; refuse to iterate what is no list."""
    if not isinstance(value, list | tuple):
        raise TypeError("only operations that answer a list can be iterated")
    return value
