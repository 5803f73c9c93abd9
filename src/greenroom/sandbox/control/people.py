"""Scenarios: people who come and go by the clock."""

from typing import Any

import msgspec

from greenroom.sandbox.control.body import Body, ControlError, only, read_instant, read_whole
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Act, Event, Scenario
from greenroom.sandbox.registering import name_of
from greenroom.sandbox.scenarios import Crowd, ScenarioError, crowd_acts, read_acts
from greenroom.sandbox.times import write_instant, write_instant_ms

MEMBERS = ("name", "event", "starts_at", "seed", "host", "people", "crowd")


def create_scenario(core: Core, body: Body) -> Body:
    """Plan what people do around an event. It happens as the clock gets there; what lies in the past at once."""
    only(body, *MEMBERS)
    event = _event(core, body.get("event"))
    start = read_instant(body["starts_at"], "starts_at") if "starts_at" in body else event.times[0].starts_at
    seed = read_whole(body, "seed", 1)
    people: dict[str, list[str]] = {}
    try:
        acts = read_acts(_list(body, "host", _usual_host(event, body)), start, "")
        for person in _list(body, "people", []):
            acts += _acts_of(person, start, people)
        if "crowd" in body:
            first = core.state.count_registrants(event.key)
            crowd = msgspec.convert(body["crowd"], Crowd)
            more, names = crowd_acts(event, crowd, start=start, seed=seed, first=first)
            acts, people = acts + more, people | names
    except (ScenarioError, msgspec.ValidationError) as error:
        raise ControlError(400, str(error)) from None
    if not acts:
        raise ControlError(400, "A scenario needs host, people or crowd.")
    scenario = Scenario(
        key=str(len(core.state.scenarios) + 1),
        name=str(body.get("name", event.title)),
        event_key=event.key,
        seed=seed,
        created_at=core.clock.now(),
        acts=sorted(acts, key=lambda act: act.at),
        people=people,
    )
    core.state.scenarios.put(scenario.key, scenario)
    return _told(scenario)


def _event(core: Core, text: object) -> Event:
    """Find the event of `webinars/123`, `trainings/123` or `meetings/123`."""
    kind, _, key = str(text).partition("/")
    tables: dict[str, Any] = {
        "webinars": core.state.webinars,
        "trainings": core.state.trainings,
        "meetings": core.state.meetings,
    }
    event: Event | None = tables[kind].get(key) if kind in tables else None
    if event is None:
        raise ControlError(404, "There is no such event. Write webinars/, trainings/ or meetings/ and its key.")
    return event


def _list(body: Body, name: str, default: list[Any]) -> list[Any]:
    value = body.get(name, default)
    if not isinstance(value, list):
        raise ControlError(400, f"{name} must be a list.")
    return value


def _usual_host(event: Event, body: Body) -> list[str]:
    """With a crowd and no word of the host, the event is held as planned."""
    if "crowd" not in body:
        return []
    planned = int((event.times[0].ends_at - event.times[0].starts_at).total_seconds())
    return ["launch 0m", f"end {planned}s"]


def _acts_of(person: Any, start: Any, people: dict[str, list[str]]) -> list[Act]:
    if not isinstance(person, dict) or not person.get("email"):
        raise ControlError(400, "A person needs an email.")
    only(person, "email", "first_name", "last_name", "does")
    email = str(person["email"])
    first_name, last_name = name_of(email)
    people[email] = [str(person.get("first_name", first_name)), str(person.get("last_name", last_name))]
    return read_acts(_list(person, "does", []), start, email)


def _told(scenario: Scenario, *, with_acts: bool = False) -> Body:
    planned = [act for act in scenario.acts if act.state == "planned"]
    failed = [act for act in scenario.acts if act.state == "failed"]
    told: Body = {
        "key": scenario.key,
        "name": scenario.name,
        "event_key": scenario.event_key,
        "seed": scenario.seed,
        "created_at": write_instant_ms(scenario.created_at),
        "people": len({act.who for act in scenario.acts if act.who} | set(scenario.people)),
        "acts": len(scenario.acts),
        "done": len(scenario.acts) - len(planned) - len(failed),
        "failed": len(failed),
        "next_at": write_instant(planned[0].at) if planned else None,
    }
    return told | {"plan": [_act(act) for act in scenario.acts]} if with_acts else told


def _act(act: Act) -> Body:
    told = {"at": write_instant(act.at), "does": act.does, "who": act.who, "device": act.device, "state": act.state}
    return {name: text for name, text in told.items() if text} | ({"why": act.why} if act.why else {})


def get_scenarios(core: Core, body: Body) -> Body:
    return {"scenarios": [_told(scenario) for scenario in core.state.scenarios]}


def _scenario(core: Core, key: str) -> Scenario:
    scenario = core.state.scenarios.get(key)
    if scenario is None:
        raise ControlError(404, "There is no such scenario.")
    return scenario


def get_scenario(core: Core, body: Body, key: str) -> Body:
    """One scenario with every act, what came of it, and why where it failed."""
    return _told(_scenario(core, key), with_acts=True)


def cancel_scenario(core: Core, body: Body, key: str) -> Body:
    """Take back what has not happened yet."""
    scenario = _scenario(core, key)
    scenario.acts = [act for act in scenario.acts if act.state != "planned"]
    core.state.scenarios.put(scenario.key, scenario)
    return _told(scenario)


def cancel_scenarios(core: Core, body: Body) -> Body:
    for scenario in core.state.scenarios:
        cancel_scenario(core, {}, scenario.key)
    return get_scenarios(core, {})
