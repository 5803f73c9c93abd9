"""From an HTTP request to one operation of a GoTo API and back: counting, faults, tokens, parameters."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import flask
import msgspec
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from greenroom.sandbox.core import Core
from greenroom.sandbox.counters import CallRecord
from greenroom.sandbox.entities import User
from greenroom.sandbox.faults import Fault, FaultyCall
from greenroom.sandbox.mutations import LIST_KINDS, changed, remove_some

JSON = "application/json"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """A response before it becomes one. Bytes go out as they are, an iterator of them as a stream, the rest as JSON."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON


class RefusalError(Exception):
    """A refusal, with the answer that says so."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"answer {answer.status}")
        self.answer = answer


class Bearer(NamedTuple):
    """Who a request's token speaks for; without a user the token is not good."""

    client_id: str | None = None
    user: User | None = None
    scope: str = ""
    token: str = ""


NOBODY = Bearer()


@dataclass
class Call:
    """One call to an operation, with the person its token speaks for."""

    core: Core
    client_id: str
    user: User
    path: dict[str, str]
    query: dict[str, str]
    accept: str
    raw_body: bytes
    product: "Product"
    scopes: tuple[str, ...] = ()
    fault: Fault | None = None

    def seen(self, items: Sequence[T]) -> Sequence[T]:
        """The items a list has for this call: all of them, unless a fault makes it shrink."""
        return remove_some(self.fault, items)

    def page_of(self, items: Sequence[T], number: int, size: int) -> Sequence[T]:
        """Cut a page out of a list; a torn page begins one item too early or too late."""
        first = number * size
        if self.fault is not None and self.fault.kind == "torn_page" and number > 0:
            first += 1 if self.fault.change == "skip" else -1
        return items[first : first + size]

    def json(self) -> Any:
        """Read the body, or refuse the call with the product's 400."""
        try:
            return msgspec.json.decode(self.raw_body)
        except (msgspec.DecodeError, RecursionError):
            raise self.product.bad_request("The request body is not JSON.") from None

    def json_object(self) -> dict[str, Any]:
        body = self.json()
        if not isinstance(body, dict):
            raise self.product.bad_request("The request body is not a JSON object.")
        return body

    def json_list(self) -> list[Any]:
        body = self.json()
        if not isinstance(body, list):
            raise self.product.bad_request("The request body is not a JSON array.")
        return body


@dataclass(frozen=True)
class Operation:
    """
    One row of an API's table.

    `is_locked` is off for the few operations that call another machine; they take the lock themselves.
    `is_public` is on for those that need no token. `also` are further paths it is reached by.
    """

    name: str
    method: str
    path: str
    handler: Callable[[Call], Answer]
    query: tuple[str, ...] = ()
    is_locked: bool = True
    is_public: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Product:
    """An API: where it is mounted, how it words a refusal, what it can do."""

    name: str
    base_path: str
    refuse: Callable[[int, str, str], RefusalError]
    operations: tuple[Operation, ...]
    licences: tuple[str, ...] = ()  # one of these is needed to use it; none means everybody may
    invalid_token: Callable[[Core, Operation], Answer] | None = None  # where it differs from the gateway's

    @cached_property
    def routes(self) -> Map:
        """The operations by path. Compiled once: all sandboxes of a process share it."""
        return Map(
            [
                Rule(path.replace("{", "<").replace("}", ">"), endpoint=operation, methods=[operation.method])
                for operation in self.operations
                for path in (operation.path, *operation.also)
            ]
        )

    def bad_request(self, description: str) -> RefusalError:
        return self.refuse(400, "InvalidRequest", description)


# The gateway's own answers. Observed in integrations and in a probe of the live service.
INVALID_TOKEN = Answer(
    403,
    {"int_err_code": "InvalidToken", "msg": "Invalid token passed"},
    {"x-amzn-errortype": "UnauthorizedException"},
)
UNKNOWN_PATH = Answer(404, {"errorCode": "NOT_FOUND", "message": "No such path at this API."})
CUT_MARK, ARRIVED_AT = "greenroom.sandbox.cut", "greenroom.sandbox.arrived_at"
CUT = Answer(504)  # never seen: the connection is gone
GATEWAY_TIMEOUT = Answer(504, {"message": "Endpoint request timed out"})
NONSENSE = "<!doctype html><title>Please wait</title><p>We will be back in a moment.</p>"


# Stands for nobody in the operations that need no token.
STRANGER = User("", "", "", "", "", "", "GMT", datetime(2000, 1, 1, tzinfo=UTC))


