"""The pages of a meeting's guests: they say who they are and come in, for nobody registers."""

import flask
from werkzeug.exceptions import NotFound

from greenroom.sandbox import rooms
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Meeting, Presence
from greenroom.sandbox.meeting import store
from greenroom.sandbox.pages.browser import Page, message
from greenroom.sandbox.pages.showing import state_of
from greenroom.sandbox.rooms import RoomError


def _meeting(core: Core, key: str) -> Meeting:
    meeting = core.state.meetings.get(key)
    if meeting is None:
        raise NotFound
    return meeting


def door_page(core: Core, key: str) -> Page:
    """Ask a guest for a name."""
    meeting = core.state.meetings.get(key)
    if meeting is None:
        return message("This meeting was not found", "The meeting you are trying to join is no longer there."), 404
    return _door(core, meeting, None, {})


def _door(core: Core, meeting: Meeting, error: str | None, values: dict[str, str]) -> str:
    state = state_of(core, meeting)
    return flask.render_template("meeting_door.html", event=meeting, state=state, error=error, values=values)


def door_post(core: Core, key: str) -> Page:
    meeting = _meeting(core, key)
    values = flask.request.form.to_dict()
    name, email = values.get("name", "").strip()[:128], values.get("email", "").strip()[:128]
    if not name:
        return _door(core, meeting, "Write the name others will see.", values), 400
    try:
        guest = store.enter(core, meeting, name=name, email=email)
    except RoomError as error:
        return _door(core, meeting, str(error), values), 409
    return flask.redirect(f"/join/meeting/{meeting.key}/{guest.registrant_key}", 303)


def _guest(core: Core, meeting: Meeting, guest_key: str) -> Presence | None:
    session = rooms.live_session(core, meeting)
    return core.state.presence_of(session.key, guest_key) if session is not None else None


def room_page(core: Core, key: str, guest_key: str) -> Page:
    """Show the room to a guest who came in by the door."""
    meeting = _meeting(core, key)
    guest = _guest(core, meeting, guest_key)
    return flask.render_template(
        "meeting_room.html",
        event=meeting,
        here=flask.request.path,
        guest=guest,
        looks_again=guest is not None and guest.is_in_room,
        state=state_of(core, meeting),
        inside=rooms.people_inside(core, meeting),
    )


def leave_post(core: Core, key: str, guest_key: str) -> Page:
    meeting = _meeting(core, key)
    guest = _guest(core, meeting, guest_key)
    while guest is not None and guest.is_in_room:
        rooms.leave(core, meeting, guest.registrant_key)
    return flask.redirect(f"/join/meeting/{meeting.key}/{guest_key}", 303)


PAGES = (
    ("/join/<key>", "meeting_door", ("GET",), door_page),
    ("/join/<key>", "meeting_door_post", ("POST",), door_post),
    ("/join/meeting/<key>/<guest_key>", "meeting_room", ("GET",), room_page),
    ("/join/meeting/<key>/<guest_key>/leave", "meeting_leave", ("POST",), leave_post),
)
