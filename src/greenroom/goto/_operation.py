"""
Operations are values: what to send and how to read the answer, without sending anything.

A `Catalog` holds one product's endpoints. Each is declared once, on the function that makes its operations:

    @CATALOG.operation("getTraining", "GET", "/organizers/{organizerKey}/trainings/{trainingKey}")
    def get_training(call: Endpoint, organizer_key: str, training_key: str) -> Operation[Training]:
        return call.returning(Training, organizer_key, training_key)
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from greenroom.goto._decoding import decode
from greenroom.goto._paging import Page, Rule, read_page
from greenroom.goto._sifting import UnreadableRow, in_pieces, sift
from greenroom.goto._types import write_body, write_time
from greenroom.goto.errors import UnexpectedResponseError

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Item = TypeVar("Item")

QueryValue = str | int | bool | datetime | Sequence[str] | None


class Reply(msgspec.Struct, frozen=True):
    """An answer as it came: status, headers (names in lower case) and the whole body."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def __repr__(self) -> str:
        return f"<Reply {self.status}>"


@dataclass(frozen=True, slots=True)
class Redirect:
    """
    Where GoTo points instead of answering.

    Attributes:
        location: the address; it may admit its bearer. Fetch it without the Authorization header.
    """

    location: str = field(repr=False)


