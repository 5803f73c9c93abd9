"""People by the clock: who registers, joins, leaves, comes back, on which devices, and who never shows up."""

import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from greenroom.sandbox import rooms
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Act, Event, Meeting, Registrant, Scenario
from greenroom.sandbox.meeting import store as meeting_store
from greenroom.sandbox.registering import RegistrationError, decide_on, register_person
from greenroom.sandbox.rooms import RoomError
from greenroom.sandbox.seed_people import generated_person
from greenroom.sandbox.times import parse_instant

HOST_ACTS = ("launch", "end")
PERSON_ACTS = ("register", "unregister", "approve", "deny", "join", "leave")
_SPAN = re.compile(r"([+-]?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
MAX_PEOPLE = 5_000


class ScenarioError(Exception):
    """A scenario that makes no sense; the message says why."""


class Crowd(Struct, forbid_unknown_fields=True):
    """
    Some people who do the usual things. The shares are of all who registered, from 0 to 1.

    Most come a little late and stay to the end.
    """

    people: int
    no_show: float = 0.3
    leave_early: float = 0.15
    come_back: float = 0.1
    two_devices: float = 0.05
    look_in: float = 0.05


def read_time(text: str, start: datetime) -> datetime:
    """
    Read a time: a span from the event's start such as `-2d`, `10m` or `1h30m`, or an instant.

    Raises:
        ScenarioError: neither.
    """
    found = _SPAN.fullmatch(text)
    if found is not None and any(found.groups()[1:]):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
        try:
            span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
            return start - span if found[1] == "-" else start + span
        except OverflowError:
            raise ScenarioError(f"{text} is too far away.") from None
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise ScenarioError(f"{text} is no time: write -2d, 10m, 1h30m or 2026-09-01T14:00:00Z.") from None


def read_acts(texts: Sequence[object], start: datetime, who: str) -> list[Act]:
    """
    Read acts such as `join 10m phone`: what, when, and for joins and leaves on which device.

    Raises:
        ScenarioError: an act nobody can do, or a time that is none.
    """
    allowed = PERSON_ACTS if who else HOST_ACTS
    acts = []
    for text in texts:
        parts = str(text).split()
        if not 2 <= len(parts) <= 3 or parts[0] not in allowed:
            raise ScenarioError(f"{text} is no act: write one of {', '.join(allowed)} and a time.")
        acts.append(Act(read_time(parts[1], start), parts[0], who, parts[2] if len(parts) == 3 else ""))
    return acts


def crowd_acts(
    event: Event, crowd: Crowd, *, start: datetime, seed: int, first: int
) -> tuple[list[Act], dict[str, list[str]]]:
    """
    Work out what a crowd does; the same seed gives the same people doing the same.

    Args:
        first: the number of the first generated person.

    Returns:
        The acts, and the people's names by address.
    """
    if not 0 <= crowd.people <= MAX_PEOPLE:
        raise ScenarioError(f"people must be between 0 and {MAX_PEOPLE}.")
    chance = random.Random(seed)  # noqa: S311  people, not secrets
    length = rooms.last_end(event) - event.times[0].starts_at
    acts: list[Act] = []
    people = {}
    for number in range(first, first + crowd.people):
        first_name, last_name, email = generated_person(number)
        people[email] = [first_name, last_name]
        if not isinstance(event, Meeting):
            ahead = timedelta(minutes=chance.randrange(60, 14 * 24 * 60))
            acts.append(Act(start - ahead, "register", email))
        acts += _visit(email, crowd, start, length, chance)
    return acts, people


def _visit(email: str, crowd: Crowd, start: datetime, length: timedelta, chance: random.Random) -> list[Act]:
    """One person's evening. Draws the same number of times whatever happens, so that shares can be changed alone."""
    came, kind = chance.random(), chance.random()
    joined_at = start + timedelta(seconds=chance.randrange(5, 420))
    middle = joined_at + (start + length - joined_at) * (0.3 + chance.random() * 0.4)
    away = timedelta(minutes=chance.randrange(2, 9))
    if came < crowd.no_show:
        return []
    acts = [Act(joined_at, "join", email, "laptop")]
    if kind < crowd.look_in:
        return [*acts, Act(joined_at + timedelta(seconds=1), "leave", email, "laptop")]
    kind -= crowd.look_in
    if kind < crowd.two_devices:
        return [*acts, Act(middle, "join", email, "phone"), Act(middle + away, "leave", email, "phone")]
    kind -= crowd.two_devices
    if kind < crowd.come_back:
        again = Act(min(middle + away, start + length), "join", email, "laptop")
        return [*acts, Act(middle, "leave", email, "laptop"), again]
    kind -= crowd.come_back
    return [*acts, Act(middle, "leave", email, "laptop")] if kind < crowd.leave_early else acts


# Running


def run_due(core: Core) -> int:
    """
    Do every act whose time has come, in the order of their times and with those times. Hold the lock.

    An act that cannot be done is marked as failed and says why; the rest goes on.

    Returns:
        How many acts were tried.
    """
    now = core.clock.now()
    due = [
        (act.at, scenario.key, position, scenario, act)
        for scenario in core.state.scenarios
        for position, act in enumerate(scenario.acts)
        if act.state == "planned" and act.at <= now
    ]
    for _, _, _, scenario, act in sorted(due, key=lambda row: row[:3]):
        rooms.end_due_sessions(core, until=act.at)
        try:
            _perform(core, scenario, act)
            act.state = "done"
        except (RoomError, RegistrationError, ScenarioError) as error:
            act.state, act.why = "failed", str(error)
        core.state.scenarios.put(scenario.key, scenario)
    return len(due)


def _perform(core: Core, scenario: Scenario, act: Act) -> None:
    event = core.state.event(scenario.event_key)
    if event is None:
        raise ScenarioError("The event is gone.")
    if act.does == "launch":
        rooms.launch(core, event, organizer_key=event.organizer_key, at=act.at)
    elif act.does == "end":
        rooms.end(core, event, at=act.at)
    elif isinstance(event, Meeting):
        _perform_in_meeting(core, event, scenario, act)
    elif act.does == "register":
        first_name, last_name = scenario.people.get(act.who, ["", ""])
        person = {"email": act.who, "first_name": first_name, "last_name": last_name}
        register_person(core, event, person, at=act.at)
    else:
        _perform_as_registrant(core, event, act)


def _perform_in_meeting(core: Core, meeting: Meeting, scenario: Scenario, act: Act) -> None:
    name = " ".join(scenario.people.get(act.who, [])) or act.who
    if act.does == "join":
        meeting_store.enter(core, meeting, name=name, email=act.who, at=act.at, device=act.device)
    elif act.does == "leave":
        guest = meeting_store.find_guest(core, meeting, email=act.who)
        if guest is None:
            raise ScenarioError("This person is not in the room.")
        rooms.leave(core, meeting, guest.registrant_key, at=act.at, device=act.device or None)
    else:
        raise ScenarioError("Nobody registers for a meeting.")


def _perform_as_registrant(core: Core, event: Event, act: Act) -> None:
    registrant: Registrant | None = core.state.registrant_by_email(event.key, act.who)
    if registrant is None:
        raise ScenarioError("Nobody with this e-mail address is registered.")
    if act.does == "join":
        rooms.enter(core, event, registrant, at=act.at, device=act.device)
    elif act.does == "leave":
        rooms.leave(core, event, registrant.key, at=act.at, device=act.device or None)
    elif act.does == "unregister":
        core.state.remove_registrant(registrant)
    else:
        decide_on(core, event, registrant, "APPROVED" if act.does == "approve" else "DENIED")
