"""Faults: making calls go wrong by a form, and taking rules back."""

from typing import NamedTuple

import flask

from greenroom.sandbox.control import whole
from greenroom.sandbox.control.body import Body
from greenroom.sandbox.core import Core
from greenroom.sandbox.faults import CHANGES, Kind
from greenroom.sandbox.pages.browser import Page
from greenroom.sandbox.pages.forms import as_number
from greenroom.sandbox.webhook_events import EVENT_NAMES

PRODUCTS = ("webinar", "training", "meeting", "assist", "seeit", "scim", "admin", "oauth")
WHOLE_NUMBERS = ("status", "times", "by", "keep")


class Field(NamedTuple):
    """One member of a rule as a form asks for it."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    choices: tuple[str, ...] = ()


class Described(NamedTuple):
    """One kind of fault in the words of the page."""

    kind: Kind
    title: str
    text: str
    fields: tuple[Field, ...] = ()


SECONDS = Field("seconds", "Seconds of real time", "1", "number")
GROUPS: tuple[tuple[str, tuple[Described, ...]], ...] = (
    (
        "Answers",
        (
            Described(
                "status",
                "An error instead of an answer",
                "The call has no effect. Leave Retry-After empty for an answer without that header.",
                (
                    Field("status", "Status", "429", "number"),
                    Field("retry_after", "Retry-After, in seconds or as a date"),
                    Field("body", "Body, if not GoTo's"),
                ),
            ),
            Described("nonsense", "A web page instead of data", "HTML with status 200. The call has no effect."),
            Described("slow", "A slow answer", "The answer is as usual, but late.", (SECONDS,)),
            Described(
                "schema_drift",
                "Another form of data",
                "Objects have a member more, a member less, or members of other types.",
                (
                    Field("change", "Change", kind="choice", choices=CHANGES["schema_drift"]),
                    Field("member", "Only this member"),
                    Field("rows", "Only so many rows of a list", kind="number"),
                ),
            ),
        ),
    ),
    (
        "Connections",
        (
            Described("timeout_before", "A timeout, and nothing happened", "504; the call had no effect.", (SECONDS,)),
            Described("timeout_after", "A timeout, but it happened", "504; the call had its effect.", (SECONDS,)),
            Described("cut_before", "Cut off, and nothing happened", "The connection ends; the call had no effect."),
            Described("cut_after", "Cut off, but it happened", "The connection ends; the call had its effect."),
        ),
    ),
    (
        "Tokens",
        (
            Described(
                "revoked_token",
                "A token that ends",
                "The caller's token ends with this call.",
                (Field("with_refresh", "Its refresh token ends too", kind="check"),),
            ),
            Described(
                "lost_rotation",
                "A lost refresh token",
                "A refresh takes effect with a new refresh token, the old one ends, and the answer is lost.",
            ),
        ),
    ),
    (
        "Lists",
        (
            Described(
                "torn_page",
                "A list that moves between two pages",
                "A page after the first repeats the last row of the one before, or skips a row.",
                (Field("change", "Change", kind="choice", choices=CHANGES["torn_page"]),),
            ),
            Described(
                "lying_total",
                "A wrong total",
                "Totals are too high, or too low with a negative number.",
                (Field("by", "By", "1", "number"),),
            ),
            Described(
                "shrunken_list",
                "A list with rows missing",
                "Half of the rows, unless you say how many are left.",
                (Field("keep", "Rows left", kind="number"),),
            ),
        ),
    ),
    (
        "Attendance",
        (
            Described("late_attendance", "Attendance that is late", "What should be there is not there yet."),
            Described(
                "changing_attendance",
                "Attendance that still changes",
                "The last attendee is missing, and times are shorter than they will be.",
                (Field("by", "Minutes shorter", "1", "number"),),
            ),
        ),
    ),
    (
        "Webhooks",
        (
            Described("duplicate", "A message twice", "It has the same event key both times."),
            Described(
                "hold",
                "A message that is overtaken",
                "It waits, and later ones come first.",
                (Field("seconds", "Seconds of the sandbox's time", "60", "number"),),
            ),
        ),
    ),
)
TITLES: dict[str, str] = {one.kind: one.title for _, kinds in GROUPS for one in kinds}


def faults_page(core: Core) -> Page:
    # Made of the pages too, so it cannot be imported before them.
    from greenroom.sandbox.coverage import served_operations

    return flask.render_template(
        "faults.html",
        faults=core.faults.all(),
        groups=GROUPS,
        titles=TITLES,
        products=PRODUCTS,
        operations=[*sorted(name for _, name in served_operations()), "token"],
        event_names=EVENT_NAMES,
    )


def fault_post(core: Core) -> Page:
    """Add a rule; fields left empty are not part of it."""
    body: Body = {name: _value(name, text) for name, text in flask.request.form.items() if text}
    whole.add_fault(core, body)
    return flask.redirect("/faults", 303)


def _value(name: str, text: str) -> object:
    if name == "with_refresh":
        return True
    if name in WHOLE_NUMBERS or (name == "retry_after" and text.isdigit()):
        return as_number(text, int)
    return as_number(text, float) if name == "seconds" else text


def remove_post(core: Core, fault_id: str) -> Page:
    core.faults.remove(fault_id)
    return flask.redirect("/faults", 303)


def clear_post(core: Core) -> Page:
    whole.clear_faults(core, {})
    return flask.redirect("/faults", 303)


PAGES = (
    ("/faults", "faults", ("GET",), faults_page),
    ("/faults", "fault_post", ("POST",), fault_post),
    ("/faults/clear", "faults_clear", ("POST",), clear_post),
    ("/faults/<fault_id>/remove", "fault_remove", ("POST",), remove_post),
)
