"""Events are found, made, changed, cancelled and started by programs, once, whatever happens on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from greenroom.hub.automation.callers import Verb
from greenroom.hub.core.errors import AccessDeniedError, InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.events.models import Event, EventAct
from greenroom.hub.jobs.worker import run_until_idle


def date(world, *, days: float = 1, hours: float = 1) -> dict[str, str]:
    start = world.now + timedelta(days=days)
    return {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=hours)).isoformat()}


@pytest.fixture
def make(world, connection, tell):
    """Make an event; a training tomorrow when nothing else is said."""
    return lambda **more: tell(
        "CreateEvent", **{"product": "training", "title": "First aid", "times": [date(world)], **more}
    )


@pytest.mark.parametrize("product", ["webinar", "training", "meeting"])
def test_an_event_is_at_goto_and_here_when_the_answer_comes(make, tell, product):
    act = make(product=product)
    assert "done" == act["status"]
    event = tell("GetEvent", event=act["event_key"])
    assert (product, "First aid", "scheduled", 0) == (
        event["product"],
        event["title"],
        event["state"],
        event["registered"],
    )
    assert act == tell("GetAct", act_id=act["id"])


def test_one_idempotency_key_makes_one_event(world, connection, do, caller):
    again = replace(caller, idempotency_key="order 7")
    wanted = {"product": "meeting", "title": "Team hour", "times": [date(world)]}
    first, second = (do("CreateEvent", caller=again, **wanted).body for _ in range(2))
    other = do("CreateEvent", caller=replace(again, owner="key:2"), **wanted).body
    assert first == second != other
    assert 2 == Event.objects.count()


def test_what_goto_does_not_answer_is_kept_and_made_once(world, make, tell):
    world.fail(kind="status", status=503, operation="scheduleTraining", times=10)
    act = make()
    assert ("pending", "") == (act["status"], act["event_key"])
    world.control("DELETE", "faults")
    world.advance(hours=1)
    run_until_idle()
    assert "done" == tell("GetAct", act_id=act["id"])["status"]
    assert 1 == Event.objects.count()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"title": " "}, "title"),
        ({"times": []}, "times"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"connection_id": "0"}, "connection_id"),
        ({"connection_id": "x"}, "connection_id"),
    ],
)
def test_what_is_wrong_is_named(make, wrong, named):
    with pytest.raises(InvalidInputError) as caught:
        make(**wrong)
    assert {named} == set(caught.value.errors)
    assert 0 == EventAct.objects.count()


@pytest.mark.parametrize(("days", "hours", "named"), [(-1, 1, "starts_at"), (1, -1, "ends_at"), (9000, 1, "ends_at")])
def test_a_wrong_date_is_named_where_it_stands(world, make, days, hours, named):
    with pytest.raises(InvalidInputError) as caught:
        make(times=[date(world), date(world, days=days, hours=hours)])
    assert {f"/times/1/{named}"} == set(caught.value.errors)


def test_what_goto_refuses_is_told(world, make):
    world.fail(kind="status", status=400, operation="scheduleTraining")
    with pytest.raises(StateConflictError, match="GoTo did not take this"):
        make()


def test_an_event_is_changed_at_goto(world, make, tell):
    key = make()["event_key"]
    later = date(world, days=2)
    assert "done" == tell("UpdateEvent", event=key, title="First aid, again", times=[later])["status"]
    event = tell("GetEvent", event=key)
    assert ("First aid, again", 1) == (event["title"], len(event["times"]))
    assert later["starts_at"][:19] == str(event["starts_at"])[:19].replace(" ", "T")
    assert "First aid, again" == world.ask_goto(f"trainings/{key}")["name"]


def test_a_change_of_an_older_version_overwrites_nothing(make, tell):
    key = make()["event_key"]
    version = tell("GetEvent", event=key)["version"]
    tell("UpdateEvent", event=key, title="Mine")
    with pytest.raises(StateConflictError, match="Somebody else has changed"):
        tell("UpdateEvent", event=key, title="Yours", version=version)
    assert "Mine" == tell("GetEvent", event=key)["title"]


def test_a_change_of_nothing_is_refused(make, tell):
    with pytest.raises(InvalidInputError, match="Change something first"):
        tell("UpdateEvent", event=make()["event_key"])


def test_an_event_is_cancelled_at_goto(make, tell):
    key = make()["event_key"]
    assert "done" == tell("CancelEvent", event=key)["status"]
    assert "cancelled" == tell("GetEvent", event=key)["state"]
    assert [] == tell("ListEvents")
    with pytest.raises(StateConflictError, match="It is cancelled"):
        tell("CancelEvent", event=key)


def test_events_are_found_by_title_product_and_span(world, pull, tell):
    pull(world.schedule_webinar("Ladder safety"))
    pull(world.schedule_training("Forklift theory", starts_in=timedelta(days=2)), "training")

    def titles(**wanted):
        return [one["title"] for one in tell("ListEvents", **wanted)]

    border = (world.now + timedelta(days=1)).isoformat()
    assert ["Ladder safety", "Forklift theory"] == titles()
    assert ["Forklift theory"] == titles(product="training") == titles(title_contains="LIFT")
    assert ["Forklift theory"] == titles(starts_after=border)
    assert ["Ladder safety"] == titles(starts_before=border)


def test_an_event_without_a_date_is_to_come_and_listed_last(world, pull, tell):
    pull(world.schedule_meeting("Any time", kind="recurring"), "meeting")
    pull(world.schedule_meeting("Team hour"), "meeting")
    listed = tell("ListEvents")
    assert ["Team hour", "Any time"] == [one["title"] for one in listed]
    assert "Any time - no fixed date" == listed[1]["label"]


def test_the_start_link_is_for_keys_that_host(make, tell, do, caller):
    key = make()["event_key"]
    assert tell("GetStartLink", event=key)["start_url"].startswith("http")
    with pytest.raises(AccessDeniedError, match="start events"):
        do("GetStartLink", caller=replace(caller, verbs=frozenset(Verb) - {Verb.HOST}), event=key)


def test_the_start_link_is_not_logged(make, tell, caplog):
    with caplog.at_level("DEBUG"):
        link = tell("GetStartLink", event=make()["event_key"])["start_url"]
    assert link not in caplog.text


def test_another_account_is_out_of_reach(world, make, do, caller, connection):
    act = make()
    other = replace(caller, connection_ids=frozenset({connection.pk + 1}))
    assert [] == do("ListEvents", caller=other).body == do("ListAccounts", caller=other).body
    for operation in ("GetEvent", "UpdateEvent", "CancelEvent", "GetStartLink"):
        with pytest.raises(UnknownObjectError):
            do(operation, caller=other, event=act["event_key"])
    with pytest.raises(UnknownObjectError):
        do("GetAct", caller=other, act_id=act["id"])
    with pytest.raises(InvalidInputError):
        do("CreateEvent", caller=other, product="training", title="A", times=[date(world)])


def test_lists_cost_the_same_with_many_rows(world, pull, do, django_assert_max_num_queries):
    for number in range(3):
        pull(world.schedule_webinar(f"W{number}"))
    with django_assert_max_num_queries(2):
        assert 3 == len(do("ListEvents").body)


def test_a_meeting_is_made_changed_and_cancelled_by_the_names_of_the_connector(world, connection, tell, client):
    start = world.now + timedelta(days=1)
    times = {"starttime": start.isoformat(), "endtime": (start + timedelta(hours=1)).isoformat()}
    made = tell("CreateMeeting", subject="Team hour", **times)
    assert "done" == made["status"]
    [listed] = tell("ListMeetings")
    assert (made["meetingid"], made["joinURL"], "scheduled") == (
        listed["id"],
        listed["joinURL"],
        listed["meetingType"],
    )
    assert 302 == client.get(made["joinURL"].removeprefix("http://testserver")).status_code
    tell("UpdateMeeting", meetingId=made["meetingid"], subject="Team half hour")
    assert "Team half hour" == tell("GetMeeting", meetingId=made["meetingid"])["subject"]
    tell("CancelMeeting", meetingId=made["meetingid"])
    assert "cancelled" == tell("GetMeeting", meetingId=made["meetingid"])["status"]


def test_a_meeting_that_ends_before_it_starts_is_refused(world, connection, tell):
    start = world.now + timedelta(days=1)
    with pytest.raises(InvalidInputError) as caught:
        tell("CreateMeeting", subject="Some time", starttime=start.isoformat(), endtime=start.isoformat())
    assert {"endtime"} == set(caught.value.errors)


def test_a_meeting_without_a_time_is_made_and_can_be_joined(world, connection, tell, client):
    made = tell("CreateMeeting", subject="Open door")
    [listed] = tell("ListMeetings")
    assert ("recurring", None, made["joinURL"]) == (listed["meetingType"], listed["startTime"], listed["joinURL"])
    assert 302 == client.get(made["joinURL"].removeprefix("http://testserver")).status_code


def test_a_meeting_without_a_time_is_made_once_when_the_answer_is_lost(world, connection, tell):
    world.fail(kind="cut_after", operation="meetings.post")
    assert "pending" == tell("CreateMeeting", subject="Open door")["status"]
    for _ in range(6):
        world.advance(minutes=10)
        run_until_idle(with_schedules=True)
    assert ["Open door"] == [one["subject"] for one in tell("ListMeetings")]
    assert ["done"] == list(EventAct.objects.values_list("state", flat=True))


@pytest.mark.parametrize(("given", "missing"), [("starttime", "endtime"), ("endtime", "starttime")])
def test_a_meeting_with_half_a_time_is_refused(world, connection, tell, given, missing):
    with pytest.raises(InvalidInputError) as caught:
        tell("CreateMeeting", subject="Some time", **{given: (world.now + timedelta(days=1)).isoformat()})
    assert {missing} == set(caught.value.errors)


def test_who_was_in_a_meeting_is_told_with_times(world, pull, tell):
    key = world.schedule_meeting(starts_in=timedelta(hours=-1))
    world.hold_meeting(key, [{"name": "Lena Lind", "email": "lena@example.com", "joined": [[0, 10], [30, 50]]}])
    pull("", "meeting")
    world.advance(hours=5)
    run_until_idle(with_schedules=True)
    [one] = tell("GetMeetingAttendees", meetingId=key)
    assert ("Lena Lind", "lena@example.com", 30) == (one["attendeeName"], one["attendeeEmail"], one["minutes"])
    assert ("08:00", "08:50") == (one["joinTime"][11:16], one["leaveTime"][11:16])
