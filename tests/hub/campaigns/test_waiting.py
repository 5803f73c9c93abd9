"""When waits are over."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.campaigns.kinds import read_wait
from greenroom.hub.campaigns.waiting import Span, Wait, fit, is_late, moment_of
from greenroom.hub.core.errors import InvalidInputError

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")

# Hypothesis puts the zone in itself.
moments = st.datetimes(
    MONDAY.replace(year=2020, tzinfo=None), MONDAY.replace(year=2035, tzinfo=None), timezones=st.just(UTC)
)
zones = st.sampled_from(["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo", "UTC"])


@st.composite
def windows(draw) -> Wait:
    start = draw(st.integers(0, 23))
    days = tuple(draw(st.sets(st.integers(0, 6))))
    return Wait(from_hour=start, to_hour=draw(st.integers(start + 1, 24)), weekdays=days)


@given(moments, windows(), zones.map(ZoneInfo))
def test_a_fitted_moment_is_the_same_or_later_in_the_window_and_no_longer_than_a_week_away(moment, wait, zone):
    fitted = fit(moment, wait, zone)
    local = fitted.astimezone(zone)
    assert moment <= fitted <= moment + timedelta(days=8, hours=2)
    assert not wait.weekdays or local.weekday() in wait.weekdays
    # An hour that does not exist on the day the clocks go forward is told as the next.
    assert wait.from_hour <= local.hour < wait.to_hour or local.hour == wait.to_hour
    assert fit(fitted, wait, zone) == fitted or local.hour == wait.to_hour


@given(moments, windows(), zones.map(ZoneInfo))
def test_a_moment_in_the_window_is_not_moved(moment, wait, zone):
    local = moment.astimezone(zone)
    if wait.from_hour <= local.hour < wait.to_hour and (not wait.weekdays or local.weekday() in wait.weekdays):
        assert moment == fit(moment, wait, zone)


@pytest.mark.parametrize(
    ("moment", "wait", "expected"),
    [
        ("2026-03-02T20:30Z", Wait(from_hour=9, to_hour=17), "2026-03-03T08:00Z"),
        ("2026-03-02T05:00Z", Wait(from_hour=9, to_hour=17), "2026-03-02T08:00Z"),
        ("2026-03-06T20:30Z", Wait(from_hour=9, to_hour=17, weekdays=(0, 1, 2, 3, 4)), "2026-03-09T08:00Z"),
        ("2026-03-28T22:00Z", Wait(from_hour=9, to_hour=10), "2026-03-29T07:00Z"),  # clocks go forward in between
        ("2026-03-29T00:30Z", Wait(from_hour=2, to_hour=3), "2026-03-29T01:00Z"),  # there is no such hour that day
        ("2026-10-24T22:30Z", Wait(from_hour=3, to_hour=4), "2026-10-25T02:00Z"),  # clocks go back in between
        ("2026-10-25T01:30Z", Wait(from_hour=2, to_hour=3), "2026-10-25T01:30Z"),  # the second time that it is two
        ("2026-03-02T12:00Z", Wait(weekdays=(6,)), "2026-03-07T23:00Z"),
    ],
)
def test_hours_and_days_are_local(moment, wait, expected):
    assert datetime.fromisoformat(expected) == fit(datetime.fromisoformat(moment), wait, BERLIN)


def test_moments_count_from_arrival_from_the_event_or_stand_fixed():
    event = Span(MONDAY + timedelta(days=1), MONDAY + timedelta(days=1, hours=2))
    arrived = {"arrived_at": MONDAY, "event": event}
    assert MONDAY + timedelta(hours=2) == moment_of(Wait(minutes=120), **arrived)
    assert event.starts_at - timedelta(hours=1) == moment_of(Wait(minutes=-60, event=1), **arrived)
    assert event.ends_at + timedelta(hours=1) == moment_of(Wait(minutes=60, event=1, anchor="end"), **arrived)
    assert event.ends_at == moment_of(Wait(until=event.ends_at), **arrived)
    assert moment_of(Wait(minutes=-60, event=1), arrived_at=MONDAY, event=Span()) is None


def test_only_a_moment_before_an_event_can_be_late():
    event = Span(MONDAY + timedelta(days=1), MONDAY + timedelta(days=1, hours=2))
    before = Wait(minutes=-60, event=1)
    moment = event.starts_at - timedelta(hours=1)
    about = {"moment": moment, "event": event}
    assert not is_late(before, arrived_at=MONDAY, now=moment, **about)
    assert is_late(before, arrived_at=moment + timedelta(minutes=1), now=moment + timedelta(minutes=1), **about)
    assert is_late(before, arrived_at=MONDAY, now=event.starts_at, **about)
    after = Wait(minutes=60, event=1, anchor="end")
    assert not is_late(after, moment=MONDAY, arrived_at=MONDAY + timedelta(days=9), now=MONDAY, event=event)


@pytest.mark.parametrize(
    ("settings", "at_fault"),
    [
        ({}, "amount"),
        ({"minutes": -5}, "amount"),
        ({"minutes": 5, "from_hour": 17, "to_hour": 9}, "to_hour"),
        ({"minutes": 5, "weekdays": [7]}, "settings"),
        ({"minutes": 10**9}, "settings"),
        ({"colour": "red"}, "settings"),
    ],
)
def test_a_wait_that_cannot_be_is_refused(settings, at_fault):
    with pytest.raises(InvalidInputError) as caught:
        read_wait(settings)
    assert [at_fault] == list(caught.value.errors)
