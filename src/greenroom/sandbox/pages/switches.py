"""The switches: what is not certain about GoTo, how we know, and which way it is here now."""

import flask

from greenroom.sandbox.control import whole
from greenroom.sandbox.core import Core
from greenroom.sandbox.pages.browser import Page
from greenroom.sandbox.switches import BY_NAME, SUBJECTS, SWITCHES


def switches_page(core: Core) -> Page:
    values = core.switches.all()
    subjects = [(subject, [switch for switch in SWITCHES if switch.subject == subject]) for subject in SUBJECTS]
    changed = [switch.name for switch in SWITCHES if values[switch.name] != switch.default]
    return flask.render_template("switches.html", subjects=subjects, values=values, changed=changed)


def switch_post(core: Core) -> Page:
    """Set one switch, and show it again."""
    name, value = flask.request.form.get("name", ""), flask.request.form.get("value", "")
    switch = BY_NAME.get(name)
    is_number = switch is not None and not switch.choices and value.isascii() and value.isdigit()
    whole.put_switches(core, {name: int(value) if is_number else value})
    return flask.redirect(f"/switches#{name}", 303)


def defaults_post(core: Core) -> Page:
    """Put every switch back to its default."""
    whole.put_switches(core, {switch.name: switch.default for switch in SWITCHES})
    return flask.redirect("/switches", 303)


PAGES = (
    ("/switches", "switches", ("GET",), switches_page),
    ("/switches", "switch_post", ("POST",), switch_post),
    ("/switches/defaults", "switches_defaults", ("POST",), defaults_post),
)
