"""GoToMeeting behind the interface: two lists tell all, nobody signs up, and people are told apart by address."""

from datetime import timedelta

import pytest

from greenroom.goto import BadRequestError, ResourceNotFoundError
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.products.base import AttendeeData, EventWish, SessionData
from greenroom.hub.events.products.meeting import MEETING, MeetingProduct

LENA = {"name": "Lena Fischer", "email": "Lena@Example.com", "joined": [[0, 30]]}
NAMELESS = {"email": "", "joined": [[0, 10]]}
UPCOMING, HELD = "upcomingMeetings.get", "historicalMeetings.get"
OF_ALL, OF_ONE = "organizers.organizerKey.attendees.get", "meetings.meetingId.attendees.get"


@pytest.fixture
def listed(goto, world, window):
    """Return the events as listed, by title."""
    return lambda product=MEETING: {one.title: one for one in product.list_events(goto, world.olga_key, *window())}


@pytest.fixture
def sessions(goto, world, window):
    """Return all sessions of these meetings."""
    return lambda *keys, product=MEETING: list(product.list_sessions(goto, world.olga_key, keys, *window()))


@pytest.fixture
def people(goto, world):
    """Return who was in a session."""

    def read(session: SessionData, product: MeetingProduct = MEETING) -> list[AttendeeData]:
        return list(product.list_attendance(goto, world.olga_key, session.event_key, session).rows())

    return read


@pytest.fixture
def held(world, sessions):
    """Hold a meeting of an hour that is over now, and return its session."""

    def hold(*people, title: str = "Team hour", **more) -> SessionData:
        key = world.schedule_meeting(title, starts_in=timedelta(hours=-1), **more)
        world.hold_meeting(key, list(people))
        return sessions(key)[0]

    return hold


# Events


def test_meetings_to_come_are_listed_with_their_dates(world, listed, calls):
    key = world.schedule_meeting("Room plan", starts_in=timedelta(days=3))
    told, start = listed()["Room plan"], world.now + timedelta(days=3)
    assert (key, key, world.olga_key) == (told.event_key, told.event_number, told.organizer_key)
    assert (((start, start + timedelta(hours=1)),), "one") == (told.times, told.dates)
    assert (True, None, "") == (told.is_planned, told.last_held_at, told.join_url)
    assert [UPCOMING, HELD] == calls()


def test_nothing_at_all_is_an_empty_list(listed, sessions):
    assert ({}, []) == (listed(), sessions("123456789"))


def test_dates_of_a_recurring_meeting_are_not_believed(world, listed, goto):
    key = world.schedule_meeting("Weekly", kind="recurring", starts_in=timedelta(days=-90))
    for told in (listed()["Weekly"], MEETING.get_event(goto, world.olga_key, key)):
        assert ((), "any_time", True) == (told.times, told.dates, told.is_planned)


@pytest.mark.parametrize("kind", ["scheduled", "immediate", "recurring"])
def test_running_meetings_are_told_by_the_list(world, goto, calls, kind):
    world.schedule_meeting("Quiet")
    key = world.schedule_meeting("Now", kind=kind)
    assert set() == MEETING.list_live_keys(goto, world.olga_key)
    world.launch(key, "meetings")
    assert {key} == MEETING.list_live_keys(goto, world.olga_key)
    assert [UPCOMING, UPCOMING] == calls()


def test_what_was_held_is_an_event_though_it_is_not_to_come(held, world, listed):
    session = held(LENA, title="Over")
    told = listed()["Over"]
    assert (session.event_key, ((session.started_at, world.now),)) == (told.event_key, told.times)
    assert ("one", False, world.now) == (told.dates, told.is_planned, told.last_held_at)


def test_a_recurring_meeting_that_was_held_is_one_event_and_a_list_of_dates_once_it_is_gone(world, listed, goto):
    key = world.schedule_meeting("Weekly", kind="recurring")
    for _ in range(2):
        world.advance(days=7)
        world.hold_meeting(key, [LENA])
    told = listed()["Weekly"]
    assert ((), "any_time", True, world.now) == (told.times, told.dates, told.is_planned, told.last_held_at)
    MEETING.cancel_event(goto, world.olga_key, key)
    told = listed()["Weekly"]
    assert (2, "all", False, world.now) == (len(told.times), told.dates, told.is_planned, told.last_held_at)


def test_odd_rows_of_the_lists_are_borne(world, listed, sessions):
    """Words nobody knows, lengths as text instead of an end, escaped and missing texts, and rows without any time."""
    world.answer(UPCOMING, [
        {"meetingId": 1, "subject": "a &lt;b&gt;\0", "meetingType": "webcast", "status": "paused"},
        {"meetingId": "2", "meetingType": "SCHEDULED", "startTime": "2026-03-02T11:00:00Z"},
    ])  # fmt: skip
    row = {"subject": "c", "startTime": "2026-03-02T09:00:00.+0000", "duration": "30"}
    world.answer(HELD, [row | {"meetingId": 3}, {"meetingId": 4}], times=2)
    told = listed()
    assert {"a <b>": "any_time", "": "any_time", "c": "one"} == {title: one.dates for title, one in told.items()}
    [session] = sessions("3", "4")
    assert ("3", timedelta(minutes=30)) == (session.event_key, session.ended_at - session.started_at)
    assert session.session_key


