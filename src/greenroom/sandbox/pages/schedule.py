"""Scheduling an event with all that GoTo's portal can set and its API cannot."""

from datetime import UTC, datetime

import flask

from greenroom.sandbox.control import events, meetings
from greenroom.sandbox.control.body import Body, ControlError
from greenroom.sandbox.core import Core
from greenroom.sandbox.pages.browser import Page
from greenroom.sandbox.pages.forms import read_whole
from greenroom.sandbox.pages.registration import FIELD_LABELS
from greenroom.sandbox.times import write_instant, zone_named

ALWAYS_ASKED = ("firstName", "lastName", "email")
FIELDS = {name: label for name, label in FIELD_LABELS.items() if name not in ALWAYS_ASKED}


def schedule_page(core: Core) -> Page:
    return _form(core, None, {})


def _form(core: Core, error: str | None, values: dict[str, str]) -> str:
    return flask.render_template(
        "schedule.html",
        users=list(core.state.users),
        fields=FIELDS,
        chosen=flask.request.form.getlist("fields"),
        error=error,
        values=values,
        now=core.clock.now(),
    )


def schedule_post(core: Core) -> Page:
    values = flask.request.form.to_dict()
    product = values.get("product", "")
    try:
        key = _schedule(core, product, _body(core, product, values))
    except ControlError as error:
        return _form(core, str(error), values), error.status
    return flask.redirect(f"/scenarios?event={product}s/{key}", 303)


def _schedule(core: Core, product: str, body: Body) -> str:
    if product == "webinar":
        return str(events.create_webinars(core, body)["key"])
    if product == "training":
        return str(events.create_training(core, body)["key"])
    return str(meetings.create_meeting(core, body)["key"])


def _body(core: Core, product: str, values: dict[str, str]) -> Body:
    organizer = core.state.users.get(values.get("organizer_key", ""))
    body: Body = {
        "organizer_key": values.get("organizer_key", ""),
        "title": values.get("title", ""),
        "starts_at": _instant(values.get("starts_at", ""), organizer.time_zone if organizer else "UTC"),
        "duration_minutes": read_whole(values.get("duration_minutes", "")),
    }
    if product == "meeting":
        return body | ({"kind": "recurring"} if values.get("recurring") else {})
    body |= {
        "description": values.get("description", ""),
        "approval": "MANUAL" if values.get("manual") else "AUTOMATIC",
        "limit": read_whole(values.get("limit") or "0"),
        "registrants": read_whole(values.get("registrants") or "0"),
    }
    if product == "training":
        return body
    return body | {"fields": flask.request.form.getlist("fields"), "questions": _questions(values.get("questions", ""))}


def _instant(text: str, zone: str) -> str:
    """Read what a field for date and time sends, in the organizer's zone."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise ControlError(400, "Say when it starts.") from None
    return write_instant(local.replace(tzinfo=zone_named(zone)).astimezone(UTC))


def _questions(text: str) -> list[Body]:
    """Read one question a line, its choices after bars: `Heard where? | Mail | Friend`."""
    questions = []
    for line in filter(None, map(str.strip, text.splitlines())):
        question, *choices = (part.strip() for part in line.split("|"))
        questions.append({"text": question} | ({"choices": choices} if choices else {}))
    return questions


PAGES = (
    ("/schedule", "schedule", ("GET",), schedule_page),
    ("/schedule", "schedule_post", ("POST",), schedule_post),
)
