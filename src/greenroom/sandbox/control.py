"""The control API below `/_sandbox/`: what the real GoTo cannot have. JSON, no sign-in, for this machine only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

import flask
import msgspec

from greenroom.sandbox import rooms
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import (
    AskedQuestion,
    Choice,
    Client,
    Event,
    FieldSetting,
    Poll,
    Presence,
    Question,
    Recording,
    Registrant,
    Session,
    Stay,
    TimeRange,
    Training,
    User,
    Webinar,
)
from greenroom.sandbox.faults import Fault
from greenroom.sandbox.oauth import store as oauth_store
from greenroom.sandbox.rooms import RoomError
from greenroom.sandbox.seed import SEEDS, add_account, add_user
from greenroom.sandbox.seed_people import generated_people
from greenroom.sandbox.switches import SWITCHES
from greenroom.sandbox.times import parse_instant, write_instant_ms
from greenroom.sandbox.training import responses as training_responses
from greenroom.sandbox.training import store as training_store
from greenroom.sandbox.webhook_delivery import deliver_due
from greenroom.sandbox.webhook_events import announce_survey
from greenroom.sandbox.webinar import responses as webinar_responses
from greenroom.sandbox.webinar import store as webinar_store
from greenroom.sandbox.webinar.fields import InvalidFieldError, check_settings

Body = dict[str, Any]
Handler = Callable[..., Any]


class ControlError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def mount(app: flask.Flask, core: Core, *, tick: Callable[[], None]) -> None:
    """Route the control API."""

    def deliver(core: Core, body: Body) -> Body:
        tick()
        return _deliveries(core)

    routes: tuple[tuple[str, str, Handler], ...] = (
        ("POST", "/reset", reset),
        ("POST", "/seed", seed),
        ("GET", "/clock", get_clock),
        ("POST", "/clock", set_clock),
        ("GET", "/counters", get_counters),
        ("DELETE", "/counters", clear_counters),
        ("GET", "/switches", get_switches),
        ("PUT", "/switches", put_switches),
        ("GET", "/faults", get_faults),
        ("POST", "/faults", add_fault),
        ("DELETE", "/faults", clear_faults),
        ("GET", "/clients", get_clients),
        ("POST", "/clients", put_client),
        ("POST", "/accounts", create_account),
        ("POST", "/organizers", create_organizer),
        ("POST", "/tokens", issue_token),
        ("POST", "/tokens/revoke", revoke_tokens),
        ("GET", "/state", get_state),
        ("GET", "/webhooks/deliveries", get_deliveries),
        ("POST", "/webinars", create_webinars),
        ("POST", "/trainings", create_training),
        ("POST", "/<any(webinars,trainings):kind>/<key>/launch", launch),
        ("POST", "/<any(webinars,trainings):kind>/<key>/end", end),
        ("POST", "/<any(webinars,trainings):kind>/<key>/people", move_person),
        ("POST", "/<any(webinars,trainings):kind>/<key>/attendance", write_attendance),
        ("POST", "/<any(webinars,trainings):kind>/<key>/registrants", add_registrants),
        ("POST", "/<any(webinars,trainings):kind>/<key>/decisions", decide),
        ("POST", "/<any(webinars,trainings):kind>/<key>/recordings", add_recording),
        ("POST", "/webinars/<key>/polls", add_poll),
        ("POST", "/webinars/<key>/questions", add_question),
    )
    for method, rule, handler in routes:
        app.add_url_rule(
            "/_sandbox" + rule,
            endpoint=f"control.{method} {rule.replace('.', '')}",
            view_func=_view(core, handler, is_locked=True),
            methods=[method],
        )
    # Deliveries call other machines, so they must not hold the lock.
    app.add_url_rule(
        "/_sandbox/webhooks/deliver",
        endpoint="control.deliver",
        view_func=_view(core, deliver, is_locked=False),
        methods=["POST"],
    )


def _view(core: Core, handler: Handler, *, is_locked: bool) -> Callable[..., flask.Response]:
    def view(**path: str) -> flask.Response:
        try:
            _check_origin()
            body = _read_body()
            if not is_locked:
                return _json(200, handler(core, body, **path))
            with core.lock:
                try:
                    return _json(200, handler(core, body, **path))
                finally:
                    core.save()
        except ControlError as error:
            return _json(error.status, {"error": str(error)})
        except RoomError as error:
            return _json(409, {"error": str(error)})

    return view


def _check_origin() -> None:
    """Refuse calls that some web page makes through a person's browser: the API has no sign-in."""
    origin = flask.request.headers.get("Origin")
    if origin is not None and origin + "/" != flask.request.host_url:
        raise ControlError(403, "The control API does not answer pages of other sites.")


