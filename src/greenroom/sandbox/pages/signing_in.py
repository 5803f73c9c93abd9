"""Signing in as an organizer, and out."""

import flask

from greenroom.sandbox.core import Core
from greenroom.sandbox.pages.browser import Page, local_path, sign_in, sign_out


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


PAGES = (
    ("/sign-in", "sign_in", ("GET",), sign_in_page),
    ("/sign-in", "sign_in_post", ("POST",), sign_in_post),
    ("/sign-out", "sign_out_post", ("POST",), sign_out_post),
)