def test_one_meeting_is_read_by_its_key(world, goto, calls):
    key = world.schedule_meeting("Room plan")
    assert "Room plan" == MEETING.get_event(goto, world.olga_key, key).title
    assert MEETING.get_event(goto, world.olga_key, "999999999") is None
    assert ["meetings.meetingId.get"] * 2 == calls()


# Sessions and who was there


def test_only_ended_sessions_of_the_meetings_asked_for_are_told(world, held, sessions):
    held(LENA)
    running, other = world.schedule_meeting("Now"), held(LENA, title="Other")
    world.launch(running, "meetings")
    assert [other] == sessions(other.event_key, running)


def test_who_came_back_or_used_two_devices_is_one_person(held, people, world):
    session = held(LENA | {"joined": [[0, 20], [10, 30], [40, 50]]})
    [lena] = people(session)
    assert ("", "lena@example.com", "Lena Fischer", "") == (
        lena.registrant_key, lena.email, lena.first_name, lena.last_name,
    )  # fmt: skip
    stays = [tuple((at - session.started_at).seconds // 60 for at in stay) for stay in lena.joined]
    assert ([(0, 20), (10, 30), (40, 50)], 50 * 60) == (stays, lena.reported_seconds)


def test_people_without_an_address_are_told_apart_by_name_only_among_themselves(held, people):
    session = held(
        LENA,
        NAMELESS | {"name": "Lena Fischer", "joined": [[0, 10], [20, 30]]},
        NAMELESS | {"name": "Otto Winter"},
        LENA | {"name": "L. Fischer", "joined": [[40, 50]]},
    )
    found = [(one.email, one.first_name, len(one.joined)) for one in people(session)]
    assert [("", "Lena Fischer", 2), ("", "Otto Winter", 1), ("lena@example.com", "Lena Fischer", 2)] == sorted(found)


def test_nobody_is_an_empty_list(held, people):
    assert [] == people(held())


def test_each_run_of_a_recurring_meeting_has_its_own_people(world, sessions, people):
    key = world.schedule_meeting("Weekly", kind="recurring")
    for name in ("Lena", "Otto"):
        world.advance(days=7)
        world.hold_meeting(key, [{"name": name, "email": f"{name}@example.com", "joined": [[0, 10]]}])
    assert [["Lena"], ["Otto"]] == [[one.first_name for one in people(session)] for session in sessions(key)]


@pytest.mark.parametrize(
    ("row", "is_of_it"),
    [
        ({"meetingInstanceKey": 7}, True),
        ({"meetingInstanceKey": "7"}, True),
        ({"meetingInstanceKey": 8}, False),
        ({"startTime": "2026-03-02T09:00:00Z"}, True),
        ({"startTime": "2026-03-02T09:00:01Z"}, False),
        ({"joinTime": "2026-03-02T09:59:59Z"}, True),
        ({"joinTime": "2026-03-02T10:00:00Z"}, False),
        ({"joinTime": "2026-03-02T08:59:59Z"}, False),
        ({"meetingInstanceKey": 7, "meetingId": "123456788"}, False),
        ({}, False),
    ],
)
def test_rows_are_tied_to_a_run_by_its_key_its_start_or_the_stay(world, people, row, is_of_it):
    session = SessionData("123456789", "7", world.now, world.now + timedelta(hours=1))
    world.answer(OF_ONE, [{"meetingId": 123456789, "attendeeName": "Lena"} | row])
    assert is_of_it == bool(people(session))


def test_digest_is_of_the_session_alone_and_whatever_the_order(world, goto):
    session = SessionData("123456789", "7", world.now, world.now + timedelta(hours=1))
    rows = [{"meetingInstanceKey": 7, "attendeeName": name} for name in ("Lena", "Otto")]
    digests = []
    for answer in (rows, rows[::-1], [*rows, {"meetingInstanceKey": 8, "attendeeName": "Ada"}], rows[:1]):
        world.answer(OF_ONE, answer)
        digests.append(MEETING.list_attendance(goto, world.olga_key, "123456789", session).digest)
    assert digests[0] == digests[1] == digests[2] != digests[3]


# Calls


def whole_pass(product, goto, world, window) -> int:
    """Read everything as a run of sync does, and return the number of people."""
    keys = [one.event_key for one in product.list_events(goto, world.olga_key, *window())]
    product.list_live_keys(goto, world.olga_key)
    sessions = list(product.list_sessions(goto, world.olga_key, keys, world.now - timedelta(days=90), window()[1]))
    listings = (product.list_attendance(goto, world.olga_key, one.event_key, one) for one in sessions)
    return sum(len(list(listing.rows())) for listing in listings)


def test_a_whole_pass_is_three_calls_for_an_administrator(world, goto, held, calls, window):
    for number in range(5):
        held(LENA, title=f"Meeting {number}")
    calls()
    assert 5 == whole_pass(MEETING.for_one_run(), goto, world, window)
    assert [UPCOMING, HELD, OF_ALL] == calls()


def test_a_pass_over_the_runs_of_one_meeting_asks_for_that_meeting(world, goto, calls, window):
    key = world.schedule_meeting(kind="recurring")
    for _ in range(3):
        world.advance(days=7)
        world.hold_meeting(key, [LENA])
    calls()
    assert 3 == whole_pass(MEETING.for_one_run(), goto, world, window)
    assert [UPCOMING, HELD, OF_ONE] == calls()


def test_others_are_refused_once_and_then_asked_meeting_by_meeting(world, goto, held, calls, window):
    for number in range(3):
        held(LENA, title=f"Meeting {number}")
    calls()
    world.fail(kind="status", status=403, operation=OF_ALL, times=9)
    assert 3 == whole_pass(MEETING.for_one_run(), goto, world, window)
    assert [UPCOMING, HELD, OF_ALL, OF_ONE, OF_ONE, OF_ONE] == calls()


def test_what_one_run_remembers_the_next_one_asks_again(world, goto, calls, window):
    for _ in range(2):
        whole_pass(MEETING.for_one_run(), goto, world, window)
    assert [UPCOMING, HELD] * 2 == calls()


def test_an_older_window_is_read_once_more(world, goto, calls):
    product = MEETING.for_one_run()
    for days in (30, 20, 40):
        list(product.list_sessions(goto, world.olga_key, (), world.now - timedelta(days=days), world.now))
    assert [HELD, HELD] == calls()


# Acts


def at_goto(world, key: str) -> dict:
    return world.sandbox.core.state.meetings.get(key)


def wish(world, **more) -> EventWish:
    start = world.now + timedelta(days=1)
    return EventWish(title="A <b> plan", times=((start, start + timedelta(minutes=30)),), **more)


def test_a_meeting_is_made_with_its_join_link(world, goto, calls):
    made = MEETING.create_event(goto, world.olga_key, wish(world))
    meeting = at_goto(world, made.event_key)
    assert ("A &lt;b&gt; plan", "scheduled", 30) == (
        meeting.subject, meeting.kind, (meeting.ends_at - meeting.starts_at).seconds // 60,
    )  # fmt: skip
    assert f"http://goto.test/join/{made.event_key}" == made.join_url
    assert made.join_url not in repr(made)
    assert ["meetings.post"] == calls()


def test_a_meeting_without_a_date_is_a_recurring_one(world, goto):
    made = MEETING.create_event(goto, world.olga_key, EventWish(title="Any time", times=()))
    assert "recurring" == at_goto(world, made.event_key).kind


def test_a_meeting_has_one_date(world, goto, calls):
    dates = tuple((world.now + timedelta(days=day), world.now + timedelta(days=day, hours=1)) for day in (1, 2))
    with pytest.raises(InvalidInputError, match="one date, or none"):
        MEETING.create_event(goto, world.olga_key, EventWish(title="Two", times=dates))
    assert [] == calls()


def test_what_is_not_changed_stays_as_it_was(world, goto, calls):
    key = world.schedule_meeting("Old & <dear>", kind="recurring", audio="+1 555 0100")
    before = at_goto(world, key)
    before.is_password_required = True
    plan = before.starts_at, before.ends_at, before.kind, before.audio
    MEETING.update_event(goto, world.olga_key, key, EventWish(title="New <b>"))
    now = at_goto(world, key)
    assert ("New &lt;b&gt;", True, *plan) == (
        now.subject, now.is_password_required, now.starts_at, now.ends_at, now.kind, now.audio,
    )  # fmt: skip
    assert ["meetings.meetingId.get", "meetings.meetingId.put"] == calls()
    MEETING.update_event(goto, world.olga_key, key, wish(world))
    now = at_goto(world, key)
    assert ("scheduled", world.now + timedelta(days=1)) == (now.kind, now.starts_at)


def test_the_unchanged_title_survives_its_escaping(world, goto):
    key = MEETING.create_event(goto, world.olga_key, wish(world)).event_key
    MEETING.update_event(goto, world.olga_key, key, EventWish(times=()))
    assert ("A &lt;b&gt; plan", "recurring") == (at_goto(world, key).subject, at_goto(world, key).kind)


def test_cancelling_twice_is_cancelling_once(world, goto, calls):
    key = world.schedule_meeting()
    for _ in range(2):
        MEETING.cancel_event(goto, world.olga_key, key)
    assert at_goto(world, key) is None
    assert ["meetings.meetingId.delete"] * 2 == calls()


def test_what_goto_refuses_is_told(world, goto):
    key = world.schedule_meeting()
    world.launch(key, "meetings")
    with pytest.raises(BadRequestError):
        MEETING.cancel_event(goto, world.olga_key, key)
    with pytest.raises(ResourceNotFoundError):
        MEETING.update_event(goto, world.olga_key, "999999999", EventWish(title="x"))


def test_the_start_link_needs_no_sign_in(world, goto, calls):
    key = world.schedule_meeting()
    link = MEETING.get_start_url(goto, world.olga_key, key)
    assert link.startswith(f"http://goto.test/host/meeting/{key}?token=")
    assert ["meetings.meetingId.start.get"] == calls()
