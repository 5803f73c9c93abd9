"""Contacts move through a campaign, and everything happens to each of them once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.campaigns import act, condition, decision, make_contacts, make_segment, run_campaign_of, wait

from greenroom.hub.campaigns.models import Campaign, CampaignContact, CampaignPassage, CampaignStep
from greenroom.hub.campaigns.obstacles import find_gone_of
from greenroom.hub.campaigns.readers import wake_contacts
from greenroom.hub.campaigns.selectors import count_at_steps
from greenroom.hub.campaigns.services.editing import open_draft
from greenroom.hub.campaigns.services.engine import advance
from greenroom.hub.campaigns.services.entering import enter_contacts, enter_from_segments
from greenroom.hub.campaigns.services.running import pause, publish, resume, retry_failed, stop
from greenroom.hub.contacts.models import Contact, Participation
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.mailing.models import Email
from greenroom.hub.mailing.services import save_email
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.selectors import list_members
from greenroom.hub.webforms.services import create_form

pytestmark = pytest.mark.django_db

NO_LINK = "They are not registered, so there is no link of theirs."


@pytest.fixture
def people(world) -> list[Contact]:
    people = make_contacts(3)
    for one in people:
        one.addresses.create(email=one.email)
    return people


@pytest.fixture
def source(people) -> Segment:
    return make_segment("Everybody", people)


@pytest.fixture
def warm(world) -> Segment:
    return make_segment("Warm")


@pytest.fixture
def event(world, pull) -> Event:
    return pull(world.schedule_webinar(title="Intro", starts_in=timedelta(days=3)))


def members(segment: Segment) -> list[str]:
    return sorted(one.contact.first_name for one in list_members(segment=segment))


def states(campaign: Campaign) -> dict[str, str]:
    return dict(campaign.entries.values_list("contact__first_name", "state"))


def test_everybody_in_the_segment_passes_each_step_once(people, source, warm, run_jobs):
    campaign = run_campaign_of(
        source,
        condition(
            {"field": "first_name", "is": "equals", "value": "Person1"},
            yes=[act("add_to_segment", segment=warm.pk)],
            no=[act("remove_from_segment", segment=warm.pk)],
        ),
        act("add_to_segment", segment=make_segment("Passed").pk),
    )
    run_jobs()
    assert ["Person1"] == members(warm)
    assert ["Person0", "Person1", "Person2"] == members(Segment.objects.get(name="Passed"))
    assert {"finished"} == set(states(campaign).values())
    assert 9 == CampaignPassage.objects.count()
    split = CampaignStep.objects.get(kind="condition")
    assert (1, 2) == (split.passed_yes, split.passed_no)


def test_what_was_done_stands_in_the_timeline_of_each(people, source, warm, run_jobs):
    run_campaign_of(source, act("add_to_segment", segment=warm.pk))
    run_jobs()
    facts = Fact.objects.filter(kind="campaign_step", contact_id=people[0].pk)
    assert [{"campaign": Campaign.objects.get().pk, "name": "Spring", "words": "add to the segment “Warm”"}] == [
        one.data for one in facts
    ]
    assert 3 == Fact.objects.filter(kind="campaign_step").count()


def test_whoever_comes_into_the_segment_later_enters_and_nobody_enters_twice(world, source, warm, run_jobs):
    campaign = run_campaign_of(source, act("add_to_segment", segment=warm.pk))
    run_jobs()
    late = make_contacts(1, email="late@example.com", first_name="Late")[0]
    source.members.create(contact=late, is_found=False, decided="in", is_in=True, changed_at=world.now)
    world.advance(minutes=1)
    run_jobs(with_schedules=True)
    assert 4 == campaign.entries.count()
    assert "Late" in members(warm)


def test_a_wait_holds_contacts_for_its_time(world, source, warm, run_jobs):
    run_campaign_of(source, wait(minutes=60), act("add_to_segment", segment=warm.pk))
    run_jobs()
    world.advance(minutes=59)
    run_jobs()
    assert [] == members(warm)
    world.advance(minutes=1)
    run_jobs()
    assert 3 == len(members(warm))


def test_hours_and_days_are_those_of_each_contact(world, people, source, warm, run_jobs):
    Contact.objects.filter(pk=people[0].pk).update(time_zone="Asia/Tokyo")  # 18:00 there
    Contact.objects.filter(pk=people[1].pk).update(time_zone="America/New_York")  # 4:00 there
    campaign = run_campaign_of(
        source, wait(minutes=1, from_hour=9, to_hour=17, weekdays=[0, 1]), act("add_to_segment", segment=warm.pk)
    )
    run_jobs()
    due = dict(campaign.entries.values_list("contact__first_name", "due_at"))
    hours = {name: round((at - world.now) / timedelta(hours=1)) for name, at in due.items()}
    assert {"Person0": 15, "Person1": 5, "Person2": 0} == hours


@pytest.mark.parametrize(
    ("anchor", "minutes", "days"),
    [("start", -1440, 5), ("start", -60, -1), ("start", 0, 2), ("end", -30, 1), ("end", 0, -2), ("end", 60, 9)],
)
def test_a_wait_for_an_event_moves_with_the_event(world, source, warm, event, run_jobs, anchor, minutes, days):
    then = act("add_to_segment", segment=warm.pk)
    campaign = run_campaign_of(source, wait(event=event.pk, anchor=anchor, minutes=minutes), then)
    run_jobs()
    moment = getattr(event, f"{anchor}s_at") + timedelta(minutes=minutes)
    assert {moment} == set(campaign.entries.values_list("due_at", flat=True))
    move(event, timedelta(days=days))
    run_jobs()
    moment += timedelta(days=days)
    assert {moment} == set(campaign.entries.values_list("due_at", flat=True))
    world.advance(seconds=(moment - world.now).total_seconds() - 60)
    run_jobs()
    assert [] == members(warm)
    world.advance(minutes=1)
    run_jobs()
    assert 3 == len(members(warm))


def test_a_reminder_is_not_sent_when_the_event_is_moved_so_near_that_its_moment_has_passed(
    world, source, warm, event, run_jobs
):
    run_campaign_of(source, wait(event=event.pk, minutes=-1440, yes=[act("add_to_segment", segment=warm.pk)]))
    run_jobs()
    world.advance(hours=1)
    move(event, timedelta(days=-2, hours=-2))
    run_jobs()
    world.advance(hours=21)
    run_jobs()
    assert ([], {"finished"}) == (members(warm), set(CampaignContact.objects.values_list("state", flat=True)))


def move(event: Event, by: timedelta) -> None:
    """Let the organizer move an event."""
    Event.objects.update(starts_at=event.starts_at + by, ends_at=event.ends_at + by)
    tell("event_changed", event_id=event.pk)


def tell(kind: str, **about) -> None:
    wake_contacts([Fact(kind=kind, **about)])


def test_a_reminder_whose_moment_has_passed_is_not_sent(world, source, warm, event, run_jobs):
    run_campaign_of(source, wait(event=event.pk, minutes=-7 * 1440, yes=[act("add_to_segment", segment=warm.pk)]))
    run_jobs()
    assert [] == members(warm)
    assert 3 == CampaignContact.objects.filter(state="finished").count()


def test_a_reminder_is_not_sent_when_the_event_has_begun(world, source, warm, event, run_jobs):
    """No worker ran in time."""
    run_campaign_of(source, wait(event=event.pk, minutes=-60, yes=[act("add_to_segment", segment=warm.pk)]))
    run_jobs()
    world.advance(days=4)
    run_jobs()
    assert [] == members(warm)


def test_nobody_is_lost_who_waits_for_an_event_that_is_cancelled(world, source, warm, event, run_jobs):
    run_campaign_of(
        source,
        wait(event=event.pk, minutes=-60, yes=[act("register", event=event.pk)]),
        act("add_to_segment", segment=warm.pk),
    )
    run_jobs()
    Event.objects.update(state=Event.State.CANCELLED)
    tell("event_cancelled", event_id=event.pk)
    run_jobs()
    assert 3 == len(members(warm))


def test_a_decision_goes_yes_as_soon_as_the_contact_does_it_and_no_at_its_limit(
    world, people, source, warm, event, run_jobs
):
    cold = make_segment("Cold")
    run_campaign_of(
        source,
        decision(
            does="registered",
            event=event.pk,
            limit_minutes=1440,
            yes=[act("add_to_segment", segment=warm.pk)],
            no=[act("add_to_segment", segment=cold.pk)],
        ),
    )
    run_jobs()
    take_part(people[1], event, is_registered=True)
    tell("registered", email=people[1].email, event_id=event.pk)
    run_jobs()
    assert (["Person1"], []) == (members(warm), members(cold))
    world.advance(days=1)
    run_jobs()
    assert ["Person0", "Person2"] == members(cold)


@pytest.mark.parametrize(("minutes", "goes_yes"), [(59, True), (60, True), (61, False)])
@pytest.mark.parametrize("does", ["registered", "attended", "clicked"])
def test_what_is_done_at_the_very_deadline_counts_and_each_leaves_once(
    world, people, source, warm, event, run_jobs, does, minutes, goes_yes
):
    cold = make_segment("Cold")
    about = {} if does == "clicked" else {"event": event.pk}
    branches = {name: [act("add_to_segment", segment=to.pk)] for name, to in (("yes", warm), ("no", cold))}
    campaign = run_campaign_of(source, decision(does=does, limit_minutes=60, **about, **branches))
    run_jobs()
    world.advance(minutes=min(minutes, 60))
    if not goes_yes:
        run_jobs()
        world.advance(minutes=1)
    if does == "clicked":
        clicked = {"contact_id": people[0].pk, "data": {"cause": f"campaign:{campaign.pk}:1:1"}}
        append([NewFact(kind="mail_clicked", happened_at=world.now, dedupe_key="click:1", **clicked)])
    else:
        take_part(people[0], event, is_registered=True, attended_seconds=600)
    for _ in range(2):
        tell("mail_clicked" if does == "clicked" else does, email=people[0].email, contact_id=people[0].pk)
        run_jobs()
    world.advance(hours=2)
    run_jobs()
    first = ["Person0"] if goes_yes else []
    assert (first, 3 - len(first)) == (members(warm), len(members(cold)))
    step = CampaignStep.objects.get(kind="decision")
    assert (len(first), 3 - len(first)) == (step.passed_yes, step.passed_no)
    assert 6 == CampaignPassage.objects.count()


def take_part(contact: Contact, event: Event, **done) -> None:
    values = {"is_registered": False, "is_approved": False, "was_registered": True, "attended_seconds": 0}
    values |= {"attended_percent": 0, "sessions_attended": 0, "is_final": False}
    Participation.objects.update_or_create(contact=contact, event=event, defaults=values | done)


def test_a_registration_that_is_noted_after_the_fact_was_told_is_seen_a_minute_later(
    world, people, source, warm, event, run_jobs
):
    run_campaign_of(
        source,
        decision(does="registered", event=event.pk, limit_minutes=9999, yes=[act("add_to_segment", segment=warm.pk)]),
    )
    run_jobs()
    world.advance(hours=2)
    run_jobs()
    tell("registered", email=people[1].email, event_id=event.pk)
    run_jobs()
    take_part(people[1], event, is_registered=True)
    world.advance(minutes=1)
    run_jobs()
    assert ["Person1"] == members(warm)


def test_absence_counts_only_when_goto_has_all_attendance(world, people, source, warm, event, run_jobs):
    absent = make_segment("Absent")
    for one in people:
        take_part(one, event, is_registered=True)
    run_campaign_of(
        source,
        decision(
            does="attended",
            event=event.pk,
            minutes=30,
            limit_minutes=99999,
            yes=[act("add_to_segment", segment=warm.pk)],
            no=[act("add_to_segment", segment=absent.pk)],
        ),
    )
    run_jobs()
    take_part(people[0], event, is_registered=True, attended_seconds=1800)
    tell("attended", email=people[0].email, event_id=event.pk)
    run_jobs()
    assert (["Person0"], []) == (members(warm), members(absent))
    Participation.objects.update(is_final=True)
    tell("attendance_final", event_id=event.pk)
    run_jobs()
    assert ["Person1", "Person2"] == members(absent)


def test_a_refused_registration_takes_the_error_exit_and_is_no_success(world, people, source, warm, event, run_jobs):
    run_campaign_of(source, act("register", event=event.pk, error=[act("add_to_segment", segment=warm.pk)]))
    world.fail(kind="status", status=403, operation="createRegistrant")
    run_jobs()
    world.advance(minutes=1)
    run_jobs()
    assert 1 == len(members(warm))
    step = CampaignStep.objects.get(action="register")
    assert (2, 1) == (step.passed_yes, step.passed_error)


def test_without_an_error_exit_a_contact_stays_with_the_reason_and_can_try_again(
    world, people, source, event, run_jobs
):
    Contact.objects.filter(pk=people[0].pk).update(last_name="")
    campaign = run_campaign_of(source, act("register", event=event.pk))
    run_jobs()
    failed = campaign.entries.get(state="failed")
    assert "What the organizer asks for is missing or cannot be taken: last name." == failed.problem
    Contact.objects.filter(pk=people[0].pk).update(last_name="Patt")
    assert 1 == retry_failed(campaign=campaign)
    run_jobs()
    world.advance(minutes=1)
    run_jobs()
    assert {"finished"} == set(states(campaign).values())
    assert 3 == len(world.registrants_at_goto(event.event_key))


def test_a_step_that_can_work_for_nobody_pauses_the_campaign_and_loses_nobody(source, warm, run_jobs):
    campaign = run_campaign_of(source, wait(minutes=1), act("add_to_segment", segment=warm.pk))
    warm.delete()
    CampaignContact.objects.update(due_at="2020-01-01T00:00Z")
    run_jobs()
    CampaignContact.objects.update(due_at="2020-01-01T00:00Z")
    while advance(campaign):
        pass
    campaign.refresh_from_db()
    assert ("paused", {"active"}) == (campaign.state, set(states(campaign).values()))
    assert "The segment is no longer here." in campaign.problem


def steps_that_name(things) -> dict[str, dict]:
    event, segment, email, form = (things[name].pk for name in ("event", "segment", "email", "form"))
    asks, waits = {"did": "registered", "events": [event]}, {"limit_minutes": 60}
    return {
        "condition on a segment": condition({"segment": segment}),
        "condition on an event": condition(asks),
        "decision on an event": decision(does="registered", event=event, **waits),
        "decision on an e-mail": decision(does="opened", mail=email, **waits),
        "decision on a form": decision(does="submitted", form=form, **waits),
        "wait for an event": wait(event=event, minutes=-60),
        "adds to a segment": act("add_to_segment", segment=segment),
        "registers": act("register", event=event),
        "sends an e-mail": act("send_email", email=email),
        "sends the link": act("send_link", event=event, email=email),
    }


@pytest.fixture
def things(event, ada, warm) -> dict:
    email = save_email(name="Mail", actor=ada, subject="Hello", body="{webinar_button}")
    return {"event": event, "segment": warm, "email": email, "form": create_form(name="F", start="person", actor=ada)}


@pytest.mark.parametrize(
    ("step", "gone", "goes_on"),
    [
        ("condition on a segment", "segment", True),
        ("condition on an event", "event", True),
        ("decision on an event", "event", True),
        ("decision on an e-mail", "email", True),
        ("decision on a form", "form", True),
        ("wait for an event", "event", True),
        ("adds to a segment", "segment", False),
        ("registers", "event", False),
        ("sends an e-mail", "email", False),
        ("sends the link", "event", False),
        ("sends the link", "email", False),
    ],
)
def test_nobody_is_lost_when_what_a_step_names_is_deleted_and_the_step_says_so(
    world, source, things, run_jobs, step, gone, goes_on
):
    drawn = steps_that_name(things)[step]
    campaign = run_campaign_of(source, wait(minutes=1), drawn, act("add_tags", tags="Through"))
    run_jobs()
    assert {} == find_gone_of(CampaignStep.objects.all())
    delete(things[gone])
    for _ in range(2):
        world.advance(hours=1)
        run_jobs()
    campaign.refresh_from_db()
    words = f"The {'e-mail' if gone == 'email' else gone} is no longer here."
    assert [words] == list(find_gone_of(CampaignStep.objects.all()).values())
    expected = ("running", {"finished"}) if goes_on else ("paused", {"active"})
    assert expected == (campaign.state, set(states(campaign).values()))
    assert (words in campaign.problem) is not goes_on


def delete(thing) -> None:
    if isinstance(thing, Email):
        Email.objects.filter(pk=thing.pk).update(version=None)
    thing.delete()


def test_who_cannot_be_served_any_more_takes_the_error_exit(world, source, things, run_jobs):
    step = act("send_email", email=things["email"].pk, error=[act("add_to_segment", segment=things["segment"].pk)])
    campaign = run_campaign_of(source, wait(minutes=1), step)
    run_jobs()
    delete(things["email"])
    world.advance(minutes=1)
    run_jobs()
    assert ({"finished"}, 3) == (set(states(campaign).values()), len(members(things["segment"])))


@pytest.fixture
def mail_with_link(event, ada, people) -> Email:
    """An e-mail with each person's link into a webinar, for which the last of them is registered."""
    Registrant.objects.create(event=event, registrant_key="7", email=people[2].email, status="APPROVED")
    return save_email(name="In", actor=ada, subject="In", body=f"{{webinar_button event={event.event_key}}}")