def mount(app: flask.Flask, core: Core, product: Product) -> None:
    """Route everything below a product's path to its operations."""
    limiter = RateLimit()

    def view(rest: str = "") -> flask.Response:
        adapter = product.routes.bind("sandbox")
        try:
            operation, path = adapter.match("/" + rest, flask.request.method)
        except HTTPException:
            return respond(UNKNOWN_PATH)
        return _respond(core, product, operation, limiter, dict(path))

    for rule in ("/", "/<path:rest>"):
        app.add_url_rule(
            product.base_path + rule,
            endpoint=product.name,
            view_func=view,
            methods=METHODS,
            provide_automatic_options=False,
        )


def _respond(
    core: Core, product: Product, operation: Operation, limiter: "RateLimit", path: dict[str, str]
) -> flask.Response:
    bearer = authenticate(core)
    answer = _answer(core, product, operation, limiter, path, bearer)
    return count_and_respond(
        core, product.name, operation.name, bearer.client_id, operation_path(product, operation), answer
    )


def operation_path(product: Product, operation: Operation) -> str:
    return product.base_path + operation.path


def _answer(
    core: Core,
    product: Product,
    operation: Operation,
    limiter: "RateLimit",
    path: dict[str, str],
    bearer: Bearer,
) -> Answer:
    with core.lock:
        fault = core.faults.take(FaultyCall(product.name, operation.name, _page_number()))
    if fault is not None and (early := answer_before(core, product, fault, bearer)) is not None:
        return early
    if (bearer.user is None or bearer.client_id is None) and not operation.is_public:
        return INVALID_TOKEN if product.invalid_token is None else product.invalid_token(core, operation)
    if bearer.client_id is not None and _is_too_fast(core, limiter, bearer.client_id):
        headers = {"Retry-After": "1"} if core.switches.text("retry_after") == "present" else {}
        return Answer(429, product.refuse(429, "TooManyRequests", "Too many requests per second.").answer.body, headers)
    answer = _perform(core, product, operation, path, bearer, fault)
    return answer_after(core, fault, answer)


def _is_too_fast(core: Core, limiter: "RateLimit", client_id: str) -> bool:
    with core.lock:
        return limiter.is_exceeded(client_id, core.switches.number("requests_per_second"))


def _page_number() -> int:
    """The page a call asks for, for faults that wait for the second one."""
    text = flask.request.args.get("page") or flask.request.args.get("offset") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _perform(
    core: Core, product: Product, operation: Operation, path: dict[str, str], bearer: Bearer, fault: Fault | None
) -> Answer:
    request = flask.request
    call = Call(
        core=core,
        client_id=bearer.client_id or "",
        user=bearer.user or STRANGER,
        path=path,
        query=request.args.to_dict(),
        accept=request.headers.get("Accept", ""),
        raw_body=request.get_data(),
        product=product,
        scopes=tuple(bearer.scope.split()),
        fault=fault,
    )
    try:
        _check_licence(call)
        _check_query(call, operation)
        if not operation.is_locked:
            return operation.handler(call)
        with core.lock:
            return operation.handler(call)
    except RefusalError as refusal:
        return refusal.answer
    finally:
        with core.lock:
            core.save()


def _check_licence(call: Call) -> None:
    """Refuse people without the product: an administrator can take an organizer's products away."""
    needed = call.product.licences
    if needed and call.user is not STRANGER and not set(needed) & set(call.user.products):
        raise call.product.refuse(403, "AccessDenied", "The token's user has no licence for this product.")


def _check_query(call: Call, operation: Operation) -> None:
    if call.core.switches.text("unknown_parameters") == "ignore":
        return
    unknown = sorted(set(call.query) - set(operation.query))
    if unknown:
        raise call.product.bad_request(
            f"The sandbox refuses query parameters that {operation.name} does not have: {', '.join(unknown)}."
        )


def authenticate(core: Core) -> Bearer:
    """Find the client and the user of the request's bearer token."""
    scheme, _, text = flask.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return NOBODY
    with core.lock:
        token = core.state.tokens.get(text.strip())
        if token is None or token.kind != "access":
            return NOBODY
        if token.is_revoked or token.expires_at <= core.clock.now():
            return Bearer(token.client_id)
        return Bearer(token.client_id, core.state.users.get(token.user_key), token.scope, token.token)


