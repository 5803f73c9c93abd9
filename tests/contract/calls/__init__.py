"""One call of every published operation: made by the client, sent to the sandbox, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import httpx2
from tests.contract.calls import meeting, organization, support, training, webinar
from tests.contract.calls.world import Call, World
from tests.sandbox.doors import Door

from greenroom.goto import Answer, GoTo, Operation

_OF_PRODUCTS: dict[str, tuple[Callable[[], Any], dict[str, Call[Any]]]] = {
    "webinar": (webinar.World, webinar.CALLS),
    "training": (training.World, training.CALLS),
    "meeting": (meeting.World, meeting.CALLS),
    "scim": (organization.World, organization.SCIM_CALLS),
    "admin": (organization.World, organization.ADMIN_CALLS),
    "assist": (support.World, support.ASSIST_CALLS),
    "seeit": (support.World, support.SEEIT_CALLS),
}
# Product and operationId of every call there is.
CALLS = [(product, name) for product, (_, calls) in _OF_PRODUCTS.items() for name in calls]


class Outcome(NamedTuple):
    """
    What came of a call.

    Attributes:
        answer: what the client got, its value read.
        counted: product, operation and status of every call the sandbox noted meanwhile.
    """

    operation: Operation[Any]
    answer: Answer[Any]
    counted: list[tuple[str, str, int]]


def new_world(product: str) -> Any:
    """Make a world with what a product's calls are about."""
    make, _ = _OF_PRODUCTS[product]
    return make()


def make_operation(product: str, name: str, world: World) -> Operation[Any]:
    """Make the call of an operation in a world."""
    _, calls = _OF_PRODUCTS[product]
    return calls[name](world)


def client_of(door: Door) -> GoTo:
    """Give the client the door's token, and the sandbox as the network."""
    token = door.http.headers["Authorization"].removeprefix("Bearer ")
    return GoTo(token, base_url="http://testserver", transport=httpx2.WSGITransport(app=door.sandbox.wsgi))


def exercise(product: str, name: str) -> Outcome:
    """Send an operation through the client to a sandbox of its own."""
    world = new_world(product)
    operation = make_operation(product, name, world)
    world.olga.control("counters", method="DELETE")
    with client_of(world.olga) as goto:
        answer = goto.fetch(operation)
        _ = answer.value
    counted = world.olga.control("counters", method="GET")["calls"]
    return Outcome(operation, answer, [(one["product"], one["operation"], one["status"]) for one in counted])


def send_as_is(
    door: Door, operation: Operation[Any], *, query: Mapping[str, str] | None = None, body: bytes | None = None
) -> httpx2.Response:
    """Send an operation, perhaps with another query or body, and return the answer as it came, a refusal as well."""
    return door.http.request(
        operation.method,
        operation.path,
        params=operation.query if query is None else query,
        content=operation.body if body is None else body,
        headers={**operation.headers, "content-type": "application/json"},
    )
