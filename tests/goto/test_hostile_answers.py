"""Whatever comes back, only the client's own errors come out."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.inspect import type_info
from tests.goto.fakes import NOW
from tests.goto.specimens import answer_type, example, specimen

from greenroom.goto import (
    OPERATIONS,
    BearerToken,
    Content,
    Data,
    Endpoint,
    GotoError,
    Hal,
    OAuthClient,
    Offset,
    Redirect,
    UnexpectedResponseError,
    webhooks,
)
from greenroom.goto._auth import TokenEndpoint
from greenroom.goto._flow import Send, Settings, exchange
from greenroom.goto._operation import Operation, Reply
from greenroom.goto._retry import RetryPolicy

# Cases over all models together, in parts that run beside each other; `make test-more` has twenty thousand.
CASES_COUNT = int(os.environ.get("GREENROOM_HOSTILE_CASES", "800"))
PARTS = 4
# What is no answer of an operation: a delivery, and the token endpoint's answer.
EVENT = example(type_info(webhooks.WebhookEvent))
TOKEN = {"access_token": "a", "refresh_token": "r", "expires_in": 3600, "scope": "collab:", "principal": "p"}
# Operations whose answer is not read, so that nothing can be wrong with it.
UNREAD = {name for name, endpoint in OPERATIONS.items() if answer_type(endpoint) in (type(None), Redirect, Any)}
READ = sorted(OPERATIONS.keys() - UNREAD)
# Lists that are not there at all when they are empty.
WHOLE = {"webinar.get_webhooks", "webinar.get_user_subscriptions"}
# Lists that are the member of an object, and are not read page by page.
WRAPPED = {
    "scim.get_groups": "resources",
    "scim.get_users": "resources",
    "admin.get_licenses": "results",
    "assist.get_sessions": "sessions",
}

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:
    """Change a body somewhere: drop a member, make it null, give it another type or a wrong nesting."""
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        name = draw(st.sampled_from(sorted(value)))
        if not draw(st.integers(0, 4)):
            return {other: item for other, item in value.items() if other != name}
        return {**value, name: draw(mutated(value[name]))}
    if isinstance(value, list) and value and draw(st.integers(0, 3)):
        return [draw(mutated(value[0])), *value[1:]]
    return draw(st.one_of(ANYTHING, st.just([value]), st.just({"data": value})))


def run(operation: Operation[Any], status: int, content: bytes) -> Any:
    """Send an operation without any driver: the core's steps are answered here."""
    settings_ = Settings(
        auth=BearerToken("t"), base_url="https://x.example", limiter=None, retry=RetryPolicy(attempts=1),
        now=lambda: NOW, random=lambda: 0.0, user_agent="t",
    )  # fmt: skip
    flow = exchange(settings_, operation)
    try:
        step = next(flow)
        assert isinstance(step, Send)
        flow.send(Reply(status, {}, content))
    except StopIteration as end:
        return operation.read(end.value)
    raise AssertionError("one answer must be enough")


def read_event(content: bytes) -> Any:
    return webhooks.parse(content)


def read_token(content: bytes) -> Any:
    flow = TokenEndpoint(OAuthClient("an-id"), "https://x.example", lambda: NOW).exchange_code("c", None)
    try:
        next(flow)
        flow.send(Reply(200, {}, content))
    except StopIteration as end:
        return end.value
    raise AssertionError("one answer must be enough")


@pytest.mark.parametrize("part", range(PARTS))
@settings(max_examples=CASES_COUNT // PARTS, suppress_health_check=list(HealthCheck))
@given(
    data=st.data(),
    name=st.sampled_from([*sorted(OPERATIONS), "event", "token"]),
    status=st.sampled_from([200, 200, 200, 201, 400, 401, 403, 404, 409, 429, 500]),
)
def test_mutated_answers_raise_our_errors_only(data: st.DataObject, name: str, status: int, part: int) -> None:
    """Over all models: dropped, null, retyped, huge, wrongly nested members; no list loses an item, or itself."""
    body = data.draw(mutated({"event": EVENT, "token": TOKEN}.get(name) or specimen(name)[1]))
    content = json.dumps(body).encode()
    try:
        if name == "event":
            value = read_event(content)
        elif name == "token":
            value = read_token(content)
        else:
            value = run(specimen(name)[0], status, content)
    except GotoError as error:
        assert error.code  # noqa: PT017 - either outcome is right
        return
    if status < 300 and isinstance(value, Sequence) and not isinstance(value, str):
        rows = rows_in(body, OPERATIONS[name])
        assert len(rows or ()) == len(value)
        assert rows is not None or name in WHOLE or tells_that_there_is_nothing(body)


def rows_in(body: Any, endpoint: Endpoint) -> list[Any] | None:
    """Return the list where it belongs, or the only thing there is; None where the list is missing."""
    if isinstance(body, list):
        return body
    match endpoint.paging:
        case Hal(embedded=name):
            return (body.get("_embedded") or {}).get(name)
        case Data():
            return body.get("data")
        case Content():
            return body.get("content")
        case Offset(items=name):
            return body.get(name)
    if f"{endpoint.product}.{endpoint.name}" in WHOLE and not body:
        return None
    wrapped = WRAPPED.get(f"{endpoint.product}.{endpoint.name}")
    return body.get(wrapped) if wrapped else [body]


def tells_that_there_is_nothing(body: dict[str, Any]) -> bool:
    told = body.get("page") if isinstance(body.get("page"), dict) else body
    return "0" in {str(told.get(name)) for name in ("total", "totalElements", "totalPages", "totalResults")}


@settings(max_examples=max(CASES_COUNT // 4, 100))
@given(
    name=st.sampled_from(READ),
    content=st.binary(max_size=64) | st.sampled_from([b"<html><body>Bad gateway</body></html>", b"[" * 5000, b"1e999"]),
    status=st.sampled_from([200, 409, 502]),
)
def test_bytes_that_are_no_json_raise_our_errors_only(name: str, content: bytes, status: int) -> None:
    try:
        run(specimen(name)[0], status, content)
    except GotoError as error:
        assert "<html>" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("name", READ)
def test_the_unchanged_answers_are_read(name: str) -> None:
    """Every operation's answer with every member, so that each model is read at least once."""
    operation, body = specimen(name)

    value = run(
        operation, operation.endpoint.success[0] if operation.endpoint.success else 200, json.dumps(body).encode()
    )

    assert value is not None
    if isinstance(value, Sequence) and not isinstance(value, str):
        assert len(value) == 1


@pytest.mark.parametrize("name", READ)
def test_html_with_success_is_unexpected(name: str) -> None:
    operation, _ = specimen(name)

    with pytest.raises(UnexpectedResponseError):
        run(operation, 200, b"<html><body>Sign in</body></html>")


def test_unread_answers_are_those_of_calls_that_answer_nothing() -> None:
    assert len(UNREAD) == 143 - len(READ)
    assert all(OPERATIONS[name].method != "GET" for name in UNREAD if answer_type(OPERATIONS[name]) is type(None))
