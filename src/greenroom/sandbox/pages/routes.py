"""The sandbox's pages. Each reads its input, asks a store, and shows a template."""

from collections.abc import Callable
from functools import wraps

import flask

from greenroom.sandbox.core import Core
from greenroom.sandbox.pages import (
    behaviour,
    host,
    join,
    mail,
    meetings,
    overview,
    recordings,
    registration,
    showing,
    signing_in,
    support,
)
from greenroom.sandbox.pages.browser import Page
from greenroom.sandbox.times import write_instant

View = Callable[..., Page]
# Pages load nothing from elsewhere and run no script but our own. Forms may lead on to the address of a client.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'self'"
)
SUBJECTS = (overview, signing_in, behaviour, host, join, registration, recordings, meetings, support, mail)


def mount(app: flask.Flask, core: Core) -> None:
    """Route the pages and teach the templates to show times."""
    app.jinja_env.filters["instant"] = write_instant
    app.jinja_env.filters["when"] = showing.show_when
    app.jinja_env.filters["span"] = showing.show_span
    for subject in SUBJECTS:
        for rule, endpoint, methods, view in subject.PAGES:
            app.add_url_rule(rule, endpoint=f"pages.{endpoint}", view_func=_locked(core, view), methods=list(methods))
    app.after_request(_guard)


def _guard(response: flask.Response) -> flask.Response:
    """Say what a page may do, unless it said so itself."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", POLICY)
    return response


def _locked(core: Core, view: Callable[..., Page]) -> View:
    @wraps(view)
    def run(**values: str) -> Page:
        with core.lock:
            try:
                return view(core, **values)
            finally:
                core.save()

    return run
