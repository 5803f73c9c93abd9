"""The sandbox's pages. Each reads its input, asks a store, and shows a template."""

from collections.abc import Callable
from functools import wraps

import flask
from werkzeug.exceptions import NotFound

from greenroom.sandbox.control.body import ControlError
from greenroom.sandbox.core import Core
from greenroom.sandbox.origins import is_foreign
from greenroom.sandbox.pages import (
    clock,
    counters,
    faults,
    host,
    join,
    mail,
    meetings,
    overview,
    programs,
    recordings,
    registration,
    scenarios,
    schedule,
    showing,
    signing_in,
    support,
    switches,
    webhooks,
)
from greenroom.sandbox.pages.browser import Page, message
from greenroom.sandbox.rooms import RoomError
from greenroom.sandbox.times import write_instant

View = Callable[..., Page]
SUBJECTS = (
    overview,
    signing_in,
    host,
    join,
    registration,
    recordings,
    meetings,
    support,
    schedule,
    scenarios,
    clock,
    mail,
    webhooks,
    counters,
    faults,
    switches,
    programs,
)
# Pages load nothing from elsewhere and run no script but our own. Forms may lead on to the address of a client.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'self'"
)


def mount(app: flask.Flask, core: Core) -> None:
    """Route the pages, and teach the templates to show times."""
    app.jinja_env.filters["instant"] = write_instant
    app.jinja_env.filters["when"] = showing.show_when
    app.jinja_env.filters["span"] = showing.show_span
    app.jinja_env.globals["clock"] = core.clock
    for subject in SUBJECTS:
        for rule, endpoint, methods, view in subject.PAGES:
            app.add_url_rule(rule, endpoint=f"pages.{endpoint}", view_func=_guarded(core, view), methods=list(methods))
    app.after_request(_limit)


def _limit(response: flask.Response) -> flask.Response:
    """Say what a page may do, unless it said so itself."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", POLICY)
    return response


def _guarded(core: Core, view: Callable[..., Page]) -> View:
    """Show a page under the lock, and say on a page why something cannot be done."""

    @wraps(view)
    def run(**values: str) -> Page:
        if flask.request.method == "POST" and is_foreign():
            return message("This came from another site", "Open the page here and try again."), 403
        with core.lock:
            try:
                return view(core, **values)
            except NotFound:
                return not_found()
            except ControlError as error:
                return message("This cannot be done", str(error), back=_page_before()), error.status
            except RoomError as error:
                return message("This cannot be done now", str(error), back=_page_before()), 409
            finally:
                core.save()

    return run


def not_found() -> Page:
    return message("This page was not found", "It may have been forgotten when the sandbox was started anew."), 404


def _page_before() -> str:
    """The page whose form was sent: forms post to the page they are on, or below it."""
    return "/" + flask.request.path.split("/")[1]
