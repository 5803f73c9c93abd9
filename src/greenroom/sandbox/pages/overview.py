"""What the sandbox holds, on one page."""

from collections.abc import Sequence
from typing import Any

import flask

from greenroom.sandbox import rooms
from greenroom.sandbox.control import whole
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Event, User
from greenroom.sandbox.pages import support as support_pages
from greenroom.sandbox.pages.browser import Page
from greenroom.sandbox.pages.showing import state_of
from greenroom.sandbox.seeit.store import status as seeit_status
from greenroom.sandbox.switches import SWITCHES

LISTED_SESSIONS = 20
LISTED_EVENTS = 50


def index(core: Core) -> Page:
    state = core.state
    owners = [
        (account, [_person(core, user) for user in state.users if user.account_key == account.key])
        for account in state.accounts
    ]
    return flask.render_template("index.html", owners=owners, tiles=_tiles(core), smtp_port=core.smtp_port)


def _person(core: Core, user: User) -> dict[str, Any]:
    """An organizer with what they hold, the first of each."""
    state = core.state
    held = (
        ("webinar", [webinar for webinar in state.webinars if webinar.organizer_key == user.key]),
        ("training", [training for training in state.trainings if training.organizer_key == user.key]),
        ("meeting", [meeting for meeting in state.meetings if meeting.organizer_key == user.key]),
    )
    lists = [(product, _listed(core, events), len(events)) for product, events in held if events]
    return {"user": user, "lists": lists, "support": _support_rows(core, user)}


def _tiles(core: Core) -> list[tuple[str, int, str]]:
    """What the sandbox holds, in numbers: a word, how many, and the page that shows them."""
    state = core.state
    events = [*state.webinars, *state.trainings]
    running = sum(any(act.state == "planned" for act in scenario.acts) for scenario in state.scenarios)
    values = core.switches.all()
    return [
        ("accounts", len(state.accounts), "#accounts"),
        ("organizers", len(list(state.users)), "/programs"),
        ("webinars", len(state.webinars), "#accounts"),
        ("trainings", len(state.trainings), "#accounts"),
        ("meetings", len(state.meetings), "#accounts"),
        ("support sessions", len(state.assist_sessions) + len(state.seeit_sessions), "#accounts"),
        ("registrants", sum(state.count_registrants(event.key) for event in events), "#accounts"),
        ("scenarios going on", running, "/scenarios"),
        ("mails", len(state.mails), "/mail"),
        ("webhooks", len(state.webhooks), "/webhooks"),
        ("calls", core.counters.total, "/counters"),
        ("faults waiting", len(core.faults.all()), "/faults"),
        ("switches changed", sum(values[switch.name] != switch.default for switch in SWITCHES), "/switches"),
    ]


def reset_post(core: Core) -> Page:
    """Forget everything."""
    whole.reset(core, {})
    return flask.redirect("/", 303)


def seed_post(core: Core) -> Page:
    """Fill an empty sandbox with the demo."""
    whole.seed(core, {})
    return flask.redirect("/", 303)


def _support_rows(core: Core, user: User) -> list[dict[str, Any]]:
    """The latest support sessions of a technician, of both products, latest first."""
    rows = [
        {
            "title": s.customer_name or "Support session",
            "status": s.status,
            "at": s.created_at,
            "href": f"/launch/{s.token}",
        }
        for s in core.state.assist_sessions
        if s.user_key == user.key
    ]
    rows += [
        {"title": "Camera session", "status": seeit_status(s), "at": s.created_at, "href": f"/seeit/start/{s.uuid}"}
        for s in core.state.seeit_sessions
        if s.user_key == user.key
    ]
    for row in rows:
        row["word"] = support_pages.STATUS_WORDS[str(row["status"])]
    return sorted(rows, key=lambda row: str(row["at"]), reverse=True)[:LISTED_SESSIONS]


def _listed(core: Core, events: Sequence[Event]) -> list[dict[str, Any]]:
    """The first rows of a list of events: live ones, then what comes next, then the past from the latest back."""
    now = core.clock.now()
    rows: list[dict[str, Any]] = [
        {"event": event, "state": state_of(core, event), "people": core.state.count_registrants(event.key)}
        for event in events
    ]

    def order(row: dict[str, Any]) -> tuple[int, float]:
        event, state = row["event"], row["state"]
        if state == "over":
            return 2, -rooms.last_end(event).timestamp()
        ahead = [r.starts_at for r in event.times if r.ends_at > now] or [event.times[0].starts_at]
        row["next"] = ahead[0]
        return (0 if state == "live" else 1), ahead[0].timestamp()

    return sorted(rows, key=order)[:LISTED_EVENTS]


PAGES = (
    ("/", "index", ("GET",), index),
    ("/reset", "reset", ("POST",), reset_post),
    ("/seed", "seed", ("POST",), seed_post),
)