def _read_body() -> Body:
    raw = flask.request.get_data()
    if not raw:
        return {}
    if flask.request.mimetype != "application/json":
        raise ControlError(415, "Send a body with Content-Type: application/json.")
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise ControlError(400, "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ControlError(400, "The body is not an object.")
    return body


def _json(status: int, body: Any) -> flask.Response:
    return flask.Response(msgspec.json.encode(body), status=status, content_type="application/json")


def _only(body: Body, *names: str) -> None:
    """Refuse members the call does not have: a typing error must not pass in silence."""
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise ControlError(400, f"Unknown: {', '.join(unknown)}. This call takes {', '.join(names) or 'no members'}.")


def _instant(value: object, name: str) -> datetime:
    try:
        return parse_instant(str(value))
    except (ValueError, OverflowError):
        raise ControlError(400, f"{name} must be a time such as 2026-09-01T14:00:00Z.") from None


def _whole(body: Body, name: str, default: int) -> int:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ControlError(400, f"{name} must be a whole number from 0.")
    return value


# The whole sandbox


def wipe(core: Core) -> None:
    """Forget everything but the default client; the clock stays as it is."""
    core.state.clear()
    core.faults.clear()
    core.counters.clear()
    oauth_store.ensure_default_client(core)
    core.remember_clock()


def reset(core: Core, body: Body) -> Body:
    _only(body)
    wipe(core)
    return get_state(core, {})


def seed(core: Core, body: Body) -> Body:
    _only(body, "name")
    fill = SEEDS.get(body.get("name", "demo"))
    if fill is None:
        raise ControlError(404, f"There is no such seed. There are: {', '.join(SEEDS)}.")
    fill(core)
    return get_state(core, {})


def get_state(core: Core, body: Body) -> Body:
    """Counts, and the keys one needs to go on."""
    state = core.state
    return {
        "accounts": [
            {
                "key": account.key,
                "name": account.name,
                "organizers": [
                    {"key": u.key, "email": u.email, "name": u.name, "is_admin": u.is_admin, "time_zone": u.time_zone}
                    for u in state.users
                    if u.account_key == account.key
                ],
            }
            for account in state.accounts
        ],
        "webinars": [_summary(core, webinar) for webinar in state.webinars],
        "trainings": [_summary(core, training) for training in state.trainings],
        "counts": {
            "registrants": len(state.registrants),
            "sessions": len(state.sessions),
            "webhooks": len(state.webhooks),
            "subscriptions": len(state.subscriptions),
            "deliveries": len(state.deliveries),
        },
    }


def _summary(core: Core, event: Event) -> Body:
    return {
        "key": event.key,
        "title": event.title,
        "organizer_key": event.organizer_key,
        "starts_at": write_instant_ms(event.times[0].starts_at),
        "ends_at": write_instant_ms(rooms.last_end(event)),
        "is_live": event.live_session_key is not None,
        "registrants": core.state.count_registrants(event.key),
        "sessions": [session.key for session in core.state.sessions_of(event.key)],
    }


def get_clock(core: Core, body: Body) -> Body:
    return {"now": write_instant_ms(core.clock.now()), "is_frozen": core.clock.is_frozen}


def set_clock(core: Core, body: Body) -> Body:
    """Set, advance, freeze or let run; sessions that are due end, webhooks wait for the next tick."""
    _only(body, "now", "advance_seconds", "freeze")
    if "freeze" in body and not isinstance(body["freeze"], bool):
        raise ControlError(400, "freeze must be true or false.")
    seconds = body.get("advance_seconds", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ControlError(400, "advance_seconds must be a number.")
    if "now" in body:
        core.clock.set(_instant(body["now"], "now"))
    core.clock.advance(timedelta(seconds=seconds))
    if "freeze" in body:
        core.clock.freeze() if body["freeze"] else core.clock.run()
    core.remember_clock()
    rooms.end_due_sessions(core)
    return get_clock(core, {})


def get_counters(core: Core, body: Body) -> Body:
    return core.counters.report()


def clear_counters(core: Core, body: Body) -> Body:
    core.counters.clear()
    return core.counters.report()


def get_switches(core: Core, body: Body) -> Body:
    values = core.switches.all()
    return {
        "switches": [
            {
                "name": switch.name,
                "value": values[switch.name],
                "default": switch.default,
                "choices": switch.choices,
                "status": switch.status,
                "source": switch.source,
            }
            for switch in SWITCHES
        ]
    }


def put_switches(core: Core, body: Body) -> Body:
    try:
        core.switches.change(body)
    except ValueError as error:
        raise ControlError(400, str(error)) from None
    core.state.save_meta()
    return core.switches.all()


def get_faults(core: Core, body: Body) -> Body:
    return {"faults": core.faults.all()}


def add_fault(core: Core, body: Body) -> Body:
    try:
        fault = msgspec.convert(body, Fault)
    except msgspec.ValidationError as error:
        raise ControlError(400, str(error)) from None
    if fault.times < 1 or fault.seconds < 0:
        raise ControlError(400, "times must be at least 1, seconds at least 0.")
    core.faults.add(fault)
    return get_faults(core, {})


def clear_faults(core: Core, body: Body) -> Body:
    core.faults.clear()
    return get_faults(core, {})


# OAuth clients, tokens, people


def get_clients(core: Core, body: Body) -> Body:
    return {"clients": list(core.state.clients)}


def put_client(core: Core, body: Body) -> Body:
    """Register a client, or replace one. Without a secret it is public and must use PKCE."""
    _only(body, "client_id", "secret", "name", "redirect_uris", "scopes")
    uris = body.get("redirect_uris")
    if not body.get("client_id") or not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
        raise ControlError(400, "client_id and redirect_uris are needed.")
    client = Client(
        client_id=str(body["client_id"]),
        secret=body.get("secret"),
        name=str(body.get("name") or body["client_id"]),
        redirect_uris=uris,
        scopes=list(body.get("scopes") or oauth_store.SCOPES),
    )
    core.state.clients.put(client.client_id, client)
    return get_clients(core, {})


def create_account(core: Core, body: Body) -> Body:
    _only(body, "name")
    account = add_account(core, str(body.get("name") or "Account"))
    return {"key": account.key, "name": account.name}


def create_organizer(core: Core, body: Body) -> Body:
    _only(body, "account_key", "email", "first_name", "last_name", "password", "time_zone", "is_admin")
    account = core.state.accounts.get(str(body.get("account_key")))
    if account is None or not body.get("email"):
        raise ControlError(400, "account_key and email are needed.")
    if core.state.user_by_email(body["email"]) is not None:
        raise ControlError(409, "There is an organizer with this e-mail address.")
    user = add_user(
        core,
        account,
        str(body.get("first_name", "Olive")),
        str(body.get("last_name", "Organizer")),
        str(body["email"]),
        str(body.get("time_zone", "America/New_York")),
        is_admin=bool(body.get("is_admin", False)),
        password=str(body.get("password", "sandbox")),
    )
    return {"key": user.key, "email": user.email, "account_key": account.key}


def _user(core: Core, body: Body) -> User:
    """Find the organizer a body names by `organizer_key` or `organizer` (the e-mail address)."""
    user = core.state.users.get(str(body.get("organizer_key", ""))) or core.state.user_by_email(
        str(body.get("organizer", ""))
    )
    if user is None:
        raise ControlError(404, "No such organizer. Name one by organizer_key or by organizer (the e-mail address).")
    return user


def issue_token(core: Core, body: Body) -> Body:
    _only(body, "organizer_key", "organizer", "client_id", "scope")
    client_id = str(body.get("client_id", oauth_store.DEFAULT_CLIENT_ID))
    client = core.state.clients.get(client_id)
    if client is None:
        raise ControlError(404, "No such client.")
    scope = str(body.get("scope") or " ".join(client.scopes))
    return oauth_store.issue_token(core, client_id=client_id, user=_user(core, body), scope=scope)


def revoke_tokens(core: Core, body: Body) -> Body:
    _only(body, "organizer_key", "organizer", "all")
    user_key = None if body.get("all") is True else _user(core, body).key
    return {"revoked": oauth_store.revoke_tokens_of(core, user_key)}


def get_deliveries(core: Core, body: Body) -> Body:
    return _deliveries(core)


def _deliveries(core: Core) -> Body:
    return {
        "deliveries": [
            {
                "key": d.key,
                "event_name": d.event_name,
                "callback_url": d.callback_url,
                "state": d.state,
                "attempts": d.attempts,
                "last_result": d.last_result,
                "created_at": write_instant_ms(d.created_at),
                "next_attempt_at": write_instant_ms(d.next_attempt_at) if d.next_attempt_at else None,
                "body": msgspec.json.decode(d.body),
            }
            for d in core.state.deliveries
        ]
    }


# Events


EVENT_MEMBERS = (
    "organizer_key",
    "organizer",
    "title",
    "description",
    "starts_at",
    "duration_minutes",
    "times",
    "time_zone",
    "approval",
    "limit",
    "registrants",
)


def _times(core: Core, body: Body) -> list[TimeRange]:
    """Read `times` [[from, to], ...], or `starts_at` (an hour from now) and `duration_minutes` (60)."""
    if "times" in body:
        ranges = [TimeRange(_instant(a, "times"), _instant(b, "times")) for a, b in body["times"]]
        if not ranges or any(r.ends_at <= r.starts_at for r in ranges):
            raise ControlError(400, "times must hold pairs whose end lies after the start.")
        return ranges
    default = core.clock.now().replace(second=0, microsecond=0) + timedelta(hours=1)
    starts_at = _instant(body["starts_at"], "starts_at") if "starts_at" in body else default
    return [TimeRange(starts_at, starts_at + timedelta(minutes=_whole(body, "duration_minutes", 60) or 60))]


def _approval(body: Body) -> Any:
    approval = body.get("approval", "AUTOMATIC")
    if approval not in ("AUTOMATIC", "MANUAL"):
        raise ControlError(400, "approval must be AUTOMATIC or MANUAL.")
    return approval


def create_webinars(core: Core, body: Body) -> Body:
    """Create a webinar with anything the API of GoTo cannot set: fields, questions, approval, limit, people."""
    _only(body, *EVENT_MEMBERS, "type", "fields", "questions", "experience")
    kind = body.get("type", "single_session")
    if kind not in ("single_session", "series", "sequence"):
        raise ControlError(400, "type must be single_session, series or sequence.")
    plan = webinar_store.WebinarPlan(
        subject=str(body.get("title", "A webinar")),
        description=str(body.get("description", "")),
        times=_times(core, body),
        time_zone=body.get("time_zone"),
        recurrence=cast(webinar_store.Recurrence, kind),
        approval=_approval(body),
        registration_limit=_whole(body, "limit", 0),
        fields=_fields(body.get("fields", [])),
        questions=_questions(core, body.get("questions", [])),
    )
    webinars = webinar_store.create(core, _user(core, body), plan)
    for webinar in webinars:
        _add_people(core, webinar, body.get("registrants", 0))
    return {
        "key": webinars[0].key,
        "keys": [webinar.key for webinar in webinars],
        "recurrence_key": webinars[0].recurrence_key,
        "webinar": webinar_responses.detail(core, webinars[0]),
    }


def _fields(items: list[Any]) -> list[FieldSetting]:
    """Read names, or objects of name and is_required."""
    try:
        settings = [
            FieldSetting(item) if isinstance(item, str) else msgspec.convert(item, FieldSetting) for item in items
        ]
        check_settings(settings)
    except (msgspec.ValidationError, InvalidFieldError) as error:
        raise ControlError(400, str(error)) from None
    return settings


def _questions(core: Core, items: list[Any]) -> list[Question]:
    """Read objects of text, is_required and, for a multiple choice, choices (texts)."""
    questions = []
    for item in items:
        if not isinstance(item, dict) or not item.get("text"):
            raise ControlError(400, "A question needs text.")
        _only(item, "text", "is_required", "choices", "max_size")
        choices = [Choice(number, str(text)) for number, text in enumerate(item.get("choices", []))]
        questions.append(
            Question(
                key=core.state.new_number(),
                text=str(item["text"]),
                kind="multipleChoice" if choices else "shortAnswer",
                is_required=bool(item.get("is_required", False)),
                max_size=0 if choices else _whole(item, "max_size", 128),
                choices=choices,
            )
        )
    return questions


def create_training(core: Core, body: Body) -> Body:
    _only(body, *EVENT_MEMBERS, "co_organizer_keys")
    organizer = _user(core, body)
    training = training_store.schedule(
        core,
        organizer,
        name=str(body.get("title", "A training")),
        description=str(body.get("description", "")),
        times=_times(core, body),
        time_zone=body.get("time_zone") or organizer.time_zone,
        organizer_keys=[str(key) for key in body.get("co_organizer_keys", [])],
        approval=_approval(body),
        registration_limit=_whole(body, "limit", 0),
    )
    _add_people(core, training, body.get("registrants", 0))
    return {"key": training.key, "training": training_responses.training(core, training)}


def _add_people(core: Core, event: Event, people: object) -> list[Registrant]:
    """Register a number of generated people quickly, or the ones listed."""
    if isinstance(people, int) and not isinstance(people, bool) and people >= 0:
        first = core.state.count_registrants(event.key)
        names = generated_people(people, first=first)
        webinar_store.register_many(core, event, names, timedelta(days=14))
        return []
    if not isinstance(people, list):
        raise ControlError(400, "registrants must be a number or a list of people.")
    return [_register(core, event, person) for person in people]


def _register(core: Core, event: Event, person: Any) -> Registrant:
    if not isinstance(person, dict) or not person.get("email"):
        raise ControlError(400, "A person needs an email.")
    email = str(person["email"])
    name = email.partition("@")[0].replace(".", " ").title()
    first_name = str(person.get("first_name") or name.partition(" ")[0])
    last_name = str(person.get("last_name") or name.partition(" ")[2] or "Guest")
    try:
        if isinstance(event, Training):
            return training_store.register(core, event, first_name=first_name, last_name=last_name, email=email)
        answers = {key: value for key, value in person.items() if key not in ("first_name", "last_name")}
        return webinar_store.register(core, event, answers | {"firstName": first_name, "lastName": last_name})
    except InvalidFieldError as error:
        raise ControlError(400, str(error)) from None
    except (webinar_store.DuplicateRegistrantError, training_store.DuplicateRegistrantError) as error:
        raise ControlError(409, f"{email} is registered already.") from error
    except (webinar_store.WebinarFullError, training_store.TrainingFullError) as error:
        raise ControlError(409, "The registration limit has been reached.") from error
    except (webinar_store.RegistrationClosedError, training_store.TrainingOverError) as error:
        raise ControlError(409, "The event is over.") from error


def _event(core: Core, kind: str, key: str) -> Event:
    event: Webinar | Training | None = (
        core.state.webinars.get(key) if kind == "webinars" else core.state.trainings.get(key)
    )
    if event is None:
        raise ControlError(404, f"There is no such event among the {kind}.")
    return event


def add_registrants(core: Core, body: Body, kind: str, key: str) -> Body:
    _only(body, "registrants")
    event = _event(core, kind, key)
    added = _add_people(core, event, body.get("registrants"))
    return {
        "total": core.state.count_registrants(event.key),
        "registrants": [{"key": r.key, "email": r.email, "join_path": _join_path(event, r)} for r in added],
    }


def _join_path(event: Event, registrant: Registrant) -> str:
    middle = "" if isinstance(event, Webinar) else "training/"
    return f"/join/{middle}{event.key}/{registrant.number}"


def _person(core: Core, event: Event, email: object) -> Registrant:
    registrant = core.state.registrant_by_email(event.key, str(email))
    if registrant is None:
        raise ControlError(404, "Nobody with this e-mail address is registered.")
    return registrant


def decide(core: Core, body: Body, kind: str, key: str) -> Body:
    """Approve or deny a registrant, as the organizer does on the portal."""
    _only(body, "email", "status")
    event = _event(core, kind, key)
    if body.get("status") not in ("APPROVED", "DENIED"):
        raise ControlError(400, "status must be APPROVED or DENIED.")
    registrant = _person(core, event, body.get("email"))
    if isinstance(event, Webinar):
        webinar_store.decide(core, event, registrant, body["status"])
    else:
        training_store.decide(core, registrant, body["status"])
    return {"email": registrant.email, "status": registrant.status}


def _at(body: Body) -> datetime | None:
    return _instant(body["at"], "at") if body.get("at") is not None else None


def launch(core: Core, body: Body, kind: str, key: str) -> Body:
    _only(body, "at")
    event = _event(core, kind, key)
    session = rooms.launch(core, event, organizer_key=event.organizer_key, at=_at(body))
    return {"session_key": session.key, "started_at": write_instant_ms(session.started_at)}


def end(core: Core, body: Body, kind: str, key: str) -> Body:
    _only(body, "at")
    session = rooms.end(core, _event(core, kind, key), at=_at(body))
    return _session_summary(core, session.key)


def _session_summary(core: Core, session_key: str) -> Body:
    session = core.state.sessions[session_key]
    return {
        "session_key": session.key,
        "started_at": write_instant_ms(session.started_at),
        "ended_at": write_instant_ms(session.ended_at) if session.ended_at else None,
        "people": [_presence(core, session_key, p) for p in core.state.presences_of(session_key)],
    }


def _presence(core: Core, session_key: str, presence: Presence) -> Body:
    return {
        "email": presence.email,
        "is_in_room": presence.is_in_room,
        "attended_seconds": rooms.attended_seconds(core, core.state.sessions[session_key], presence),
        "stays": [
            [write_instant_ms(s.joined_at), write_instant_ms(s.left_at) if s.left_at else None] for s in presence.stays
        ],
    }


def move_person(core: Core, body: Body, kind: str, key: str) -> Body:
    """Let a registrant come in or go out."""
    _only(body, "email", "action", "at")
    event = _event(core, kind, key)
    registrant = _person(core, event, body.get("email"))
    moves = {"join": rooms.enter, "leave": rooms.leave}
    move = moves.get(str(body.get("action")))
    if move is None:
        raise ControlError(400, "action must be join or leave.")
    presence = move(core, event, registrant, at=_at(body))
    return _presence(core, presence.session_key, presence)


def write_attendance(core: Core, body: Body, kind: str, key: str) -> Body:
    """Write a session that is over, with who was there and when."""
    _only(body, "started_at", "ended_at", "people")
    event = _event(core, kind, key)
    started_at, ended_at = _instant(body.get("started_at"), "started_at"), _instant(body.get("ended_at"), "ended_at")
    if ended_at < started_at:
        raise ControlError(400, "ended_at lies before started_at.")
    stays = {}
    for person in body.get("people", []):
        _only(person, "email", "intervals")
        their_stays = [_stay(pair, started_at, ended_at) for pair in person.get("intervals", [[None, None]])]
        stays[_person(core, event, person.get("email")).key] = their_stays
    session = rooms.record_session(core, event, started_at=started_at, ended_at=ended_at, stays=stays)
    return _session_summary(core, session.key)


def _stay(pair: Any, started_at: datetime, ended_at: datetime) -> Stay:
    """Read one interval; null is the session's own start or end."""
    if not isinstance(pair, list) or len(pair) != 2:
        raise ControlError(400, "An interval is a pair of times.")
    joined_at = started_at if pair[0] is None else _instant(pair[0], "intervals")
    left_at = ended_at if pair[1] is None else _instant(pair[1], "intervals")
    if not started_at <= joined_at <= left_at <= ended_at:
        raise ControlError(400, "Intervals must lie inside the session, each leave after its join.")
    return Stay(joined_at, left_at)


def add_recording(core: Core, body: Body, kind: str, key: str) -> Body:
    _only(body, "name", "started_at", "ended_at", "description")
    event = _event(core, kind, key)
    recording = Recording(
        key=core.state.new_key(),
        event_key=event.key,
        name=str(body.get("name") or event.title),
        started_at=_instant(body.get("started_at"), "started_at"),
        ended_at=_instant(body.get("ended_at"), "ended_at"),
        description=str(body.get("description", "")),
    )
    core.state.recordings.put(recording.key, recording)
    return {"key": recording.key}


def _session(core: Core, event: Event, body: Body) -> Session:
    """The session a body names by `session_key`, or the event's latest."""
    sessions = core.state.sessions_of(event.key)
    found = [s for s in sessions if body.get("session_key") in (None, s.key)]
    if not found:
        raise ControlError(404, "The event has no such session.")
    return found[-1]


def _attendee(core: Core, session: Session, email: object) -> Presence:
    for presence in core.state.presences_of(session.key):
        if presence.email.lower() == str(email).lower():
            return presence
    raise ControlError(404, "Nobody with this e-mail address was in the session.")


def add_poll(core: Core, body: Body, key: str) -> Body:
    """Write a poll or a line of the survey, with what attendees answered."""
    _only(body, "session_key", "kind", "question", "choices", "answers")
    event = _event(core, "webinars", key)
    session = _session(core, event, body)
    kind = body.get("kind", "poll")
    if kind not in ("poll", "survey") or not body.get("question"):
        raise ControlError(400, "question is needed; kind must be poll or survey.")
    answers: dict[str, list[str]] = {}
    for item in body.get("answers", []):
        _only(item, "email", "answers")
        given = [str(text) for text in item.get("answers", [])]
        if not given:
            raise ControlError(400, "answers must hold at least one text for each person.")
        answers[_attendee(core, session, item.get("email")).registrant_key] = given
    choices = [str(choice) for choice in body.get("choices", [])]
    poll = Poll(core.state.new_key(), session.key, kind, str(body["question"]), choices, answers)
    core.state.polls.put(poll.key, poll)
    if kind == "survey" and isinstance(event, Webinar):
        for registrant_key in answers:
            announce_survey(core, event, session.key, registrant_key, poll)
    return {"key": poll.key, "session_key": session.key}


def add_question(core: Core, body: Body, key: str) -> Body:
    """Write a question an attendee asked; with `answer` the webinar's organizer answered it."""
    _only(body, "session_key", "email", "question", "at", "answer")
    event = _event(core, "webinars", key)
    session = _session(core, event, body)
    if not body.get("question"):
        raise ControlError(400, "question is needed.")
    asked_at = _at(body) or session.started_at
    question = AskedQuestion(
        key=core.state.new_key(),
        session_key=session.key,
        registrant_key=_attendee(core, session, body.get("email")).registrant_key,
        text=str(body["question"]),
        asked_at=asked_at,
    )
    if body.get("answer"):
        question.answer = str(body["answer"])
        question.answered_by_key = event.organizer_key
        question.answered_at = asked_at + timedelta(minutes=1)
    core.state.questions.put(question.key, question)
    return {"key": question.key, "session_key": session.key}


def tick(core: Core) -> None:
    """End sessions that are due and deliver webhooks that are due. Do not hold the lock."""
    with core.lock:
        if rooms.end_due_sessions(core):
            core.save()
    deliver_due(core)
