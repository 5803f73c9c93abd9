"""Support sessions: customers' companies, and what technicians and customers do."""

from collections.abc import Callable

from greenroom.sandbox.assist import responses, store
from greenroom.sandbox.assist.store import AssistError
from greenroom.sandbox.control.body import Body, ControlError, only, read_whole, user_of
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import AssistSession
from greenroom.sandbox.seeit import store as seeit_store
from greenroom.sandbox.seeit.store import SeeitError

ACTS: dict[str, Callable[[Core, AssistSession], None]] = {
    "launch": store.launch,
    "join": store.join,
    "end": store.end,
}


def create_company(core: Core, body: Body) -> Body:
    """A company of the organizer's account, with machines by their names."""
    only(body, "organizer_key", "organizer", "name", "machines")
    names = body.get("machines", [])
    if not isinstance(names, list):
        raise ControlError(400, "machines must be a list of names.")
    company, machines = store.add_company(
        core, user_of(core, body).account_key, str(body.get("name", "A customer")), [str(name) for name in names]
    )
    return {"key": company.key, "name": company.name, "machines": [{"uuid": m.uuid, "name": m.name} for m in machines]}


def move_session(core: Core, body: Body, key: str, act: str) -> Body:
    """Launch a session as the technician, join it as the customer, or end it."""
    only(body)
    session = core.state.assist_sessions.get(key) or store.by_token(core, key)
    if session is None:
        raise ControlError(404, "There is no such session.")
    try:
        ACTS[act](core, session)
    except AssistError as error:
        raise ControlError(409, str(error)) from None
    return responses.session(core, session)


def move_seeit(core: Core, body: Body, uuid: str, act: str) -> Body:
    """Start a Seeit session, join it as the customer, or finish it with some photos and notes."""
    only(body, "photos", "notes")
    session = core.state.seeit_sessions.get(uuid)
    if session is None:
        raise ControlError(404, "There is no such session.")
    try:
        if act == "start":
            seeit_store.start(core, session)
        elif act == "join":
            seeit_store.join(core, session)
        else:
            photos = read_whole(body, "photos", 0)
            seeit_store.finish(core, session, photos=photos, notes=str(body.get("notes", "")))
    except SeeitError as error:
        raise ControlError(409, str(error)) from None
    return {"uuid": session.uuid, "status": seeit_store.status(session)}
