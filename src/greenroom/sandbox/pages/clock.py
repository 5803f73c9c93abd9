"""The clock: what time it is here, and moving it."""

import flask

from greenroom.sandbox.control import whole
from greenroom.sandbox.control.body import Body
from greenroom.sandbox.core import Core
from greenroom.sandbox.pages.browser import Page, local_path
from greenroom.sandbox.pages.forms import as_number


def clock_page(core: Core) -> Page:
    return flask.render_template("clock.html")


def clock_post(core: Core) -> Page:
    """Move the clock as the pressed button says."""
    form = flask.request.form
    body: Body = {}
    if form.get("now"):
        body["now"] = form["now"]
    if form.get("at"):
        # What a field for date and time sends; its label says that it is UTC.
        body["now"] = f"{form['at']}Z"
    if form.get("advance_seconds"):
        body["advance_seconds"] = as_number(form["advance_seconds"], float)
    if form.get("speed"):
        body |= {"speed": as_number(form["speed"], float), "freeze": False}
    if form.get("freeze"):
        body["freeze"] = form["freeze"] == "true"
    whole.set_clock(core, body)
    return flask.redirect(local_path(form.get("next") or "/clock"), 303)


PAGES = (
    ("/clock", "clock", ("GET",), clock_page),
    ("/clock", "clock_post", ("POST",), clock_post),
)
