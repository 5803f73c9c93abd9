"""Scenarios: starting one by a form, and watching people come and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import flask
from werkzeug.exceptions import NotFound

from greenroom.sandbox import rooms
from greenroom.sandbox.control import people
from greenroom.sandbox.control.body import Body, ControlError
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Act, Event, Scenario, Stay
from greenroom.sandbox.pages.browser import Page
from greenroom.sandbox.pages.forms import read_whole
from greenroom.sandbox.pages.showing import state_of
from greenroom.sandbox.scenarios import MAX_PEOPLE, Crowd
from greenroom.sandbox.times import write_instant

LISTED_PEOPLE = 100
LISTED_ACTS = 8
# Shares of a crowd, as the form asks for them.
SHARES = {
    "no_show": "never show up",
    "leave_early": "leave early",
    "come_back": "leave and come back",
    "two_devices": "have two devices",
    "look_in": "look in for a second",
}
OWN_ACTS = """host: launch 0m, end 60m
lena@example.com: register -2d, join 5m laptop, leave 25m, join 30m phone
leo@example.com: register -1d, join 0s, join 10m phone, leave 40m phone
nils@example.com: register -2h"""


Span = tuple[datetime, datetime]


# The list, and the forms to start one


def scenarios_page(core: Core) -> Page:
    return _list(core, None, {"event": flask.request.args.get("event", "")})


def _list(core: Core, error: str | None, values: dict[str, str]) -> str:
    return flask.render_template(
        "scenarios.html",
        scenarios=[(scenario, progress(scenario)) for scenario in reversed(list(core.state.scenarios))],
        events=_coming_events(core),
        defaults=Crowd(people=25),
        shares=SHARES,
        max_people=MAX_PEOPLE,
        own_acts=OWN_ACTS,
        error=error,
        values=values,
    )


def _coming_events(core: Core) -> list[tuple[str, list[tuple[str, Event, str]]]]:
    """Events people can still come to, by product: each with its name for a scenario, and its organizer."""
    state = core.state
    found = []
    for kind, events in (("webinars", state.webinars), ("trainings", state.trainings), ("meetings", state.meetings)):
        coming: list[Event] = [event for event in events if not rooms.is_over(core, event)]
        coming.sort(key=lambda event: event.times[0].starts_at)
        found.append(
            (kind, [(f"{kind}/{event.key}", event, state.users[event.organizer_key].name) for event in coming])
        )
    return [group for group in found if group[1]]


def start_post(core: Core) -> Page:
    """Start a scenario of a crowd, or of acts somebody wrote."""
    values = flask.request.form.to_dict()
    try:
        told = people.create_scenario(core, _body(core, values))
    except ControlError as error:
        return _list(core, str(error), values), error.status
    return flask.redirect(f"/scenarios/{told['key']}", 303)


def _body(core: Core, values: dict[str, str]) -> Body:
    body: Body = {"event": values.get("event", "")}
    if values.get("when") == "soon":
        body["starts_at"] = write_instant(core.clock.now() + timedelta(minutes=1))
    if "acts" in values:
        return body | read_own_acts(values["acts"])
    crowd: Body = {"people": read_whole(values.get("people", ""))}
    crowd |= {name: read_whole(values.get(name, "")) / 100 for name in SHARES if values.get(name)}
    return body | {"crowd": crowd, "seed": read_whole(values.get("seed") or "1")}


def read_own_acts(text: str) -> Body:
    """
    Read lines such as `lena@example.com: register -2d, join 5m phone`; `host` is the organizer.

    Raises:
        ControlError: a line without a colon.
    """
    body: Body = {"host": [], "people": []}
    for line in filter(None, map(str.strip, text.splitlines())):
        who, colon, acts = line.partition(":")
        if not colon:
            raise ControlError(400, f"{line} has no colon: write who, a colon, and what they do.")
        does = [act.strip() for act in acts.split(",") if act.strip()]
        if who.strip() == "host":
            body["host"] += does
        else:
            body["people"].append({"email": who.strip(), "does": does})
    return body


# One scenario


@dataclass
class Progress:
    """How far a scenario is."""

    done: int
    failed: int
    planned: int
    next: Act | None

    @property
    def percent(self) -> int:
        total = self.done + self.failed + self.planned
        return 100 * (self.done + self.failed) // total if total else 100


def progress(scenario: Scenario) -> Progress:
    counts = {state: sum(act.state == state for act in scenario.acts) for state in ("done", "failed", "planned")}
    upcoming = next((act for act in scenario.acts if act.state == "planned"), None)
    return Progress(counts["done"], counts["failed"], counts["planned"], upcoming)


@dataclass
class Bar:
    """
    A stay in the room, on a line of 1,000 units.

    `lived` of its width lies in the past. Stays at the same time, on two devices, have lanes of their own.
    """

    left: int
    width: int
    lived: int
    lane: int = 0


@dataclass
class Row:
    """One person of a scenario: where they are now, and when they are in the room by plan."""

    email: str
    name: str
    word: str
    bars: list[Bar]


def scenario_page(core: Core, key: str) -> Page:
    scenario = core.state.scenarios.get(key)
    if scenario is None:
        raise NotFound
    event = core.state.event(scenario.event_key)
    inside = rooms.people_inside(core, event) if event is not None else []
    span = _span(scenario)
    now = core.clock.now()
    so_far = progress(scenario)
    return flask.render_template(
        "scenario.html",
        scenario=scenario,
        event=event,
        product=rooms.product_of(event) if event is not None else "",
        state=state_of(core, event) if event is not None else "over",
        progress=so_far,
        next_at=_full_second(so_far.next.at) if so_far.next is not None else None,
        last_at=_full_second(max((act.at for act in scenario.acts), default=now)),
        coming=[act for act in scenario.acts if act.state == "planned"][:LISTED_ACTS],
        past=[act for act in reversed(scenario.acts) if act.state != "planned"][:LISTED_ACTS],
        inside=inside,
        registered=core.state.count_registrants(scenario.event_key),
        rows=_rows(core, scenario, {presence.email.lower() for presence in inside}, span),
        more=max(len(scenario.people) - LISTED_PEOPLE, 0),
        now_mark=_place(now, span) if span is not None and span[0] <= now <= span[1] else None,
        span=span,
    )


def _full_second(at: datetime) -> str:
    """Write the first full second at which an act is due."""
    return write_instant(at + timedelta(microseconds=999_999))


def _span(scenario: Scenario) -> Span | None:
    """From the launch, or the first join, to the end, or the last leave; None when nobody comes."""
    stage = [act.at for act in scenario.acts if act.does in ("launch", "end", "join", "leave")]
    return (min(stage), max(stage)) if stage and min(stage) < max(stage) else None


def _place(at: datetime, span: Span) -> int:
    return round(1000 * ((at - span[0]) / (span[1] - span[0])))


def _rows(core: Core, scenario: Scenario, inside: set[str], span: Span | None) -> list[Row]:
    """The first people of a scenario, each with what they do."""
    acts: dict[str, list[Act]] = {email: [] for email in list(scenario.people)[:LISTED_PEOPLE]}
    for act in scenario.acts:
        if act.who in acts:
            acts[act.who].append(act)
    return [
        Row(
            email=email,
            name=" ".join(scenario.people[email]),
            word=_word(core, scenario, theirs, email, is_inside=email.lower() in inside),
            bars=_bars(theirs, span, core.clock.now()) if span is not None else [],
        )
        for email, theirs in acts.items()
    ]


def _word(core: Core, scenario: Scenario, acts: Sequence[Act], email: str, *, is_inside: bool) -> str:
    """Say where a person is now."""
    if is_inside:
        return "in the room"
    if any(act.does == "join" and act.state == "done" for act in acts):
        return "was there"
    registrant = core.state.registrant_by_email(scenario.event_key, email)
    is_over = all(act.state != "planned" for act in scenario.acts)
    if registrant is None or (is_over and registrant.status == "APPROVED"):
        return "did not come" if is_over else "to come"
    return {"APPROVED": "registered", "WAITING": "waits for approval", "DENIED": "denied"}[registrant.status]


def _bars(acts: Sequence[Act], span: Span, now: datetime) -> list[Bar]:
    """One bar for each join, by plan; a leave closes the oldest stay, or the one on its device."""
    stays: list[Stay] = []
    for act in acts:
        if act.state == "failed":
            continue
        if act.does == "join":
            stays.append(Stay(act.at, device=act.device))
        elif act.does == "leave":
            fitting = (stay for stay in stays if stay.left_at is None and act.device in ("", stay.device))
            if (stay := next(fitting, None)) is not None:
                stay.left_at = act.at
    bars: list[Bar] = []
    for stay in stays:
        bar = _bar(stay, span, now)
        bar.lane = int(any(other.left + other.width > bar.left for other in bars))
        bars.append(bar)
    return bars


def _bar(stay: Stay, span: Span, now: datetime) -> Bar:
    left, right = _place(stay.joined_at, span), _place(stay.left_at or span[1], span)
    width = max(right - left, 4)
    return Bar(left, width, lived=min(max(_place(now, span) - left, 0), width))


def cancel_post(core: Core, key: str) -> Page:
    """Take back what has not happened yet."""
    people.cancel_scenario(core, {}, key)
    return flask.redirect(f"/scenarios/{key}", 303)


PAGES = (
    ("/scenarios", "scenarios", ("GET",), scenarios_page),
    ("/scenarios", "scenario_start", ("POST",), start_post),
    ("/scenarios/<key>", "scenario", ("GET",), scenario_page),
    ("/scenarios/<key>/cancel", "scenario_cancel", ("POST",), cancel_post),
)
