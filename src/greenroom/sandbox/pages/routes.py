"""The sandbox's pages. Each reads its input, asks a store, and shows a template."""

from collections.abc import Callable
from functools import wraps

import flask

from greenroom.sandbox.core import Core
from greenroom.sandbox.pages import (
    behaviour,
    host,
    join,
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
SUBJECTS = (overview, signing_in, behaviour, host, join, registration, recordings, meetings, support)


def mount(app: flask.Flask, core: Core) -> None:
    """Route the pages and teach the templates to show times."""
    app.jinja_env.filters["instant"] = write_instant
    app.jinja_env.filters["when"] = showing.show_when
    app.jinja_env.filters["span"] = showing.show_span
    for subject in SUBJECTS:
        for rule, endpoint, methods, view in subject.PAGES:
            app.add_url_rule(rule, endpoint=f"pages.{endpoint}", view_func=_locked(core, view), methods=list(methods))


def _locked(core: Core, view: Callable[..., Page]) -> View:
    @wraps(view)
    def run(**values: str) -> Page:
        with core.lock:
            try:
                return view(core, **values)
            finally:
                core.save()

    return run
