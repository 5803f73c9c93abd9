"""Whatever comes back, only the client's own errors come out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.goto.fakes import NOW

from greenroom.goto import GotoError, training, webinar
from greenroom.goto._auth import BearerToken
from greenroom.goto._flow import Send, Settings, exchange
from greenroom.goto._operation import Operation, Reply
from greenroom.goto._retry import RetryPolicy

WEBINAR = {
    "webinarKey": 4104950342217711886, "webinarID": "123456789", "subject": "S", "inSession": False,
    "times": [{"startTime": "2026-09-08T08:00:00Z", "endTime": "2026-09-08T10:00:00Z"}], "type": "series",
    "numberOfRegistrants": 3, "experienceType": "CLASSIC",
}  # fmt: skip
TRAINING = {
    "trainingKey": "5", "name": "N", "organizers": [{"organizerKey": 1, "email": "o@example.com"}],
    "registrationSettings": {"disableConfirmationEmail": True},
    "times": [{"startDate": "2026-09-08T08:00:00Z", "endDate": "2026-09-08T10:00:00Z"}],
}  # fmt: skip
REGISTRANT = {
    "registrantKey": 1,
    "email": "l@example.com",
    "status": "APPROVED",
    "registrationDate": "2026-09-08T08:00:00Z",
}
ATTENDEE = {"registrantKey": "1", "attendanceTimeInSeconds": 60, "attendance": [{"joinTime": "2026-09-08T08:00:00Z"}]}
PAGE = {"size": 20, "totalElements": 1, "totalPages": 1, "number": 0}

CASES: dict[str, tuple[Operation[Any], Any]] = {
    "webinar": (webinar.get_webinar("1", "2"), WEBINAR),
    "webinars": (webinar.get_webinars("1", NOW, NOW), {"_embedded": {"webinars": [WEBINAR]}, "page": PAGE}),
    "registrants": (
        webinar.get_all_registrants_for_webinar("1", "2"),
        {"data": [REGISTRANT], "total": 1, "page": 0, "limit": 20, "pageSize": 1},
    ),
    "attendees": (webinar.get_attendees("1", "2", "3"), [ATTENDEE]),
    "performance": (
        webinar.get_performance_for_all_webinar_sessions("1", "2"),
        {"7": {"sessionInfo": {"sessionKey": 7}}},
    ),
    "training": (training.get_training("1", "2"), TRAINING),
    "created": (
        training.register_for_training("1", "2", training.RegistrantReqCreate(email="e", given_name="g", surname="s")),
        {"registrantKey": 1, "joinUrl": "j", "confirmationUrl": "c"},
    ),
    "scheduled": (training.get_start_url("1", "2"), "https://x.example/"),
}  # fmt: skip

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


@pytest.mark.parametrize("name", sorted(CASES))
@settings(max_examples=150, deadline=None)
@given(data=st.data(), status=st.sampled_from([200, 200, 201, 400, 401, 403, 404, 409, 429, 500]))
def test_mutated_answers_raise_our_errors_only(name: str, data: st.DataObject, status: int) -> None:
    operation, body = CASES[name]
    content = json.dumps(data.draw(mutated(body))).encode()

    try:
        run(operation, status, content)
    except GotoError as error:
        assert error.code  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("name", sorted(CASES))
@settings(max_examples=50, deadline=None)
@given(
    content=st.binary(max_size=64) | st.just(b"<html><body>Bad gateway</body></html>"),
    status=st.sampled_from([200, 409, 502]),
)
def test_bytes_that_are_no_json_raise_our_errors_only(name: str, content: bytes, status: int) -> None:
    try:
        run(CASES[name][0], status, content)
    except GotoError as error:
        assert "<html>" not in str(error)  # noqa: PT017


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_unchanged_answers_are_read(name: str) -> None:
    operation, body = CASES[name]

    assert run(operation, 200, json.dumps(body).encode()) is not None