def answer_before(core: Core, product: Product | None, fault: Fault, bearer: Bearer = NOBODY) -> Answer | None:
    """
    Play a fault that keeps the call from taking effect.

    Raises:
        ConnectionCutError: the fault cuts the connection.
    """
    if fault.kind == "slow":
        core.sleep(fault.seconds)
        return None
    if fault.kind == "cut_before":
        cut_connection()
        return CUT
    if fault.kind == "timeout_before":
        core.sleep(fault.seconds)
        return GATEWAY_TIMEOUT
    if fault.kind == "nonsense":
        return Answer(200, (fault.body or NONSENSE).encode(), content_type="text/html; charset=utf-8")
    if fault.kind == "revoked_token" and product is not None:
        with core.lock:
            _revoke(core, bearer, with_refresh=fault.with_refresh)
        return INVALID_TOKEN
    return _status_answer(product, fault) if fault.kind == "status" else None


def _status_answer(product: Product | None, fault: Fault) -> Answer:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    if fault.body is not None:
        return Answer(fault.status, fault.body.encode(), headers)
    word = "TooManyRequests" if fault.status == 429 else "InternalError"
    description = "This answer comes from a fault rule of the sandbox."
    if product is None:
        return Answer(fault.status, {"error": "server_error", "error_description": description}, headers)
    return Answer(fault.status, product.refuse(fault.status, word, description).answer.body, headers)


def _revoke(core: Core, bearer: Bearer, *, with_refresh: bool) -> None:
    """End the caller's token; with its refresh token the whole grant, and a person must connect again."""
    token = core.state.tokens.get(bearer.token)
    if token is None:
        return
    ended = [other for other in core.state.tokens if other.grant_id == token.grant_id] if with_refresh else [token]
    for other in ended:
        other.is_revoked = True
        core.state.tokens.put(other.token, other)
    core.save()


def answer_after(core: Core, fault: Fault | None, answer: Answer) -> Answer:
    """Play a fault that loses or changes the answer of a call that took effect."""
    if fault is None:
        return answer
    if fault.kind in ("cut_after", "lost_rotation"):
        cut_connection()
        return CUT
    if fault.kind == "timeout_after":
        core.sleep(fault.seconds)
        return GATEWAY_TIMEOUT
    if fault.kind in LIST_KINDS and answer.status < 300 and isinstance(answer.body, dict | list | bytes):
        plain = msgspec.json.decode(answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body))
        return Answer(answer.status, changed(fault, plain), answer.headers, answer.content_type)
    return answer


def cut_connection() -> None:
    """Have the server side of this request hang up instead of answering; see `app.Sandbox.wsgi`."""
    flask.request.environ[CUT_MARK] = True


def count_and_respond(
    core: Core, product: str, operation: str, client_id: str | None, path: str, answer: Answer
) -> flask.Response:
    with core.lock:
        core.counters.add(
            CallRecord(
                at=core.clock.now(),
                arrived=flask.request.environ[ARRIVED_AT],
                client_id=client_id,
                product=product,
                operation=operation,
                method=flask.request.method,
                path=path,
                status=answer.status,
            )
        )
    return respond(answer)


def respond(answer: Answer) -> flask.Response:
    """Turn an answer into a response."""
    if answer.body is None:
        response = flask.Response(status=answer.status)
        del response.headers["Content-Type"]
    elif isinstance(answer.body, Iterator):
        response = flask.Response(answer.body, status=answer.status, content_type=answer.content_type)
    else:
        body = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
        response = flask.Response(body, status=answer.status, content_type=answer.content_type)
    response.headers.extend(answer.headers)
    return response


def mount_gateway_errors(
    app: flask.Flask, base_paths: tuple[str, ...], elsewhere: Callable[[], flask.typing.ResponseReturnValue]
) -> None:
    """Answer what no product's rule takes: below the API paths as the gateway does, `elsewhere` with a page."""

    def unrouted(error: HTTPException) -> flask.typing.ResponseReturnValue:
        if flask.request.path.startswith(base_paths):
            return respond(UNKNOWN_PATH)
        return elsewhere() if error.code == 404 else error

    app.register_error_handler(404, unrouted)
    app.register_error_handler(405, unrouted)


class RateLimit:
    """Calls of the last second per client, by real time. One per product."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._calls: dict[str, list[float]] = {}

    def is_exceeded(self, client_id: str, per_second: int) -> bool:
        """Note a call; tell whether it is one too many."""
        if per_second == 0:
            return False
        now = self._monotonic()
        recent = [at for at in self._calls.get(client_id, []) if at > now - 1.0]
        is_full = len(recent) >= per_second
        self._calls[client_id] = recent if is_full else [*recent, now]
        return is_full
