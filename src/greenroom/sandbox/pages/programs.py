"""For people who write programs: addresses, clients, keys, and a token without a sign-in."""

import flask

from greenroom.sandbox.control import whole
from greenroom.sandbox.core import Core
from greenroom.sandbox.pages.browser import Page

APIS = (
    ("GoToWebinar", "/G2W/rest/v2"),
    ("GoToTraining", "/G2T/rest"),
    ("GoToMeeting", "/G2M/rest"),
    ("GoToAssist Remote Support", "/G2A/rest/v1"),
    ("GoToAssist Seeit", "/seeit/v1"),
    ("Admin", "/admin/rest/v1"),
    ("SCIM", "/identity/v1"),
    ("OAuth", "/oauth"),
    ("Control", "/_sandbox"),
)


def programs_page(core: Core) -> Page:
    return _page(core, None)


def _page(core: Core, token: str | None, organizer_key: str = "") -> str:
    return flask.render_template(
        "programs.html",
        url=core.public_url,
        apis=APIS,
        clients=list(core.state.clients),
        users=list(core.state.users),
        token=token,
        organizer=core.state.users.get(organizer_key),
        smtp_port=core.smtp_port,
    )


def token_post(core: Core) -> Page:
    """Make a token for an organizer, and show it once."""
    organizer_key = flask.request.form.get("organizer_key", "")
    issued = whole.issue_token(core, {"organizer_key": organizer_key})
    return _page(core, issued["access_token"], organizer_key)


PAGES = (
    ("/programs", "programs", ("GET",), programs_page),
    ("/programs", "token_post", ("POST",), token_post),
)
