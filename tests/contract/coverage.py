"""What is there of each published operation: the client's function, the sandbox's route, and a call that was made."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

from tests.contract.calls import CALLS, Outcome, exercise
from tests.contract.published import ENTRIES, PRODUCTS, Entry, contract
from tests.goto.specimens import answer_type

from greenroom.goto import OPERATIONS, Endpoint, GotoError, Page
from greenroom.sandbox.coverage import served_operations

# The file of GoToAssist Remote Support declares no statuses; these are assumed.
ASSUMED_SUCCESS = (200, 201, 204, 302)

# Parameters that are told in GoToAssist's texts only, and one that its file writes into a path.
UNDECLARED_QUERY = {
    ("assist", "CompaniesGet"): ("q", "limit", "offset"),
    ("assist", "ArchiveRecordingsGet"): ("accountKey", "companyId"),
    ("assist", "ArchiveRecordingsUrlsAPIGet"): ("recordingIds",),
}


class Row(NamedTuple):
    """
    One published operation.

    Attributes:
        function: the client's, empty when there is none with the same method, path and parameters.
        is_served: the sandbox has the same method, path and parameters.
        answered: the declared status of success that the sandbox answered the client with, which read a value of the
            declared type; None when no such call was made.
    """

    entry: Entry
    function: str
    is_served: bool
    answered: int | None


def rows() -> Iterator[Row]:
    """Look every published operation up, and call it. Takes some seconds."""
    for entry in sorted(ENTRIES, key=lambda one: list(PRODUCTS).index(one.product)):
        endpoint = endpoint_of(entry)
        is_there = endpoint is not None and is_as_published(entry, endpoint)
        name = endpoint.name if endpoint and is_there else ""
        yield Row(entry, name, is_served(entry), answered(entry))


def endpoint_of(entry: Entry) -> Endpoint | None:
    """Find the client's endpoint of a published operation."""
    found = (one for one in OPERATIONS.values() if (one.product, one.operation_id) == entry.id)
    return next(found, None)


def is_as_published(entry: Entry, endpoint: Endpoint) -> bool:
    """Tell whether the client's method, path and query parameters are the published ones."""
    optional = {*entry.optional, *UNDECLARED_QUERY.get(entry.id, ())}
    return (
        (entry.method, entry.path) == (endpoint.method, endpoint.path)
        and contract(entry.product)["base_path"] == endpoint.base_path
        and set(entry.required) == set(endpoint.required_query)
        and optional == set(endpoint.optional_query)
    )


def is_served(entry: Entry) -> bool:
    """Tell whether the sandbox serves the published method and path, with at least the published parameters."""
    method, path, query = served_operations().get(entry.id, ("", "", ()))
    is_there = (method, path.partition("[")[0]) == (entry.method, contract(entry.product)["base_path"] + entry.path)
    return is_there and {*entry.required, *entry.optional} <= set(query)


def answered(entry: Entry) -> int | None:
    """Make the operation's call; None unless it is proven to work."""
    if entry.id not in CALLS:
        return None
    try:
        outcome = exercise(*entry.id)
    except GotoError:
        return None
    return outcome.answer.status if is_proof(entry, outcome) else None


def is_proof(entry: Entry, outcome: Outcome) -> bool:
    """Tell whether the sandbox counted the one call, answered a declared success, and the client read its type."""
    status = outcome.answer.status
    return (
        outcome.counted == [(*entry.id, status)]
        and status in (entry.success or ASSUMED_SUCCESS)
        and fits(outcome.answer.value, answer_type(outcome.operation.endpoint))
    )


def fits(value: Any, kind: Any) -> bool:
    """Tell whether a value, and what it is made of, is of a type."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return True
    if kind in (None, NoneType):
        return value is None
    if origin in (Union, UnionType):
        return any(fits(value, one) for one in inner)
    if origin in (list, Page):
        return isinstance(value, origin) and all(fits(one, inner[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict) and all(fits(one, inner[1]) for one in value.values())
    return isinstance(value, kind)
