"""The room of a webinar or training, as a registrant sees it."""

import flask
from werkzeug.exceptions import NotFound

from greenroom.sandbox import rooms
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Event, Registrant, Webinar
from greenroom.sandbox.pages.browser import Page, message
from greenroom.sandbox.pages.showing import state_of


def join_webinar(core: Core, key: str, number: str) -> Page:
    return _join(core, core.state.webinars.get(key), number)


def join_training(core: Core, key: str, number: str) -> Page:
    return _join(core, core.state.trainings.get(key), number)


def leave_webinar(core: Core, key: str, number: str) -> Page:
    return _leave(core, core.state.webinars.get(key), number)


def leave_training(core: Core, key: str, number: str) -> Page:
    return _leave(core, core.state.trainings.get(key), number)


def _registrant_by_number(core: Core, event: Event, number: str) -> Registrant:
    is_number = number.isascii() and number.isdigit() and len(number) < 12
    registrant = core.state.registrant_by_number(event.key, int(number)) if is_number else None
    if registrant is None:
        raise NotFound
    return registrant


def _join(core: Core, event: Event | None, number: str) -> Page:
    """Show the room. Coming by the link is joining: learners follow it from a lesson or a mail."""
    if event is None:
        return message("This event was not found", "The event you are trying to join is no longer available."), 404
    if (presenter := _presenter_by_number(event, number)) is not None:
        return _stage(core, event, presenter)
    registrant = _registrant_by_number(core, event, number)
    session = rooms.live_session(core, event)
    presence = core.state.presence_of(session.key, registrant.key) if session is not None else None
    has_left = "left" in flask.request.args
    may_enter = session is not None and registrant.status == "APPROVED" and not has_left
    if may_enter and (presence is None or not presence.is_in_room):
        presence = rooms.enter(core, event, registrant)
    state = state_of(core, event)
    return flask.render_template(
        "room.html",
        event=event,
        registrant=registrant,
        here=flask.request.path,
        state=state,
        looks_again=state != "over" and registrant.status != "DENIED",
        is_inside=presence is not None and presence.is_in_room,
        has_left=has_left,
        inside=rooms.people_inside(core, event),
    )


def _presenter_by_number(event: Event, number: str) -> str | None:
    """The name of the co-organizer or panelist whose link this is."""
    if not isinstance(event, Webinar):
        return None
    for person in event.presenters:
        if str(person.join_number) == number:
            return person.name
    return None


def _stage(core: Core, event: Event, presenter: str) -> str:
    """Show a presenter who is in the room; presenters are no attendees."""
    state = state_of(core, event)
    return flask.render_template(
        "stage.html",
        event=event,
        presenter=presenter,
        state=state,
        looks_again=state != "over",
        inside=rooms.people_inside(core, event),
    )


def _leave(core: Core, event: Event | None, number: str) -> Page:
    if event is None:
        raise NotFound
    registrant = _registrant_by_number(core, event, number)
    session = rooms.live_session(core, event)
    presence = core.state.presence_of(session.key, registrant.key) if session is not None else None
    while presence is not None and presence.is_in_room:
        rooms.leave(core, event, registrant.key)
    return flask.redirect(flask.request.path.removesuffix("/leave") + "?left=1", 303)


PAGES = (
    ("/join/<key>/<number>", "join_webinar", ("GET",), join_webinar),
    ("/join/<key>/<number>/leave", "leave_webinar", ("POST",), leave_webinar),
    ("/join/training/<key>/<number>", "join_training", ("GET",), join_training),
    ("/join/training/<key>/<number>/leave", "leave_training", ("POST",), leave_training),
)