def test_whom_an_email_cannot_reach_takes_the_error_exit_and_says_why(people, source, warm, mail_with_link, run_jobs):
    Contact.objects.filter(pk=people[0].pk).update(email="")
    step = act("send_email", email=mail_with_link.pk, error=[act("add_to_segment", segment=warm.pk)])
    campaign = run_campaign_of(source, step)
    run_jobs()
    assert ({"finished"}, ["Person0", "Person1"]) == (set(states(campaign).values()), members(warm))
    why = {people[0].pk: "There is no e-mail address.", people[1].pk: NO_LINK}
    passed = CampaignPassage.objects.filter(exit="error").values_list("entry__contact", "problem")
    [step] = CampaignStep.objects.filter(action="send_email")
    assert (why, 2) == (dict(passed), step.passed_error)
    assert [(one, 1) for one in why.values()] == count_at_steps([step])[step.pk].problems


def test_whom_an_email_cannot_reach_stays_and_says_why_without_an_error_exit(
    people, source, warm, mail_with_link, run_jobs, monkeypatch
):
    monkeypatch.setattr("greenroom.hub.campaigns.services.moving.MOST_FAILURES", 2)
    campaign = run_campaign_of(source, act("send_email", email=mail_with_link.pk))
    run_jobs()
    campaign.refresh_from_db()
    assert ("running", ["failed", "failed", "finished"]) == (campaign.state, sorted(states(campaign).values()))
    [step] = CampaignStep.objects.all()
    assert [(NO_LINK, 2)] == count_at_steps([step])[step.pk].problems


