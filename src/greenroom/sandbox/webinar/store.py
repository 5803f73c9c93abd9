"""What can be done with webinars and their registrants."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, cast

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import (
    Approval,
    Event,
    FieldSetting,
    Question,
    Registrant,
    RegistrantStatus,
    TimeRange,
    User,
    Webinar,
)
from greenroom.sandbox.rooms import is_over
from greenroom.sandbox.times import whole_seconds, zone_named
from greenroom.sandbox.webhook_events import announce_added, announce_changed, announce_created
from greenroom.sandbox.webinar.fields import InvalidFieldError, read_answers, read_responses

Recurrence = Literal["single_session", "series", "sequence"]


class DuplicateRegistrantError(Exception):
    def __init__(self, registrant: Registrant) -> None:
        super().__init__("the e-mail address is registered already")
        self.registrant = registrant


class WebinarFullError(Exception):
    """The registration limit is reached."""


class RegistrationClosedError(Exception):
    """The webinar is over and takes no late registrations."""


@dataclass
class WebinarPlan:
    """What a new webinar is to be."""

    subject: str
    times: list[TimeRange]
    description: str = ""
    time_zone: str | None = None
    locale: str = "en_US"
    recurrence: Recurrence = "single_session"
    experience: Literal["CLASSIC", "BROADCAST", "SIMULIVE"] = "CLASSIC"
    approval: Approval = "AUTOMATIC"
    registration_limit: int = 0
    is_password_protected: bool = False
    is_ondemand: bool = False
    is_breakout: bool = False
    recording_asset_key: str | None = None
    fields: list[FieldSetting] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    generated: int = 0


def create(core: Core, organizer: User, plan: WebinarPlan) -> list[Webinar]:
    """
    Schedule a webinar.

    Returns:
        One webinar; for a series one per date, sharing a recurrence key.
    """
    recurrence_key = core.state.new_key() if plan.recurrence == "series" else None
    dates = [[times] for times in plan.times] if plan.recurrence == "series" else [plan.times]
    webinars = []
    for times in dates:
        webinar = Webinar(
            key=core.state.new_key(),
            number=str(core.state.new_number()),
            account_key=organizer.account_key,
            organizer_key=organizer.key,
            subject=plan.subject,
            description=plan.description,
            times=list(times),
            time_zone=plan.time_zone or organizer.time_zone,
            created_at=whole_seconds(core.clock.now()),
            locale=plan.locale,
            recurrence=plan.recurrence,
            recurrence_key=recurrence_key,
            experience=plan.experience,
            approval=plan.approval,
            registration_limit=plan.registration_limit,
            is_password_protected=plan.is_password_protected,
            is_ondemand=plan.is_ondemand,
            is_breakout=plan.is_breakout,
            recording_asset_key=plan.recording_asset_key,
            fields=plan.fields,
            questions=plan.questions,
            generated=plan.generated,
        )
        core.state.webinars.put(webinar.key, webinar)
        core.state.raise_crowd(webinar)
        announce_created(core, webinar)
        webinars.append(webinar)
    return webinars


def sequence_times(first: TimeRange, pattern: str, last_day: date, time_zone: str) -> list[TimeRange]:
    """
    Repeat a range daily, weekly or monthly until a last day, at the same wall-clock time of the zone.

    A month without the day (31 April) is left out. Assumed.
    """
    zone = zone_named(time_zone)
    start = first.starts_at.astimezone(zone)
    length = first.ends_at - first.starts_at
    times = []
    for day in _days(start.date(), pattern, last_day):
        begins = datetime.combine(day, start.time(), zone).astimezone(UTC)
        times.append(TimeRange(begins, begins + length))
    return times


def _days(first: date, pattern: str, last: date) -> list[date]:
    if pattern != "monthly":
        step = timedelta(days=1 if pattern == "daily" else 7)
        return [first + step * n for n in range((last - first) // step + 1)] if last >= first else []
    days = []
    for month in range((last.year - first.year) * 12 + last.month - first.month + 1):
        year, index = divmod(first.year * 12 + first.month - 1 + month, 12)
        try:
            day = date(year, index + 1, first.day)
        except ValueError:
            continue
        if day <= last:
            days.append(day)
    return days


def series_of(core: Core, webinar: Webinar) -> list[Webinar]:
    """The webinars of the same series, by date; the webinar alone when it is none of a series."""
    if webinar.recurrence_key is None:
        return [webinar]
    members = [w for w in core.state.webinars if w.recurrence_key == webinar.recurrence_key]
    return sorted(members, key=lambda w: w.times[0].starts_at)


def update(core: Core, webinar: Webinar, changes: dict[str, Any], times: list[TimeRange] | None) -> None:
    """
    Change a webinar, or every date of its series.

    New times replace the old ones. The dates of a series keep their keys in order; further dates get new
    webinars and dates too many are deleted. Assumed: GoTo says only that the whole definition is replaced.
    """
    series = series_of(core, webinar)
    for member in series:
        for name, value in changes.items():
            setattr(member, name, value)
        core.state.webinars.put(member.key, member)
    if times is not None:
        _replace_times(core, webinar, series, times)
    for member in series:
        if member.key in core.state.webinars:
            announce_changed(core, member, "UPDATED")


def _replace_times(core: Core, webinar: Webinar, series: list[Webinar], times: list[TimeRange]) -> None:
    if webinar.recurrence != "series":
        webinar.times = times
        core.state.webinars.put(webinar.key, webinar)
        return
    for member, date_range in zip(series, times, strict=False):
        member.times = [date_range]
        core.state.webinars.put(member.key, member)
    for member in series[len(times) :]:
        _delete_one(core, member)
    for date_range in times[len(series) :]:
        _add_to_series(core, webinar, date_range)


def _add_to_series(core: Core, webinar: Webinar, times: TimeRange) -> None:
    added = Webinar(
        **{name: getattr(webinar, name) for name in webinar.__struct_fields__}
        | {
            "key": core.state.new_key(),
            "number": str(core.state.new_number()),
            "times": [times],
            "created_at": whole_seconds(core.clock.now()),
            "generated": 0,
            "co_organizers": [],
            "panelists": [],
            "live_session_key": None,
        }
    )
    core.state.webinars.put(added.key, added)
    announce_created(core, added)


def cancel(core: Core, webinar: Webinar, *, with_series: bool) -> None:
    """Delete a webinar, by default with its series. Its sessions and their attendance stay."""
    for member in series_of(core, webinar) if with_series else [webinar]:
        _delete_one(core, member)


def _delete_one(core: Core, webinar: Webinar) -> None:
    announce_changed(core, webinar, "DELETED")
    core.state.remove_registrants_of(webinar.key)
    core.state.webinars.remove(webinar.key)


# Registrants


def register(
    core: Core, webinar: Webinar, sent: dict[str, Any], *, is_announced: bool = True, at: datetime | None = None
) -> Registrant:
    """
    Sign a person up.

    Args:
        sent: GoTo's names of registration fields, `responses` and `source`.

    Raises:
        InvalidFieldError: something required is missing or will not do.
        DuplicateRegistrantError: the address is registered already.
        RegistrationClosedError: the webinar is over and late registration is switched off.
        WebinarFullError: no place is left.
    """
    answers = read_answers(webinar, sent, is_list_closed=core.switches.text("closed_list_values") == "refuse")
    responses = read_responses(webinar, sent.get("responses"))
    source = sent.get("source")
    if source is not None and not isinstance(source, str):
        raise InvalidFieldError("source must be text.")
    email = answers.pop("email")
    if "@" not in email.strip("@") or any(character.isspace() for character in email):
        raise InvalidFieldError("email must be an e-mail address.")
    existing = find_by_email(core, webinar.key, email)
    if existing is not None:
        raise DuplicateRegistrantError(existing)
    is_late = is_over(core, webinar, at=at)
    if is_late and core.switches.text("late_registration") == "refuse":
        raise RegistrationClosedError
    if webinar.registration_limit and taken_places(core, webinar) >= webinar.registration_limit:
        raise WebinarFullError
    registrant = Registrant(
        key=core.state.new_key(),
        event_key=webinar.key,
        number=core.state.new_number(),
        first_name=answers.pop("firstName"),
        last_name=answers.pop("lastName"),
        email=email,
        status="WAITING" if webinar.approval == "MANUAL" else "APPROVED",
        registered_at=whole_seconds(at or core.clock.now()),
        is_late=is_late,
        source=source,
        answers=answers,
        responses=responses,
    )
    core.state.add_registrant(registrant)
    if is_announced:
        announce_added(core, webinar, registrant)
    return registrant


def find_by_email(core: Core, event_key: str, email: str) -> Registrant | None:
    """Find a registrant by address; the switch `email_case` tells whether case counts."""
    found = core.state.registrant_by_email(event_key, email)
    if found is None or core.switches.text("email_case") == "ignore" or found.email == email:
        return found
    return next((r for r in core.state.registrants_of(event_key) if r.email == email), None)


def taken_places(core: Core, webinar: Webinar) -> int:
    """Registrants that hold a place: all but the denied ones."""
    return core.state.count_registrants(webinar.key) - core.state.count_denied(webinar.key)


def decide(core: Core, webinar: Webinar, registrant: Registrant, status: str) -> None:
    """Approve or deny a registrant; the switch `webhook_on_decision` tells whether subscribers hear of it."""
    registrant.status = cast(RegistrantStatus, status)
    core.state.change_registrant(registrant)
    if core.switches.text("webhook_on_decision") == "send":
        announce_added(core, webinar, registrant)


def register_many(core: Core, event: Event, people: list[tuple[str, str, str]], spread: timedelta) -> None:
    """Sign many generated people up quickly, evenly over a span that ends now. Nobody is told."""
    now = whole_seconds(core.clock.now())
    status: RegistrantStatus = "WAITING" if event.approval == "MANUAL" else "APPROVED"
    for position, (first_name, last_name, email) in enumerate(people):
        registered_at = whole_seconds(now - spread + spread * (position + 1) / len(people))
        core.state.add_registrant(
            Registrant(
                key=core.state.new_key(),
                event_key=event.key,
                number=core.state.new_number(),
                first_name=first_name,
                last_name=last_name,
                email=email,
                status=status,
                registered_at=registered_at,
            )
        )
