"""Who is signed in on the sandbox's own pages."""

from datetime import timedelta
from secrets import token_urlsafe
from urllib.parse import urlsplit

import flask

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import SignIn, User

Page = flask.typing.ResponseReturnValue
COOKIE = "greenroom_sandbox"
LIFETIME = timedelta(days=30)


def signed_in_user(core: Core) -> User | None:
    sign_in = core.state.sign_ins.get(flask.request.cookies.get(COOKIE, ""))
    if sign_in is None or sign_in.expires_at <= core.clock.now():
        return None
    return core.state.users.get(sign_in.user_key)


def sign_in(core: Core, user: User, response: flask.Response) -> None:
    """Remember a browser with a cookie of its own."""
    row = SignIn(token_urlsafe(24), user.key, core.clock.now() + LIFETIME)
    core.state.sign_ins.put(row.token, row)
    response.set_cookie(COOKIE, row.token, httponly=True, samesite="Lax")


def sign_out(core: Core, response: flask.Response) -> None:
    core.state.sign_ins.remove(flask.request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE)


def message(title: str, text: str, *, back: str | None = None) -> str:
    return flask.render_template("message.html", title=title, text=text, back=back)


def local_path(text: str | None) -> str:
    """Read where to go next: a path here, never another site."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc or any(c in text for c in "\r\n") else text