def test_one_contact_at_whom_an_action_breaks_stops_no_other(world, people, source, warm, run_jobs, monkeypatch):
    break_for(monkeypatch, {people[1].pk})
    campaign = run_campaign_of(source, act("add_to_segment", segment=warm.pk))
    run_jobs()
    assert ["Person0", "Person2"] == members(warm)
    for _ in range(12):
        world.advance(hours=1)
        run_jobs()
    failed = campaign.entries.get(state="failed")
    assert ("Person1", "It did not work (ZeroDivisionError).") == (failed.contact.first_name, failed.problem)


def break_for(monkeypatch, contacts: set[int]) -> None:
    from greenroom.hub.actions import registry

    whole = registry.get_action("add_to_segment")

    def perform(subjects, settings):
        if any(one.contact_id in contacts for one in subjects):
            raise ZeroDivisionError
        return whole.function(subjects, settings)

    from dataclasses import replace

    monkeypatch.setitem(registry._actions, "add_to_segment", replace(whole, function=perform))


def test_a_campaign_pauses_by_itself_when_many_fail_one_after_the_other(world, warm, run_jobs, monkeypatch):
    many = make_contacts(40)
    break_for(monkeypatch, {one.pk for one in many})
    campaign = run_campaign_of(make_segment("Many", many), act("add_to_segment", segment=warm.pk))
    run_jobs()
    campaign.refresh_from_db()
    assert ("paused", 20) == (campaign.state, campaign.failures)
    monkeypatch.undo()
    resume(campaign=campaign)
    for _ in range(3):
        world.advance(minutes=1)
        run_jobs()
    assert 40 == len(members(warm))