class Operation(msgspec.Struct, Generic[T_co], frozen=True, kw_only=True):
    """
    One call to GoTo, ready to be sent by `GoTo` or `AsyncGoTo`.

    Attributes:
        endpoint: which of GoTo's operations it is.
        path: from the host's root, keys filled in.
        query, headers: as they are sent, without paging parameters the driver adds.
        body: the encoded JSON body, or None.
        read: turns the answer into the value.
        accepts: tells whether an error status is a value all the same (a 409 of a registration).
    """

    endpoint: Endpoint
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None
    read: Callable[[Reply], T_co]
    accepts: Callable[[Reply], bool] | None = None

    def __repr__(self) -> str:
        return f"<Operation {self.product}.{self.name} {self.method} {self.path}>"

    @property
    def product(self) -> str:
        """The product, which is also the pacing bucket: `webinar`, `training`, `meeting`..."""
        return self.endpoint.product

    @property
    def name(self) -> str:
        """GoTo's operationId in snake case."""
        return self.endpoint.name

    @property
    def method(self) -> str:
        return self.endpoint.method

    @property
    def paging(self) -> Rule | None:
        return self.endpoint.paging

    @property
    def retryable(self) -> bool:
        """Whether it may be sent again although GoTo may have acted on it."""
        return self.endpoint.retryable

    def url(self, base_url: str, extra_query: Mapping[str, str] | None = None) -> str:
        """Build the whole address; `extra_query` goes over the operation's own."""
        query = {**self.query, **(extra_query or {})}
        return base_url.rstrip("/") + self.path + (f"?{urlencode(query, quote_via=quote)}" if query else "")

    def is_success(self, reply: Reply) -> bool:
        """Tell whether the reply is a value rather than an error."""
        if 200 <= reply.status < 300 or reply.status in self.endpoint.success:
            return True
        return self.accepts is not None and self.accepts(reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """
    One of GoTo's operations.

    Attributes:
        product: `webinar`, `training`, `meeting`, `scim`, `admin`, `assist` or `seeit`.
        name: operation_id in snake case, or, where that is no name, one of ours; the name of our function.
        operation_id: as GoTo publishes it.
        method, path: of the request; the path is relative to base_path.
        required_query, optional_query: names of query parameters.
        success: documented success statuses.
        paging: how lists are cut into pages, or None for whole answers.
        rows_in: member of a whole answer that holds its list; empty for a bare list, and where there is none.
        retryable: see `Operation.retryable`.
        function: makes operations of this endpoint.
    """

    product: str
    base_path: str
    name: str
    operation_id: str
    method: str
    path: str
    required_query: tuple[str, ...] = ()
    optional_query: tuple[str, ...] = ()
    success: tuple[int, ...] = (200,)
    paging: Rule | None = None
    rows_in: str = ""
    retryable: bool = True
    function: Callable[..., Operation[Any]] | None = field(default=None, repr=False, compare=False)

    def reading(
        self,
        read: Callable[[Reply], T],
        *keys: str,
        query: Mapping[str, QueryValue] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        accepts: Callable[[Reply], bool] | None = None,
    ) -> Operation[T]:
        """Make an operation whose answer `read` reads; keys fill the path from left to right."""
        return Operation(
            endpoint=self,
            path=self.base_path + self._filled_path(keys),
            query=self._query(query or {}),
            headers=headers or {},
            body=None if body is None else write_body(body),
            read=read,
            accepts=accepts,
        )

    def returning(self, kind: type[T], *keys: str, **request: Any) -> Operation[T]:
        """Make an operation whose answer is JSON of one type."""
        return self.reading(partial(self.decode, kind), *keys, **request)

    def returning_page(self, item: type[Item], *keys: str, **request: Any) -> Operation[Page[Item]]:
        """Make an operation whose answer is a page of items, in the endpoint's envelope."""
        if self.paging is None:
            raise TypeError(f"{self.name} has no paging rule")
        return self.reading(partial(self.read_page, self.paging, item), *keys, **request)

    def returning_nothing(self, *keys: str, gone_is_success: bool = False, **request: Any) -> Operation[None]:
        """Make an operation without an answer; `gone_is_success` makes a 404 as good as done."""
        accepts = is_gone if gone_is_success else None
        return self.reading(self._read_nothing, *keys, accepts=accepts, **request)

    def returning_redirect(self, *keys: str, **request: Any) -> Operation[Redirect]:
        """Make an operation whose answer is an address that is not followed."""
        return self.reading(self._read_redirect, *keys, **request)

    def _read_nothing(self, reply: Reply) -> None:
        """Ignore the body, unless it is a page: then somebody on the way has answered, and not GoTo (assumed)."""
        if reply.content.lstrip().startswith(b"<"):
            raise UnexpectedResponseError(self.product, self.name)

    def _read_redirect(self, reply: Reply) -> Redirect:
        location = reply.headers.get("location", "")
        if not location:
            raise UnexpectedResponseError(self.product, self.name, "Location")
        return Redirect(location)

    def decode(self, kind: type[T], reply: Reply) -> T:
        """Read the body as one type."""
        return decode(reply.content, kind, product=self.product, operation=self.name)

    def decode_or(self, default: T, reply: Reply) -> T:
        """Read the body as the default's type, or give the default when it is unreadable."""
        try:
            return self.decode(type(default), reply)
        except UnexpectedResponseError:
            return default

    def read_page(self, rule: Rule, item: type[Item], reply: Reply) -> Page[Item]:
        """Read the body as one page of items."""
        return read_page(rule, item, reply.content, product=self.product, operation=self.name)

    def _filled_path(self, keys: Sequence[str]) -> str:
        template, names = _template(self.path)
        if len(names) != len(keys):
            raise TypeError(f"{self.name} takes {len(names)} keys in its path")
        return template % tuple(map(_path_text, names, keys))

    def _query(self, values: Mapping[str, QueryValue]) -> dict[str, str]:
        if not values:
            return {}
        unknown = values.keys() - {*self.required_query, *self.optional_query}
        if unknown:
            raise TypeError(f"{self.name} has no query parameter {', '.join(sorted(unknown))}")
        return {name: _query_text(value) for name, value in values.items() if value is not None}


@functools.cache
def _template(path: str) -> tuple[str, tuple[str, ...]]:
    """Turn a path with `{names}` into a template for `%`, and those names."""
    return re.sub(r"{\w+}", "%s", path), tuple(re.findall(r"{(\w+)}", path))


def _path_text(name: str, key: object) -> str:
    """Write a key as part of a path; an empty or dotted one would call something else."""
    text = str(key)
    if text.isascii() and text.isalnum():
        return text
    if not text.strip(". ") or not text.isprintable():
        raise ValueError(f"{name} is not a key")
    return quote(text, safe="")


def _query_text(value: object) -> str:
    """Write a query value the way GoTo reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return write_time(value)
    if isinstance(value, str | int):
        return str(value)
    assert isinstance(value, Sequence)
    return ",".join(value)


def is_gone(reply: Reply) -> bool:
    """Tell whether the thing to delete is not there."""
    return reply.status == 404


class Answer(Generic[T_co]):
    """
    What came back for one operation.

    Attributes:
        operation: what was sent.
        status, headers: of the answer; header names in lower case.
        content: the body's bytes, for digests and archives. Personal data: do not log.
    """

    __slots__ = ("_reply", "_set_aside", "_value", "operation")

    def __init__(
        self, operation: Operation[T_co], reply: Reply, set_aside: MutableSequence[UnreadableRow] | None = None
    ) -> None:
        self.operation = operation
        self._reply = reply
        self._set_aside = set_aside
        self._value: tuple[T_co, ...] = ()

    def __repr__(self) -> str:
        return f"<Answer {self.status} to {self.operation.product}.{self.operation.name}>"

    @property
    def status(self) -> int:
        return self._reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._reply.headers

    @property
    def content(self) -> bytes:
        return self._reply.content

    @property
    def value(self) -> T_co:
        """
        The decoded answer; decoded when first asked for.

        Raises:
            UnexpectedResponseError: the body is not what the contract says.
        """
        if not self._value:
            self._value = (self._read(),)
        return self._value[0]

    def rows(self: Answer[Iterable[Item]]) -> Iterator[Item]:
        """
        Yield the items of a bare list, with at most a thousand of them decoded at a time.

        Tens of thousands, all decoded at once, take twice the room of the body they came in.

        Raises:
            UnexpectedResponseError: the body is not what the contract says; rows before the place may have come.
        """
        for piece in in_pieces(self.content):
            yield from Answer(
                self.operation, msgspec.structs.replace(self._reply, content=piece), self._set_aside
            ).value

    def _read(self) -> T_co:
        operation, reply = self.operation, self._reply
        if self._set_aside is None:
            return operation.read(reply)

        def read(content: bytes) -> T_co:
            return operation.read(msgspec.structs.replace(reply, content=content))

        return sift(read, operation.paging or operation.endpoint.rows_in, reply.content, self._set_aside)


def snake_case(operation_id: str) -> str:
    """
    Write GoTo's operationId as a Python name.

    `getManageTrainingURL` is `get_manage_training_url`, `meetings.meetingId.get` is `meetings_meeting_id_get`.
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation_id).replace(".", "_").lower()


