"""All of a webinar's attendance, whichever calls GoTo allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from tests.goto.fakes import FakeGoTo, answer, hal

from greenroom.goto import AsyncGoTo, GoTo, PermissionDeniedError, ResourceNotFoundError, webinar

BASE = "/G2W/rest/v2/organizers/1/webinars/2"
DENIED = answer(403, {"errorCode": "AccessDenied"})


@pytest.fixture(params=["sync", "async"])
def attendance(request: pytest.FixtureRequest) -> Callable[[FakeGoTo], list[Any]]:
    def act(fake: FakeGoTo) -> list[Any]:
        if request.param == "sync":
            with GoTo("t", transport=fake.transport) as goto:
                return list(webinar.iterate_attendance(goto, "1", "2"))

        async def run() -> list[Any]:
            async with AsyncGoTo("t", transport=fake.transport) as goto:
                return [row async for row in webinar.iterate_attendance_async(goto, "1", "2")]

        return asyncio.run(run())

    return act


def goto_allows(**answers: httpx2.Response) -> FakeGoTo:
    """Answer by the path below the webinar, with `_` for `/`; everything else is refused."""

    def react(request: httpx2.Request) -> httpx2.Response:
        found = answers.get(request.url.path.removeprefix(BASE + "/").replace("/", "_"), DENIED)
        return httpx2.Response(found.status_code, content=found.content)

    return FakeGoTo(react)


def test_one_call_is_enough_where_goto_allows_it(attendance) -> None:
    rows = [{"registrantKey": "1", "sessionKey": s} for s in (7, 8)]
    fake = goto_allows(attendees=hal("attendeeParticipationResponses", rows, number=0, total_pages=1, total=2))

    assert [(row.registrant_key, row.session_key) for row in attendance(fake)] == [("1", "7"), ("1", "8")]
    assert len(fake.requests) == 1


def test_the_sessions_are_read_one_by_one_where_it_does_not(attendance) -> None:
    sessions = [{"sessionKey": "7"}, {"sessionKey": "8"}]
    fake = goto_allows(
        sessions=hal("sessionInfoResources", sessions, number=0, total_pages=1, total=2),
        sessions_7_attendees=answer(200, [{"registrantKey": 1}, {"registrantKey": 2, "sessionKey": 7}]),
        sessions_8_attendees=answer(200, [{"registrantKey": 1}]),
    )

    rows = [(row.registrant_key, row.session_key) for row in attendance(fake)]

    assert rows == [("1", "7"), ("2", "7"), ("1", "8")]


def test_who_may_read_neither_is_told(attendance) -> None:
    with pytest.raises(PermissionDeniedError):
        attendance(goto_allows())


def test_other_errors_are_not_taken_for_a_missing_right(attendance) -> None:
    fake = goto_allows(attendees=answer(404))

    with pytest.raises(ResourceNotFoundError):
        attendance(fake)
    assert len(fake.requests) == 1
