"""Switches and counters of calls."""

import flask

from greenroom.sandbox.core import Core
from greenroom.sandbox.pages.browser import Page
from greenroom.sandbox.switches import SWITCHES


def switches_page(core: Core) -> Page:
    return flask.render_template("switches.html", switches=SWITCHES, values=core.switches.all())


def counters_page(core: Core) -> Page:
    report = core.counters.report()
    return flask.render_template("counters.html", calls=report["calls"], total=report["total"])


PAGES = (("/switches", "switches", ("GET",), switches_page), ("/counters", "counters", ("GET",), counters_page))