class Catalog:
    """The endpoints of one product, in the order of declaration."""

    def __init__(self, product: str, base_path: str) -> None:
        self.product = product
        self.base_path = base_path
        self._endpoints: list[Endpoint] = []

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._endpoints)

    def operation(
        self,
        operation_id: str,
        method: str,
        path: str,
        *,
        required_query: tuple[str, ...] = (),
        optional_query: tuple[str, ...] = (),
        success: tuple[int, ...] = (200,),
        paging: Rule | None = None,
        rows_in: str = "",
        retryable: bool | None = None,
        name: str | None = None,
    ) -> Callable[[Callable[Concatenate[Endpoint, P], Operation[T]]], Callable[P, Operation[T]]]:
        """
        Declare an endpoint on the function that makes its operations; the function is given the endpoint first.

        Args:
            retryable: by default everything but a POST or PATCH.
            name: of the function, where GoTo's operationId is no name; by default the id in snake case.
        """

        def declare(
            function: Callable[Concatenate[Endpoint, P], Operation[T]],
        ) -> Callable[P, Operation[T]]:
            wanted = name or snake_case(operation_id)
            if function.__name__ != wanted:
                raise TypeError(f"{operation_id} must be declared on a function named {wanted}")

            @functools.wraps(function)
            def make(*args: P.args, **kwargs: P.kwargs) -> Operation[T]:
                return function(endpoint, *args, **kwargs)

            endpoint = Endpoint(
                product=self.product,
                base_path=self.base_path,
                name=wanted,
                operation_id=operation_id,
                method=method,
                path=path,
                required_query=required_query,
                optional_query=optional_query,
                success=success,
                paging=paging,
                rows_in=rows_in,
                retryable=method not in ("POST", "PATCH") if retryable is None else retryable,
                function=make,
            )
            self._endpoints.append(endpoint)
            return _without_endpoint(make, function)

        return declare


def _without_endpoint(make: Callable[P, T], function: Callable[..., T]) -> Callable[P, T]:
    """Show callers, and tools that look at signatures, the function without its first parameter."""
    signature = inspect.signature(function)
    first, *others = signature.parameters.values()
    make.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
    make.__annotations__ = {k: v for k, v in function.__annotations__.items() if k != first.name}
    return make
