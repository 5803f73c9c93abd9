"""The sandbox's pages. Each reads its input, asks a store, and shows a template."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import flask
from werkzeug.exceptions import NotFound

from greenroom.sandbox import rooms
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Event, Registrant, Training, User, Webinar
from greenroom.sandbox.pages import meetings as meeting_pages
from greenroom.sandbox.pages import support as support_pages
from greenroom.sandbox.pages.browser import Page, local_path, message, sign_in, sign_out, signed_in_user
from greenroom.sandbox.registering import decide_on
from greenroom.sandbox.rooms import RoomError
from greenroom.sandbox.seeit.store import status as seeit_status
from greenroom.sandbox.switches import SWITCHES
from greenroom.sandbox.times import write_instant, zone_named
from greenroom.sandbox.webinar import store as webinar_store
from greenroom.sandbox.webinar.fields import InvalidFieldError, asked_fields

View = Callable[..., Page]

LISTED_SESSIONS = 20
LISTED_WAITING = 100

FIELD_LABELS = {
    "firstName": "First name",
    "lastName": "Last name",
    "email": "E-mail address",
    "address": "Address",
    "city": "City",
    "state": "State",
    "zipCode": "Postcode",
    "country": "Country",
    "phone": "Phone",
    "organization": "Organization",
    "jobTitle": "Job title",
    "questionsAndComments": "Questions and comments",
    "industry": "Industry",
    "numberOfEmployees": "Number of employees",
    "purchasingTimeFrame": "Purchasing time frame",
    "purchasingRole": "Purchasing role",
}


def mount(app: flask.Flask, core: Core) -> None:
    """Route the pages and teach the templates to show times."""
    app.jinja_env.filters["instant"] = write_instant
    app.jinja_env.filters["when"] = show_when
    app.jinja_env.filters["span"] = show_span
    pages: tuple[tuple[str, str, tuple[str, ...], Callable[..., Page]], ...] = (
        ("/", "index", ("GET",), index),
        ("/sign-in", "sign_in", ("GET",), sign_in_page),
        ("/sign-in", "sign_in_post", ("POST",), sign_in_post),
        ("/sign-out", "sign_out", ("POST",), sign_out_post),
        ("/switches", "switches", ("GET",), switches_page),
        ("/counters", "counters", ("GET",), counters_page),
        ("/host/<product>/<key>", "host", ("GET",), host_page),
        ("/host/<product>/<key>/<act>", "host_act", ("POST",), host_act),
        ("/join/<key>/<number>", "join_webinar", ("GET",), join_webinar),
        ("/join/<key>/<number>/leave", "leave_webinar", ("POST",), leave_webinar),
        ("/join/training/<key>/<number>", "join_training", ("GET",), join_training),
        ("/join/training/<key>/<number>/leave", "leave_training", ("POST",), leave_training),
        ("/register/<key>", "register", ("GET",), register_page),
        ("/register/<key>", "register_post", ("POST",), register_post),
        ("/registration/confirmation.tmpl", "confirmation", ("GET",), confirmation_page),
        ("/recordings/<key>", "recording", ("GET",), recording_page),
        *meeting_pages.PAGES,
        *support_pages.PAGES,
    )
    for rule, endpoint, methods, view in pages:
        app.add_url_rule(rule, endpoint=f"pages.{endpoint}", view_func=_locked(core, view), methods=list(methods))


def _locked(core: Core, view: Callable[..., Page]) -> View:
    @wraps(view)
    def run(**values: str) -> Page:
        with core.lock:
            try:
                return view(core, **values)
            finally:
                core.save()

    return run


# Showing times


def show_when(instant: datetime, zone: str) -> str:
    """Write a time for people: `Tue 1 September 2026, 14:00 EDT`."""
    local = instant.astimezone(zone_named(zone))
    return f"{local:%a} {local.day} {local:%B %Y, %H:%M %Z}"


def show_span(seconds: float) -> str:
    """Write a length for people: `1 h 20 min`."""
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )


# What the sandbox holds


def index(core: Core) -> Page:
    state = core.state
    owners = []
    for account in state.accounts:
        people = [
            {
                "user": user,
                "webinars": _listed(core, [w for w in state.webinars if w.organizer_key == user.key]),
                "trainings": _listed(core, [t for t in state.trainings if t.organizer_key == user.key]),
                "meetings": _listed(core, [m for m in state.meetings if m.organizer_key == user.key]),
                "support": _support_rows(core, user),
            }
            for user in state.users
            if user.account_key == account.key
        ]
        owners.append({"account": account, "people": people})
    return flask.render_template(
        "index.html",
        owners=owners,
        now=core.clock.now(),
        is_frozen=core.clock.is_frozen,
        speed=core.clock.speed,
        calls=core.counters.total,
        scenarios=sum(any(act.state == "planned" for act in s.acts) for s in state.scenarios),
        faults=len(core.faults.all()),
    )


def _support_rows(core: Core, user: User) -> list[dict[str, Any]]:
    """The latest support sessions of a technician, of both products, latest first."""
    rows = [
        {
            "title": s.customer_name or "Support session",
            "status": s.status,
            "at": s.created_at,
            "href": f"/launch/{s.token}",
        }
        for s in core.state.assist_sessions
        if s.user_key == user.key
    ]
    rows += [
        {"title": "Camera session", "status": seeit_status(s), "at": s.created_at, "href": f"/seeit/start/{s.uuid}"}
        for s in core.state.seeit_sessions
        if s.user_key == user.key
    ]
    for row in rows:
        row["word"] = support_pages.STATUS_WORDS[str(row["status"])]
    return sorted(rows, key=lambda row: str(row["at"]), reverse=True)[:LISTED_SESSIONS]


def _listed(core: Core, events: list[Any]) -> list[dict[str, Any]]:
    """Rows for a list of events: live ones first, then what comes next, then the past from the latest back."""
    now = core.clock.now()
    rows = [
        {"event": event, "state": _state(core, event), "people": core.state.count_registrants(event.key)}
        for event in events
    ]

    def order(row: dict[str, Any]) -> tuple[int, float]:
        event, state = row["event"], row["state"]
        if state == "over":
            return 2, -rooms.last_end(event).timestamp()
        ahead = [r.starts_at for r in event.times if r.ends_at > now] or [event.times[0].starts_at]
        row["next"] = ahead[0]
        return (0 if state == "live" else 1), ahead[0].timestamp()

    return sorted(rows, key=order)


def _state(core: Core, event: Event) -> str:
    if event.live_session_key is not None:
        return "live"
    return "over" if rooms.is_over(core, event) else "planned"


def switches_page(core: Core) -> Page:
    return flask.render_template("switches.html", switches=SWITCHES, values=core.switches.all())


def counters_page(core: Core) -> Page:
    report = core.counters.report()
    return flask.render_template("counters.html", calls=report["calls"], total=report["total"])


# Signing in


def sign_in_page(core: Core) -> Page:
    return _sign_in_form(core, local_path(flask.request.args.get("next")), "", None)


def _sign_in_form(core: Core, then: str, email: str, error: str | None) -> str:
    return flask.render_template("sign_in.html", then=then, email=email, error=error, users=list(core.state.users))


def sign_in_post(core: Core) -> Page:
    form = flask.request.form
    then, email = local_path(form.get("next")), form.get("email", "")
    user = core.state.user_by_email(email)
    if user is None or user.password != form.get("password"):
        return _sign_in_form(core, then, email, "This e-mail address and password do not belong together."), 403
    response = flask.make_response(flask.redirect(then, 303))
    sign_in(core, user, response)
    return response


def sign_out_post(core: Core) -> Page:
    response = flask.make_response(flask.redirect(local_path(flask.request.form.get("next")), 303))
    sign_out(core, response)
    return response


# Host


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
        state=_state(core, event),
        session=session,
        registered=core.state.count_registrants(event.key),
        waiting=_waiting(core, event),
        inside=[presence for presence in present if presence.is_in_room],
        left=[presence for presence in present if not presence.is_in_room],
        past=[s for s in core.state.sessions_of(event.key) if s.ended_at is not None],
        now=core.clock.now(),
    )


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


# Join


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
    registrant = _registrant_by_number(core, event, number)
    session = rooms.live_session(core, event)
    presence = core.state.presence_of(session.key, registrant.key) if session is not None else None
    has_left = "left" in flask.request.args
    may_enter = session is not None and registrant.status == "APPROVED" and not has_left
    if may_enter and (presence is None or not presence.is_in_room):
        presence = rooms.enter(core, event, registrant)
    present = core.state.presences_of(session.key) if session is not None else []
    return flask.render_template(
        "room.html",
        event=event,
        registrant=registrant,
        here=flask.request.path,
        state=_state(core, event),
        is_inside=presence is not None and presence.is_in_room,
        has_left=has_left,
        inside=[other for other in present if other.is_in_room],
        session=session,
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


# Registration


def register_page(core: Core, key: str) -> Page:
    webinar = core.state.webinars.get(key)
    if webinar is None:
        raise NotFound
    return _register_form(core, webinar, None, {})


def _register_form(core: Core, webinar: Webinar, error: str | None, values: dict[str, str]) -> str:
    return flask.render_template(
        "register.html",
        webinar=webinar,
        state=_state(core, webinar),
        fields=[(field, FIELD_LABELS[field.field], is_required) for field, is_required in asked_fields(webinar)],
        error=error,
        values=values,
    )


def register_post(core: Core, key: str) -> Page:
    webinar = core.state.webinars.get(key)
    if webinar is None:
        raise NotFound
    values = flask.request.form.to_dict()
    sent: dict[str, Any] = dict(values) | {"responses": _form_responses(webinar, values)}
    sent["source"] = flask.request.args.get("source")
    try:
        registrant = webinar_store.register(core, webinar, sent)
    except InvalidFieldError as error:
        return _register_form(core, webinar, str(error), values), 400
    except webinar_store.DuplicateRegistrantError:
        text = "This address is registered already. Look for the confirmation you got."
        return _register_form(core, webinar, text, values), 409
    except webinar_store.WebinarFullError:
        return _register_form(core, webinar, "No place is left in this webinar.", values), 403
    except webinar_store.RegistrationClosedError:
        return _register_form(core, webinar, "Registration for this webinar is closed.", values), 403
    return _confirmation(core, webinar, registrant)


def _form_responses(webinar: Webinar, values: dict[str, str]) -> list[dict[str, str]]:
    responses = []
    for question in webinar.questions:
        value = values.get(f"question-{question.key}", "")
        name = "answerKey" if question.kind == "multipleChoice" else "responseText"
        if value:
            responses.append({"questionKey": str(question.key), name: value})
    return responses


def confirmation_page(core: Core) -> Page:
    training = core.state.trainings.get(flask.request.args.get("training", ""))
    if training is None:
        raise NotFound
    registrant = core.state.registrant_of(training.key, flask.request.args.get("registrant", ""))
    if registrant is None:
        raise NotFound
    return _confirmation(core, training, registrant)


def _confirmation(core: Core, event: Event, registrant: Registrant) -> str:
    middle = "" if isinstance(event, Webinar) else "training/"
    join_path = f"/join/{middle}{event.key}/{registrant.number}"
    return flask.render_template("confirmation.html", event=event, registrant=registrant, join_path=join_path)


def recording_page(core: Core, key: str) -> Page:
    recording = core.state.recordings.get(key)
    if recording is None and key not in core.state.assist_recordings:
        raise NotFound
    name = recording.name if recording is not None else "Recording of a support session"
    return message(name, "A real recording would play here. The sandbox keeps no video.")
