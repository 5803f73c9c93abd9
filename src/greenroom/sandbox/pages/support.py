"""The pages of support sessions: the technician's launch page and the customer's, for both GoToAssist products."""

from contextlib import suppress

import flask
from werkzeug.exceptions import NotFound

from greenroom.sandbox.assist import store
from greenroom.sandbox.assist.store import AssistError
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import AssistSession, SeeitSession
from greenroom.sandbox.oauth.store import DEFAULT_CLIENT_ID
from greenroom.sandbox.pages.browser import Page, message, signed_in_user
from greenroom.sandbox.seeit import store as seeit_store
from greenroom.sandbox.seeit.store import SeeitError

STATUS_WORDS = {
    "notStarted": "Not started",
    "waiting": "Waiting for the customer",
    "active": "Connected",
    "complete": "Over",
    "abandoned": "Abandoned",
    "CREATED": "Not started",
    "STARTED": "Waiting for the customer",
    "JOINED": "Connected",
    "FINISHED": "Over",
}


# Remote support


def launch_page(core: Core, token: str) -> Page:
    """Opening the launch link starts the session; the link is the technician's way in, without a sign-in."""
    session = store.by_token(core, token)
    if session is None:
        return message("This session was not found", "Ask for a new launch link."), 404
    if session.status == "notStarted":
        store.launch(core, session)
    return _support_page(core, session, is_technician=True)


def launch_in_browser(core: Core) -> Page:
    """The page of `GET /session`: who signs in here starts an attended session."""
    token = flask.request.args.get("token", "")
    if not 16 <= len(token) <= 128:
        raise NotFound
    session = store.by_token(core, token)
    if session is None:
        user = signed_in_user(core)
        if user is None:
            return flask.redirect(f"/sign-in?next=/launch.html?token={token}", 303)
        session = store.new_session(core, user, DEFAULT_CLIENT_ID)
        session.token = token
        store.open_session(core, session)
    return flask.redirect(f"/launch/{session.token}", 303)


def end_post(core: Core, token: str) -> Page:
    session = store.by_token(core, token)
    if session is None:
        raise NotFound
    try:
        store.end(core, session)
    except AssistError as error:
        return message("This cannot be done now", str(error)), 409
    return flask.redirect(f"/launch/{token}", 303)


def customer_page(core: Core, support_key: str) -> Page:
    """Coming by the support key is joining, once the technician is there."""
    session = store.by_support_key(core, support_key)
    if session is None:
        return message("This support key is not in use", "Ask your technician for the key again."), 404
    if session.status == "waiting":
        store.join(core, session)
    return _support_page(core, session, is_technician=False)


def _support_page(core: Core, session: AssistSession, *, is_technician: bool) -> str:
    machine = core.state.machines.get(session.machine_uuid)
    return flask.render_template(
        "support.html",
        title="Web chat" if session.kind == "web_chat" else "Support session",
        status=session.status,
        word=STATUS_WORDS[session.status],
        is_over=session.status in store.FINAL,
        looks_again=session.status not in store.FINAL,
        is_technician=is_technician,
        technician=core.state.users[session.user_key],
        customer=session.customer_name,
        machine=machine,
        support_key=session.support_key,
        customer_path=f"/support/{session.support_key}",
        end_path=f"/launch/{session.token}/end",
    )


# Seeit


def seeit_start(core: Core, uuid: str) -> Page:
    session = _seeit(core, uuid)
    seeit_store.start(core, session)
    return _seeit_page(core, session, is_technician=True)


def seeit_join(core: Core, uuid: str) -> Page:
    """Coming by the link is joining, while the technician is there; the page says where the session is."""
    session = _seeit(core, uuid)
    with suppress(SeeitError):
        seeit_store.join(core, session)
    return _seeit_page(core, session, is_technician=False)


def seeit_finish(core: Core, uuid: str) -> Page:
    session = _seeit(core, uuid)
    try:
        seeit_store.finish(core, session)
    except SeeitError as error:
        return message("This cannot be done now", str(error)), 409
    return flask.redirect(f"/seeit/start/{uuid}", 303)


def seeit_data(core: Core, uuid: str) -> Page:
    _seeit(core, uuid)
    return message("Session data", "Photos and notes would be here. The sandbox keeps no pictures.")


def _seeit(core: Core, uuid: str) -> SeeitSession:
    session = core.state.seeit_sessions.get(uuid)
    if session is None:
        raise NotFound
    return session


def _seeit_page(core: Core, session: SeeitSession, *, is_technician: bool) -> str:
    status = seeit_store.status(session)
    return flask.render_template(
        "support.html",
        title="Camera session",
        status=status,
        word=STATUS_WORDS[status],
        is_over=session.ended_at is not None,
        looks_again=session.ended_at is None,
        is_technician=is_technician,
        technician=core.state.users[session.user_key],
        customer="",
        machine=None,
        support_key=session.support_key,
        customer_path=f"/seeit/join/{session.uuid}",
        end_path=f"/seeit/finish/{session.uuid}",
    )


PAGES = (
    ("/launch/<token>", "launch", ("GET",), launch_page),
    ("/launch/<token>/end", "launch_end", ("POST",), end_post),
    ("/launch.html", "launch_in_browser", ("GET",), launch_in_browser),
    ("/support/<support_key>", "support", ("GET",), customer_page),
    ("/seeit/start/<uuid>", "seeit_start", ("GET",), seeit_start),
    ("/seeit/join/<uuid>", "seeit_join", ("GET",), seeit_join),
    ("/seeit/finish/<uuid>", "seeit_finish", ("POST",), seeit_finish),
    ("/seeit/data/<uuid>", "seeit_data", ("GET",), seeit_data),
)