def test_contacts_under_way_keep_the_version_they_entered(world, people, source, warm, run_jobs):
    other = make_segment("Other")
    campaign = run_campaign_of(source, wait(minutes=60), act("add_to_segment", segment=warm.pk))
    run_jobs()
    draft = open_draft(campaign=campaign)
    draft.steps.filter(kind="action").update(settings={"segment": other.pk})
    publish(campaign=campaign, actor=None)
    late = make_contacts(1, email="late@example.com", first_name="Late")[0]
    source.members.create(contact=late, is_found=False, decided="in", is_in=True, changed_at=world.now)
    run_jobs()
    world.advance(hours=1)
    run_jobs()
    assert (["Person0", "Person1", "Person2"], ["Late"]) == (members(warm), members(other))


def test_whoever_reaches_the_goal_leaves(world, people, source, warm, event, run_jobs):
    goal = {"did": "registered", "events": [event.pk]}
    campaign = run_campaign_of(source, wait(minutes=60), act("add_to_segment", segment=warm.pk), goal=goal)
    run_jobs()
    take_part(people[0], event, is_registered=True)
    world.advance(hours=1)
    run_jobs()
    assert {"Person0": "reached", "Person1": "finished", "Person2": "finished"} == states(campaign)
    assert ["Person1", "Person2"] == members(warm)


