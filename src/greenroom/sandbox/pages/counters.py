"""Who called what, how often, and when last."""

import flask

from greenroom.sandbox.control import whole
from greenroom.sandbox.core import Core
from greenroom.sandbox.pages.browser import Page

LISTED_CALLS = 100


def counters_page(core: Core) -> Page:
    counters = core.counters
    return flask.render_template(
        "counters.html", calls=counters.report()["calls"], total=counters.total, recent=counters.latest(LISTED_CALLS)
    )


def clear_post(core: Core) -> Page:
    whole.clear_counters(core, {})
    return flask.redirect("/counters", 303)


PAGES = (
    ("/counters", "counters", ("GET",), counters_page),
    ("/counters/clear", "counters_clear", ("POST",), clear_post),
)
