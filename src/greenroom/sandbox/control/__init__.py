"""The control API below `/_sandbox/`: what the real GoTo cannot have. JSON, no sign-in, for this machine only."""

from functools import cache
from typing import Any

import flask
import msgspec
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from greenroom.sandbox import rooms, scenarios
from greenroom.sandbox.assist import store as assist_store
from greenroom.sandbox.control import assist, events, mail, meetings, people, whole
from greenroom.sandbox.control.body import Body, ControlError, Handler
from greenroom.sandbox.core import Core
from greenroom.sandbox.operations import METHODS
from greenroom.sandbox.origins import is_foreign
from greenroom.sandbox.rooms import RoomError
from greenroom.sandbox.webhook_delivery import deliver_due

OF_EVENT = "/<any(webinars,trainings):kind>/<key>"
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/reset", whole.reset),
    ("POST", "/seed", whole.seed),
    ("GET", "/clock", whole.get_clock),
    ("POST", "/clock", whole.set_clock),
    ("GET", "/counters", whole.get_counters),
    ("DELETE", "/counters", whole.clear_counters),
    ("GET", "/switches", whole.get_switches),
    ("PUT", "/switches", whole.put_switches),
    ("GET", "/faults", whole.get_faults),
    ("POST", "/faults", whole.add_fault),
    ("DELETE", "/faults", whole.clear_faults),
    ("GET", "/clients", whole.get_clients),
    ("POST", "/clients", whole.put_client),
    ("POST", "/accounts", whole.create_account),
    ("POST", "/organizers", whole.create_organizer),
    ("GET", "/groups", whole.get_groups),
    ("POST", "/groups", whole.create_group),
    ("POST", "/tokens", whole.issue_token),
    ("POST", "/tokens/revoke", whole.revoke_tokens),
    ("GET", "/state", whole.get_state),
    ("GET", "/webhooks/deliveries", whole.get_deliveries),
    ("POST", "/webhooks/deliveries/<key>/again", whole.send_again),
    ("GET", "/mail", mail.get_mails),
    ("DELETE", "/mail", mail.delete_mails),
    ("GET", "/mail/<key>", mail.get_mail),
    ("GET", "/scenarios", people.get_scenarios),
    ("POST", "/scenarios", people.create_scenario),
    ("DELETE", "/scenarios", people.cancel_scenarios),
    ("GET", "/scenarios/<key>", people.get_scenario),
    ("DELETE", "/scenarios/<key>", people.cancel_scenario),
    ("POST", "/webinars", events.create_webinars),
    ("POST", "/trainings", events.create_training),
    ("POST", OF_EVENT + "/launch", events.launch),
    ("POST", OF_EVENT + "/end", events.end),
    ("POST", OF_EVENT + "/people", events.move_person),
    ("POST", OF_EVENT + "/attendance", events.write_attendance),
    ("POST", OF_EVENT + "/registrants", events.add_registrants),
    ("POST", OF_EVENT + "/decisions", events.decide),
    ("POST", OF_EVENT + "/recordings", events.add_recording),
    ("POST", "/webinars/<key>/polls", events.add_poll),
    ("POST", "/webinars/<key>/questions", events.add_question),
    ("POST", "/meetings", meetings.create_meeting),
    ("POST", "/meetings/<key>/launch", meetings.launch),
    ("POST", "/meetings/<key>/end", meetings.end),
    ("POST", "/meetings/<key>/people", meetings.move_person),
    ("POST", "/meetings/<key>/attendance", meetings.write_attendance),
    ("POST", "/companies", assist.create_company),
    ("POST", "/assist/<key>/<any(launch,join,end):act>", assist.move_session),
    ("POST", "/seeit/<uuid>/<any(start,join,finish):act>", assist.move_seeit),
)


def deliver(core: Core, body: Body) -> Body:
    """Do what is due, as a tick does. Calls other machines, so it must not hold the lock."""
    tick(core)
    return whole.deliveries(core)


@cache
def routes() -> Map:
    """The calls by path; compiled once, all sandboxes of a process share it."""
    rules = [Rule(path, endpoint=(handler, True), methods=[method]) for method, path, handler in ROUTES]
    return Map([*rules, Rule("/webhooks/deliver", endpoint=(deliver, False), methods=["POST"])])


def mount(app: flask.Flask, core: Core) -> None:
    """Route the control API."""

    def view(rest: str) -> flask.Response:
        try:
            (handler, is_locked), path = routes().bind("sandbox").match("/" + rest, flask.request.method)
        except HTTPException as error:
            return _json(error.code or 404, {"error": "There is no such call. The documentation lists them."})
        return _answer(core, handler, dict(path), is_locked=is_locked)

    app.add_url_rule(
        "/_sandbox/<path:rest>",
        endpoint="control",
        view_func=view,
        methods=METHODS,
        provide_automatic_options=False,
    )


def _answer(core: Core, handler: Handler, path: dict[str, str], *, is_locked: bool) -> flask.Response:
    try:
        if is_foreign():
            raise ControlError(403, "The control API does not answer pages of other sites.")
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


def _read_body() -> Body:
    """Read what a call says: in a body of JSON, or without one in the query."""
    raw = flask.request.get_data()
    if not raw:
        return flask.request.args.to_dict()
    if flask.request.mimetype != "application/json":
        raise ControlError(415, "Send a body with Content-Type: application/json.")
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        raise ControlError(400, "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ControlError(400, "The body is not an object.")
    return body


def _json(status: int, body: Any) -> flask.Response:
    return flask.Response(msgspec.json.encode(body), status=status, content_type="application/json")


def tick(core: Core) -> None:
    """Let scenarios go on, end sessions that are due and deliver webhooks that are due. Do not hold the lock."""
    with core.lock:
        acted = scenarios.run_due(core)
        ended = rooms.end_due_sessions(core)
        if acted + ended + assist_store.abandon_old(core):
            core.save()
    deliver_due(core)


def wipe(core: Core) -> None:
    """Forget everything but the default client; the clock stays as it is."""
    whole.wipe(core)