def test_nothing_moves_while_a_campaign_is_paused_and_all_goes_on_after(world, source, warm, run_jobs):
    campaign = run_campaign_of(source, wait(minutes=1), act("add_to_segment", segment=warm.pk))
    run_jobs()
    pause(campaign=campaign)
    world.advance(minutes=5)
    run_jobs(with_schedules=True)
    assert [] == members(warm)
    resume(campaign=campaign)
    run_jobs()
    assert 3 == len(members(warm))


def test_whoever_is_under_way_leaves_when_a_campaign_is_stopped(world, source, warm, run_jobs):
    campaign = run_campaign_of(source, wait(minutes=1), act("add_to_segment", segment=warm.pk))
    run_jobs()
    stop(campaign=campaign)
    world.advance(minutes=5)
    run_jobs(with_schedules=True)
    assert ({"left"}, []) == (set(states(campaign).values()), members(warm))
    with pytest.raises(StateConflictError):
        pause(campaign=campaign)


def test_a_campaign_starts_another_once_for_each_who_comes(world, people, source, warm, run_jobs):
    second = run_campaign_of(make_segment("Nobody"), act("add_to_segment", segment=warm.pk), name="Second")
    run_campaign_of(source, act("start_campaign", campaign=second.pk), name="First")
    run_jobs()
    assert 3 == len(members(warm))
    assert 3 == second.entries.count()


