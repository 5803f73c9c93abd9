"""
A webinar's attendance, by the call that answers it.

The call over all sessions has been seen to be refused (403) to tokens that may read the sessions one by one; why
is unconfirmed. Source: the GoTo facts on errors and attendance (observed).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import msgspec

from greenroom.goto.errors import PermissionDeniedError
from greenroom.goto.webinar.models import Attendee
from greenroom.goto.webinar.operations import (
    get_all_sessions,
    get_attendees,
    get_attendees_for_all_webinar_sessions,
)

if TYPE_CHECKING:
    from greenroom.goto._drivers import AsyncGoTo, GoTo


def iterate_attendance(goto: GoTo, organizer_key: str, webinar_key: str) -> Iterator[Attendee]:
    """
    Yield one row per person and session of a webinar, whichever calls it takes.

    One call per 200 rows; where GoTo refuses that, one for the sessions and one for each of them.

    Raises:
        PermissionDeniedError: the token may read neither.
        ResourceNotFoundError: there is no such webinar.
    """
    pages = goto.pages(get_attendees_for_all_webinar_sessions(organizer_key, webinar_key))
    try:
        first = next(pages)
    except PermissionDeniedError:
        yield from _by_session(goto, organizer_key, webinar_key)
        return
    yield from first.items
    for page in pages:
        yield from page.items


def _by_session(goto: GoTo, organizer_key: str, webinar_key: str) -> Iterator[Attendee]:
    for session in goto.iterate(get_all_sessions(organizer_key, webinar_key)):
        for attendee in goto.send(get_attendees(organizer_key, webinar_key, session.session_key)):
            yield _of_session(attendee, session.session_key)


async def iterate_attendance_async(goto: AsyncGoTo, organizer_key: str, webinar_key: str) -> AsyncIterator[Attendee]:
    """Yield one row per person and session of a webinar; as `iterate_attendance`."""
    pages = goto.pages(get_attendees_for_all_webinar_sessions(organizer_key, webinar_key))
    try:
        first = await anext(pages)
    except PermissionDeniedError:
        async for attendee in _by_session_async(goto, organizer_key, webinar_key):
            yield attendee
        return
    for attendee in first.items:
        yield attendee
    async for page in pages:
        for attendee in page.items:
            yield attendee


async def _by_session_async(goto: AsyncGoTo, organizer_key: str, webinar_key: str) -> AsyncIterator[Attendee]:
    async for session in goto.iterate(get_all_sessions(organizer_key, webinar_key)):
        for attendee in await goto.send(get_attendees(organizer_key, webinar_key, session.session_key)):
            yield _of_session(attendee, session.session_key)


def _of_session(attendee: Attendee, session_key: str) -> Attendee:
    """Tell an attendee's session, where the row leaves it out."""
    return attendee if attendee.session_key else msgspec.structs.replace(attendee, session_key=session_key)
