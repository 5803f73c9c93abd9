"""Whose attendance it is: by GoTo's key, by the exact address, by a person's word; never by name."""

from datetime import timedelta

import pytest

from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.courses.models import Completion
from greenroom.hub.events.decisions import list_decided_attendees, list_unmatched_attendees, suggest_registrants
from greenroom.hub.events.models import Attendee, Event, Registrant
from greenroom.hub.events.services import forget_match, match_attendee
from greenroom.hub.ledger.models import Fact

LENA, OTTO = "lena@example.com", "otto@example.com"


@pytest.fixture
def over(world, pull, item, event) -> Event:
    """A webinar in a course, over by now; Lena and Otto had signed up."""
    world.control(
        "POST",
        f"webinars/{event.event_key}/registrants",
        registrants=[
            {"email": LENA, "first_name": "Lena", "last_name": "Example"},
            {"email": OTTO, "first_name": "Otto", "last_name": "Outside"},
        ],
    )
    world.advance(hours=2, minutes=1)
    world.write_attendance(event.event_key, {})
    return pull(event.event_key)


@pytest.fixture
def came(world, over, sync):
    """Read attendance that GoTo is made to give: one row per person, each there for half an hour."""

    def read_attendance(*people: dict) -> None:
        world.advance(minutes=10)
        session = over.sessions.get()
        stay = {
            "joinTime": session.started_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "leaveTime": (session.started_at + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        rows = [{"registrantKey": 900 + at, "attendance": [stay]} | one for at, one in enumerate(people)]
        world.answer("getAttendees", rows)
        sync()

    return read_attendance


def key_of(email: str) -> int:
    return int(Registrant.objects.get(email=email).registrant_key)


def matched() -> dict[str, str | None]:
    return dict(Attendee.objects.values_list("email", "registrant__email"))


def attended() -> list[str | None]:
    """Return who the ledger says attended, by their sign-up's address."""
    people = dict(Registrant.objects.values_list("pk", "email"))
    facts = Fact.objects.filter(kind="attended").order_by("pk").values_list("registrant_id", flat=True)
    return [people.get(pk) for pk in facts]


def test_the_key_counts_more_than_the_address(came):
    came({"registrantKey": key_of(LENA), "email": OTTO})
    assert {OTTO: LENA} == matched()


def test_the_address_counts_in_any_case(came):
    came({"email": "LENA@Example.COM"})
    assert {LENA: LENA} == matched()


def test_a_name_counts_for_nothing_but_is_suggested(came):
    came({"email": "private@example.com", "firstName": " LENA", "lastName": "example "})
    assert {"private@example.com": None} == matched()
    [one] = list_unmatched_attendees()
    assert [LENA] == [registrant.email for registrant in suggest_registrants([one])[one.pk]]


def test_another_name_or_event_is_not_suggested(world, came, pull):
    other = pull(world.schedule_webinar(registrants=[{"email": "x@example.com", "first_name": "A", "last_name": "B"}]))
    came({"email": "a@example.com", "firstName": "A", "lastName": "B"}, {"email": "b@example.com", "firstName": ""})
    unmatched = list(list_unmatched_attendees())
    assert {one.pk: [] for one in unmatched} == suggest_registrants(unmatched)
    assert (2, 0) == (len(unmatched), list_unmatched_attendees(event=other).count())


def test_everybody_is_waiting_once_however_many_sessions_they_were_in(world, over, came, sync):
    came({"email": "private@example.com"})
    session = over.sessions.get()
    again = over.sessions.create(session_key="2", started_at=session.started_at, ended_at=session.ended_at)
    row = Attendee.objects.values("attendee_key", "email", "attended_seconds", "reported_seconds").get()
    again.attendees.create(**row)
    assert 1 == list_unmatched_attendees().count()


def test_a_person_says_whose_it_is_and_that_takes_effect_at_once(came, over, ada, lena, run_jobs):
    came({"email": "private@example.com"})
    run_jobs()
    assert (0, [None]) == (Completion.objects.count(), attended())
    lenas = Registrant.objects.get(email=LENA)
    assert 1 == match_attendee(event=over, attendee_key="900", registrant=lenas, actor=ada)
    run_jobs()
    assert ({"private@example.com": LENA}, 0) == (matched(), list_unmatched_attendees().count())
    assert [None, LENA] == attended()
    assert [(lena.pk, 1800)] == list(Completion.objects.values_list("user", "attended_seconds"))


def test_what_a_person_said_outlives_corrections(came, over, ada):
    came({"email": "private@example.com"})
    match_attendee(event=over, attendee_key="900", registrant=Registrant.objects.get(email=LENA), actor=ada)
    came({"email": "private@example.com"}, {"email": OTTO})
    assert {"private@example.com": LENA, OTTO: OTTO} == matched()
    came({"email": OTTO})
    came({"email": "private@example.com"})
    assert {"private@example.com": LENA} == matched()


def test_a_person_may_think_again(came, over, ada):
    came({"email": "private@example.com"})
    for email in (LENA, OTTO):
        match_attendee(event=over, attendee_key="900", registrant=Registrant.objects.get(email=email), actor=ada)
    assert ({"private@example.com": OTTO}, [None, LENA, OTTO]) == (matched(), attended())


def test_somebody_who_is_nobody_of_ours_waits_no_longer(came, over, ada):
    came({"email": "private@example.com"})
    match_attendee(event=over, attendee_key="900", registrant=None, actor=ada)
    assert (0, {"private@example.com": None}) == (list_unmatched_attendees().count(), matched())


def test_only_those_who_signed_up_for_the_event_and_were_there_can_be_matched(world, came, over, pull, ada):
    pull(world.schedule_webinar(registrants=[{"email": "x@example.com"}]))
    came({"email": "private@example.com"})
    stranger = Registrant.objects.get(email="x@example.com")
    with pytest.raises(InvalidInputError):
        match_attendee(event=over, attendee_key="900", registrant=stranger, actor=ada)
    with pytest.raises(UnknownObjectError):
        match_attendee(event=over, attendee_key="901", registrant=Registrant.objects.get(email=LENA), actor=ada)
    assert 1 == list_unmatched_attendees().count()


def test_somebody_who_signed_up_at_the_door_is_matched_when_the_list_tells_of_them(world, event, item, sync, run_jobs):
    """The registrants were read last a few minutes before."""
    world.advance(minutes=59)
    sync(is_full=False)
    world.advance(minutes=2)
    key = event.event_key
    world.launch(key)
    sync(is_full=False)
    world.control("POST", f"webinars/{key}/registrants", registrants=[{"email": LENA}])
    world.move(key, LENA, "join")
    world.advance(minutes=5)
    world.end(key)
    sync(is_full=False)
    assert {LENA: None} == matched()
    world.advance(minutes=10)
    sync(is_full=False)
    assert ({LENA: LENA}, [None, LENA]) == (matched(), attended())


def test_registrants_are_not_read_again_for_somebody_they_would_have_told_of(world, event, sync):
    world.advance(hours=2, minutes=1)
    world.write_attendance(event.event_key, {})
    sync()
    world.advance(minutes=10)
    world.answer("getAttendees", [{"registrantKey": 77, "email": "panelist@example.com"}])
    sync(is_full=False)
    event.refresh_from_db()
    assert event.registrants_due_at > world.now


def test_what_a_person_said_can_be_taken_back(came, over, ada, lena, run_jobs):
    came({"email": "private@example.com"})
    match_attendee(event=over, attendee_key="900", registrant=Registrant.objects.get(email=LENA), actor=ada)
    run_jobs()
    [[attendee, decision]] = list_decided_attendees(event=over)
    assert ("private@example.com", LENA, ada) == (attendee.email, decision.registrant.email, decision.decided_by)
    assert 1 == forget_match(event=over, attendee_key="900")
    run_jobs()
    assert ({"private@example.com": None}, []) == (matched(), list_decided_attendees())
    assert 1 == list_unmatched_attendees().count()
    assert 0 == Completion.objects.filter(user=lena, attended_seconds__gt=0).count()


def test_what_is_taken_back_leaves_an_attendee_to_their_own_key_and_address(came, over, ada):
    came({"registrantKey": key_of(LENA), "email": LENA})
    [key] = Attendee.objects.values_list("attendee_key", flat=True)
    match_attendee(event=over, attendee_key=key, registrant=Registrant.objects.get(email=OTTO), actor=ada)
    forget_match(event=over, attendee_key=key)
    assert {LENA: LENA} == matched()


def test_only_what_was_decided_can_be_taken_back(came, over):
    came({"email": "private@example.com"})
    with pytest.raises(UnknownObjectError):
        forget_match(event=over, attendee_key="900")


def test_a_decision_about_somebody_whom_goto_lists_no_longer_is_not_shown(came, over, ada):
    came({"email": "private@example.com"}, {"email": OTTO})
    match_attendee(event=over, attendee_key="900", registrant=None, actor=ada)
    Attendee.objects.filter(attendee_key="900").delete()
    assert [] == list_decided_attendees()