def test_whoever_has_been_through_enters_again_only_if_the_campaign_says_so(people, warm, run_jobs):
    campaign = run_campaign_of(make_segment("Nobody"), act("add_to_segment", segment=warm.pk))

    def enter(cause: str) -> int:
        campaign.refresh_from_db()
        entered = enter_contacts(campaign=campaign, contacts=[people[0].pk], cause=cause)
        while advance(campaign):
            pass
        return entered

    assert [1, 0, 0] == [enter("form:1"), enter("form:1"), enter("form:2")]
    Campaign.objects.update(may_repeat=True)
    assert [0, 1, 0] == [enter("form:1"), enter("form:2"), enter("form:2")]
    assert [1, 2] == list(campaign.entries.order_by("pk").values_list("rotation", flat=True))
    assert 2 == CampaignPassage.objects.count()


def test_a_draft_that_cannot_work_is_not_published_and_says_why(source, event):
    Event.objects.update(state=Event.State.CANCELLED)
    with pytest.raises(InvalidInputError) as caught:
        run_campaign_of(source, wait(minutes=5), act("register", event=event.pk))
    assert {"2": "The event was cancelled."} == caught.value.errors
    with pytest.raises(InvalidInputError) as caught:
        run_campaign_of(source, name="Empty")
    assert {"": "There is no step yet."} == caught.value.errors


def test_a_contact_and_a_step_take_less_than_one_statement(world, event, ada, warm, people):
    email = save_email(name="Mail", actor=ada, subject="Hello", body="Good day, {first_name}.")
    remind = [act("send_email", email=email.pk)]
    campaign = run_campaign_of(
        make_segment("Many", make_contacts(300, email="many@example.com")),
        condition({"field": "first_name", "is": "begins", "value": "Person1"}, yes=[act("add_tags", tags="One")]),
        act("send_email", email=email.pk),
        wait(until="2020-01-01T00:00:00Z"),
        wait(event=event.pk, minutes=-9 * 1440, yes=remind, no=[act("add_to_segment", segment=warm.pk)]),
        decision(does="registered", event=event.pk, limit_minutes=60),
    )
    campaign.refresh_from_db()
    with CaptureQueriesContext(connection) as queries:
        enter_from_segments(campaign)
        for _ in range(2):
            while advance(campaign):
                pass
            world.advance(minutes=61)
    passed = CampaignPassage.objects.count()
    assert 1800 < passed
    assert len(queries) < passed / 5


def test_a_batch_takes_a_constant_number_of_statements(world, warm, django_assert_max_num_queries):
    campaign = run_campaign_of(
        make_segment("Many", make_contacts(600)),
        condition({"field": "last_name", "is": "equals", "value": "Example"}),
        wait(minutes=-1 + 2),
    )
    campaign.refresh_from_db()
    assert 600 == enter_contacts(
        campaign=campaign, contacts=list(Contact.objects.values_list("pk", flat=True)), cause="test"
    )
    with django_assert_max_num_queries(16):
        assert advance(campaign)
    assert not advance(campaign)
