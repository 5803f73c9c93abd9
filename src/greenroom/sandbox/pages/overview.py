"""What the sandbox holds, on one page."""

from typing import Any

import flask

from greenroom.sandbox import rooms
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import User
from greenroom.sandbox.pages import support as support_pages
from greenroom.sandbox.pages.browser import Page
from greenroom.sandbox.pages.showing import state_of
from greenroom.sandbox.seeit.store import status as seeit_status

LISTED_SESSIONS = 20


def index(core: Core) -> Page:
    state = core.state
    owners = []
    for account in state.accounts:
        people = [
            {
                "user": user,
                "webinars": _listed(core, [w for w in state.webinars if w.organizer_key == user.key]),
                "trainings": _listed(core, [t for t in state.trainings if t.organizer_key == user.key]),
                "meetings": _listed(core, [m for m in state.meetings if m.organizer_key == user.key]),
                "support": _support_rows(core, user),
            }
            for user in state.users
            if user.account_key == account.key
        ]
        owners.append({"account": account, "people": people})
    return flask.render_template(
        "index.html",
        owners=owners,
        now=core.clock.now(),
        is_frozen=core.clock.is_frozen,
        speed=core.clock.speed,
        calls=core.counters.total,
        scenarios=sum(any(act.state == "planned" for act in s.acts) for s in state.scenarios),
        faults=len(core.faults.all()),
    )


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


def _listed(core: Core, events: list[Any]) -> list[dict[str, Any]]:
    """Rows for a list of events: live ones first, then what comes next, then the past from the latest back."""
    now = core.clock.now()
    rows = [
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

    return sorted(rows, key=order)


PAGES = (("/", "index", ("GET",), index),)
