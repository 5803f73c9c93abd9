"""The host page: launching, ending, and deciding about registrants."""

import flask
from werkzeug.exceptions import NotFound

from greenroom.sandbox import rooms
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Event, Registrant, Training, User, Webinar
from greenroom.sandbox.pages.browser import Page, message, sign_in, signed_in_user
from greenroom.sandbox.pages.showing import state_of
from greenroom.sandbox.registering import decide_on
from greenroom.sandbox.rooms import RoomError

LISTED_WAITING = 100


def _hosted(core: Core, product: str, key: str) -> Event:
    event: Event | None = None
    if product == "webinar":
        event = core.state.webinars.get(key)
    elif product == "training":
        event = core.state.trainings.get(key)
    elif product == "meeting":
        event = core.state.meetings.get(key)
    if event is None:
        raise NotFound
    return event


def _may_host(user: User, event: Event) -> bool:
    if user.key == event.organizer_key or (user.is_admin and user.account_key == event.account_key):
        return True
    if isinstance(event, Training):
        return user.key in event.organizer_keys
    return isinstance(event, Webinar) and any(person.member_key == user.key for person in event.co_organizers)


def host_page(core: Core, product: str, key: str) -> Page:
    event = _hosted(core, product, key)
    here = f"/host/{product}/{key}"
    if (token := flask.request.args.get("token")) is not None:
        return _use_host_pass(core, event, token, here)
    user = signed_in_user(core)
    if user is None:
        return flask.redirect(f"/sign-in?next={here}", 303)
    if not _may_host(user, event):
        return message("This event belongs to somebody else", "Sign in as its organizer to start it."), 403
    return _host_view(core, event, product, user, None)


def _use_host_pass(core: Core, event: Event, token: str, here: str) -> Page:
    """Sign the browser in with a one-time link, and use the link up."""
    host_pass = core.state.host_passes.get(token)
    core.state.host_passes.remove(token)
    user = core.state.users.get(host_pass.user_key) if host_pass is not None else None
    if (
        host_pass is None
        or user is None
        or host_pass.event_key != event.key
        or host_pass.expires_at <= core.clock.now()
    ):
        return message("This start link was used before or has expired", "Ask for a new one, or sign in to start."), 403
    response = flask.make_response(flask.redirect(here, 303))
    sign_in(core, user, response)
    return response


def _host_view(core: Core, event: Event, product: str, user: User, error: str | None) -> str:
    session = rooms.live_session(core, event)
    present = core.state.presences_of(session.key) if session is not None else []
    return flask.render_template(
        "host.html",
        event=event,
        product=product,
        user=user,
        error=error,
        state=state_of(core, event),
        session=session,
        registered=core.state.count_registrants(event.key),
        waiting=_waiting(core, event),
        inside=[presence for presence in present if presence.is_in_room],
        left=[presence for presence in present if not presence.is_in_room],
        past=[
            (session, len(core.state.presences_of(session.key)))
            for session in core.state.sessions_of(event.key)
            if session.ended_at is not None
        ],
        presenters=_presenters(core, event),
        recordings=[recording for recording in core.state.recordings if recording.event_key == event.key],
    )


def _presenters(core: Core, event: Event) -> list[str]:
    """Who presents beside the organizer."""
    if isinstance(event, Webinar):
        return [person.name for person in event.presenters]
    others = event.organizer_keys if isinstance(event, Training) else []
    return [core.state.users[key].name for key in others if key != event.organizer_key]


def _waiting(core: Core, event: Event) -> list[Registrant]:
    """The first registrants who wait for an answer; nobody looks through a whole crowd for them."""
    people = core.state.registrants_of(event.key)
    first = people if not core.state.has_crowd(event.key) else people[:LISTED_WAITING]
    return [person for person in first if person.status == "WAITING"]


def host_act(core: Core, product: str, key: str, act: str) -> Page:
    event = _hosted(core, product, key)
    user = signed_in_user(core)
    if user is None:
        return flask.redirect(f"/sign-in?next=/host/{product}/{key}", 303)
    if not _may_host(user, event):
        return message("This event belongs to somebody else", "Sign in as its organizer to start it."), 403
    try:
        _perform_host_act(core, event, user, act)
    except RoomError as error:
        return _host_view(core, event, product, user, str(error)), 409
    return flask.redirect(f"/host/{product}/{key}", 303)


def _perform_host_act(core: Core, event: Event, user: User, act: str) -> None:
    if act == "launch":
        rooms.launch(core, event, organizer_key=user.key)
    elif act == "end":
        rooms.end(core, event)
    elif act in ("approve", "deny"):
        decide(core, event, flask.request.form.get("registrant", ""), "APPROVED" if act == "approve" else "DENIED")
    else:
        raise NotFound


def decide(core: Core, event: Event, registrant_key: str, status: str) -> Registrant:
    """Approve or deny a registrant of either product."""
    registrant = core.state.registrant_of(event.key, registrant_key)
    if registrant is None:
        raise NotFound
    decide_on(core, event, registrant, status)
    return registrant


PAGES = (
    ("/host/<product>/<key>", "host", ("GET",), host_page),
    ("/host/<product>/<key>/<act>", "host_act", ("POST",), host_act),
)
