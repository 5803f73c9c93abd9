"""From an HTTP request to one operation of a GoTo API and back: counting, faults, tokens, parameters."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import flask
import msgspec
from werkzeug.exceptions import HTTPException

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import User
from greenroom.sandbox.faults import Fault

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """A response before it becomes one. A `bytes` body goes out as it is, anything else as JSON."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON


class RefusalError(Exception):
    """A refusal, with the answer that says so."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"answer {answer.status}")
        self.answer = answer


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

    def json(self) -> Any:
        """Read the body, or refuse the call with the product's 400."""
        try:
            return msgspec.json.decode(self.raw_body)
        except msgspec.DecodeError:
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
    """

    name: str
    method: str
    path: str
    handler: Callable[[Call], Answer]
    query: tuple[str, ...] = ()
    is_locked: bool = True


@dataclass(frozen=True)
class Product:
    """An API: where it is mounted, how it words a refusal, what it can do."""

    name: str
    base_path: str
    refuse: Callable[[int, str, str], RefusalError]
    operations: tuple[Operation, ...]

    def bad_request(self, description: str) -> RefusalError:
        return self.refuse(400, "InvalidRequest", description)


# The gateway's own answers. Observed in integrations and in a probe of the live service.
INVALID_TOKEN = Answer(
    403,
    {"int_err_code": "InvalidToken", "msg": "Invalid token passed"},
    {"x-amzn-errortype": "UnauthorizedException"},
)
UNKNOWN_PATH = Answer(404, {"errorCode": "NOT_FOUND", "message": "No such path at this API."})
GATEWAY_TIMEOUT = Answer(504, {"message": "Endpoint request timed out"})
NONSENSE = "<!doctype html><title>Please wait</title><p>We will be back in a moment.</p>"


def mount(app: flask.Flask, core: Core, product: Product) -> None:
    """Route every operation of a product."""
    limiter = RateLimit()
    for operation in product.operations:
        rule = product.base_path + operation.path.replace("{", "<").replace("}", ">")
        app.add_url_rule(
            rule,
            endpoint=f"{product.name}.{operation.name}",
            view_func=_view(core, product, operation, limiter),
            methods=[operation.method],
            provide_automatic_options=False,
        )


def _view(core: Core, product: Product, operation: Operation, limiter: "RateLimit") -> Callable[..., flask.Response]:
    def view(**path: str) -> flask.Response:
        client_id, user = authenticate(core)
        answer = _answer(core, product, operation, limiter, path, client_id, user)
        return count_and_respond(
            core, product.name, operation.name, client_id, operation_path(product, operation), answer
        )

    return view


def operation_path(product: Product, operation: Operation) -> str:
    return product.base_path + operation.path


def _answer(
    core: Core,
    product: Product,
    operation: Operation,
    limiter: "RateLimit",
    path: dict[str, str],
    client_id: str | None,
    user: User | None,
) -> Answer:
    with core.lock:
        fault = core.faults.take(product.name, operation.name)
    if fault is not None and (early := answer_before(core, product, fault)) is not None:
        return early
    if user is None or client_id is None:
        return INVALID_TOKEN
    with core.lock:
        is_too_fast = limiter.is_exceeded(client_id, core.switches.number("requests_per_second"))
    if is_too_fast:
        headers = {"Retry-After": "1"} if core.switches.text("retry_after") == "present" else {}
        return Answer(429, product.refuse(429, "TooManyRequests", "Too many requests per second.").answer.body, headers)
    answer = _perform(core, product, operation, path, client_id, user)
    return answer_after(core, fault) or answer


def _perform(
    core: Core, product: Product, operation: Operation, path: dict[str, str], client_id: str, user: User
) -> Answer:
    request = flask.request
    call = Call(
        core=core,
        client_id=client_id,
        user=user,
        path=path,
        query=request.args.to_dict(),
        accept=request.headers.get("Accept", ""),
        raw_body=request.get_data(),
        product=product,
    )
    try:
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


def _check_query(call: Call, operation: Operation) -> None:
    if call.core.switches.text("unknown_parameters") == "ignore":
        return
    unknown = sorted(set(call.query) - set(operation.query))
    if unknown:
        raise call.product.bad_request(
            f"The sandbox refuses query parameters that {operation.name} does not have: {', '.join(unknown)}."
        )


def authenticate(core: Core) -> tuple[str | None, User | None]:
    """Find the client and the user of the request's bearer token; (None, None) for any token that is not good."""
    scheme, _, text = flask.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None, None
    with core.lock:
        token = core.state.tokens.get(text.strip())
        if token is None or token.kind != "access":
            return None, None
        if token.is_revoked or token.expires_at <= core.clock.now():
            return token.client_id, None
        return token.client_id, core.state.users.get(token.user_key)


def answer_before(core: Core, product: Product | None, fault: Fault) -> Answer | None:
    """Play a fault that keeps the call from taking effect."""
    if fault.kind == "slow":
        core.sleep(fault.seconds)
        return None
    if fault.kind == "timeout_before":
        core.sleep(fault.seconds)
        return GATEWAY_TIMEOUT
    if fault.kind == "nonsense":
        return Answer(200, (fault.body or NONSENSE).encode(), content_type="text/html; charset=utf-8")
    if fault.kind == "status":
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
        if fault.body is not None:
            return Answer(fault.status, fault.body.encode(), headers)
        word = "TooManyRequests" if fault.status == 429 else "InternalError"
        description = "This answer comes from a fault rule of the sandbox."
        if product is None:
            return Answer(fault.status, {"error": "server_error", "error_description": description}, headers)
        return Answer(fault.status, product.refuse(fault.status, word, description).answer.body, headers)
    return None


def answer_after(core: Core, fault: Fault | None) -> Answer | None:
    """Play a fault that loses the answer of a call that took effect."""
    if fault is None or fault.kind != "timeout_after":
        return None
    core.sleep(fault.seconds)
    return GATEWAY_TIMEOUT


def count_and_respond(
    core: Core, product: str, operation: str, client_id: str | None, path: str, answer: Answer
) -> flask.Response:
    with core.lock:
        core.counters.add(
            at=core.clock.now(),
            client_id=client_id,
            product=product,
            operation=operation,
            method=flask.request.method,
            path=path,
            status=answer.status,
        )
    return respond(answer)


def respond(answer: Answer) -> flask.Response:
    """Turn an answer into a response."""
    if answer.body is None:
        response = flask.Response(status=answer.status)
        del response.headers["Content-Type"]
    else:
        body = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
        response = flask.Response(body, status=answer.status, content_type=answer.content_type)
    response.headers.extend(answer.headers)
    return response


def mount_gateway_errors(app: flask.Flask, base_paths: tuple[str, ...]) -> None:
    """Answer unknown paths and methods below the API paths as the gateway does."""

    def unrouted(error: HTTPException) -> flask.typing.ResponseReturnValue:
        if flask.request.path.startswith(base_paths):
            return respond(UNKNOWN_PATH)
        return error

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
