"""One card for several dates: a learner picks one, and may change to another one without losing the first."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.courses import make_enrollment, make_item
from tests.factories.users import make_user
from tests.hub.web.conftest import answers_of

from greenroom.hub.courses.calendars import list_calendar_dates
from greenroom.hub.courses.models import Completion, SectionItem
from greenroom.hub.courses.results import view_standing
from greenroom.hub.courses.selectors import list_next_items, view_item
from greenroom.hub.courses.services import evaluate_event
from greenroom.hub.events.facts import about_event
from greenroom.hub.events.models import Attendee, Event, EventSession, Registrant
from greenroom.hub.ledger.services import append

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def iso(moment) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def dates(world, pull) -> list[Event]:
    """The same clinic on three days, an hour each, of which people pick one."""
    times = [(iso(world.now + day * DAY), iso(world.now + day * DAY + HOUR)) for day in (1, 2, 3)]
    world.schedule_webinar("Clinic", type="series", times=times)
    pull()
    found = list(Event.objects.select_related("connection").order_by("starts_at"))
    for event in found:
        pull(event.event_key)
    return found


@pytest.fixture
def item(section, dates) -> SectionItem:
    return make_item(section, dates[0], picks_date=True)


def rows(client, item) -> list[str]:
    """Return what the card says of each date and offers, in words."""
    page = client.get(reverse("item_card", args=[item.pk])).content.decode()
    listed = re.search(r'<ul aria-labelledby="dates-.*?</ul>', page, re.DOTALL)
    if listed is None:
        return []
    texts = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in listed[0].split("<li")[1:]]
    return [html.unescape(text).split("for the organizer")[-1].strip() for text in texts]


def pick(client, item, event: Event, user, **more: str):
    address = f"{reverse('register', args=[item.pk])}?date={event.pk}"
    return client.post(address, answers_of(user).fields | more)


def places(user) -> list[tuple[int, str]]:
    """Return the dates at which GoTo has somebody, and with what status."""
    found = Registrant.objects.filter(user=user, gone_at=None).order_by("event__starts_at")
    return list(found.values_list("event", "status"))


def test_every_date_is_on_the_card_and_one_is_picked(item, dates, lena, as_lena, run_jobs):
    assert ["Register"] * 3 == rows(as_lena, item)
    page = as_lena.get(f"{reverse('register', args=[item.pk])}?date={dates[1].pk}").content.decode()
    assert dates[1].starts_at.isoformat() in page
    assert 302 == pick(as_lena, item, dates[1], lena).status_code
    assert ["Change to this", "On its way to GoTo", "Change to this"] == rows(as_lena, item)
    run_jobs()
    assert [(dates[1].pk, "APPROVED")] == places(lena)
    assert ["Change to this", "Your date", "Change to this"] == rows(as_lena, item)
    view = view_item(item=item, user=lena)
    assert ("registered", dates[1].starts_at) == (view.state.code, view.state.starts_at)


def test_card_says_once_that_a_date_is_to_be_picked(item, as_lena):
    lesson = reverse("lesson", args=[item.section.lesson_id])
    assert 1 == as_lena.get(lesson).content.decode().count("Pick one")
    home = as_lena.get(reverse("home")).content.decode()
    assert "Pick one" not in home
    assert re.search(rf'href="{lesson}#item-{item.pk}"[^>]*>Pick a date</a>', home)


def test_of_many_dates_the_next_few_and_their_own_are_not_folded(item, dates, lena, as_lena):
    more = [copy_date(dates[0], days) for days in range(4, 30)]
    assert ["Register"] * 5 == rows(as_lena, item)
    more[-1].registrants.create(registrant_key="1", email=lena.email, user=lena, status="APPROVED")
    assert ["Change to this"] * 5 + ["Your date"] == rows(as_lena, item)
    page = as_lena.get(reverse("lesson", args=[item.section.lesson_id])).content.decode()
    assert "23 more dates</summary>" in page


def copy_date(event: Event, days: int) -> Event:
    """Make one more date of the same, so many days after."""
    copy = Event.objects.get(pk=event.pk)
    copy.pk, copy.event_key = None, f"more{days}"
    copy.starts_at, copy.ends_at = event.starts_at + days * DAY, event.ends_at + days * DAY
    copy.save()
    copy.times.create(starts_at=copy.starts_at, ends_at=copy.ends_at)
    return copy


def test_old_date_is_given_up_once_goto_has_confirmed_the_new_one(world, item, dates, lena, as_lena, sign_up, run_jobs):
    sign_up(dates[0], lena)
    assert (
        "You keep your place on"
        in as_lena.get(f"{reverse('register', args=[item.pk])}?date={dates[2].pk}").content.decode()
    )
    pick(as_lena, item, dates[2], lena)
    assert [(dates[0].pk, "APPROVED")] == places(lena)
    assert ["Your date", "Change to this", "On its way to GoTo"] == rows(as_lena, item)
    assert "registered" == view_item(item=item, user=lena).state.code
    run_jobs()
    assert [(dates[2].pk, "APPROVED")] == places(lena)
    assert [] == world.registrants_at_goto(dates[0].event_key)
    assert ["Change to this", "Change to this", "Your date"] == rows(as_lena, item)


def test_answers_to_one_date_stand_in_the_form_of_another_as_far_as_it_asks_for_the_same(
    world, section, pull, lena, as_lena, run_jobs
):
    questions = [
        {"text": "Which ladder?", "is_required": True, "max_size": 40},
        {"text": "How often?", "choices": ["Daily", "Weekly"]},
        {"text": "May we write to you?", "choices": ["Yes"]},
        {"text": "Your shoe size?", "max_size": 40},
    ]
    for day, asked in ((1, questions), (2, [*reversed(questions[:3]), {"text": "Your shoe size?", "choices": ["42"]}])):
        pull(world.schedule_webinar("Clinic", starts_in=day * DAY, fields=["city", "phone"][:day], questions=asked))
    Event.objects.update(recurrence_key="clinic", dates="pick_one")
    old, new = Event.objects.order_by("starts_at")
    item = make_item(section, old, picks_date=True)
    ladder, often, consent, shoe = (f"question_{one['key']}" for one in old.registration_form["questions"])
    told = {"firstName": "Magdalena", "city": "Graz", ladder: "Wooden", often: "1", consent: "0", shoe: "42"}
    assert 302 == pick(as_lena, item, old, lena, **told).status_code
    run_jobs()
    form = as_lena.get(f"{reverse('register', args=[item.pk])}?date={new.pk}").context["form"]
    filled = {form[name].label: form[name].value() for name in form.fields if form[name].value()}
    assert {
        "First name": "Magdalena", "Last name": lena.last_name, "E-mail address": lena.email, "City": "Graz",
        "Which ladder?": "Wooden", "How often?": "1",
    } == filled  # fmt: skip
    assert 302 == pick(as_lena, item, new, lena, **form.initial | {"city": "Linz"}).status_code
    run_jobs()
    assert [(new.pk, "APPROVED")] == places(lena)


def test_refused_date_leaves_the_old_one_and_is_not_offered_for_an_hour(
    world, item, dates, lena, as_lena, sign_up, run_jobs
):
    sign_up(dates[0], lena)
    world.fail(kind="status", status=403, body="{}", operation="createRegistrant")
    pick(as_lena, item, dates[1], lena)
    run_jobs()
    assert [(dates[0].pk, "APPROVED")] == places(lena)
    assert ["Your date", "Full", "Change to this"] == rows(as_lena, item)
    assert 409 == pick(as_lena, item, dates[1], lena).status_code
    world.advance(seconds=3599)
    assert "Full" == rows(as_lena, item)[1]
    world.advance(seconds=1)
    assert rows(as_lena, item)[1].endswith("Change to this")


@pytest.mark.parametrize("decision", ["APPROVED", "DENIED"])
def test_old_date_is_kept_until_the_organizer_has_approved_the_new_one(
    world, section, pull, lena, as_lena, run_jobs, decision
):
    times = [(iso(world.now + day * DAY), iso(world.now + day * DAY + HOUR)) for day in (1, 2)]
    world.schedule_webinar("Clinic", type="series", times=times, approval="MANUAL")
    pull()
    old, new = Event.objects.select_related("connection").order_by("starts_at")
    item = make_item(section, old, picks_date=True)

    def decide(event: Event, status: str) -> None:
        world.control("POST", f"webinars/{event.event_key}/decisions", email=lena.email, status=status)
        pull()
        run_jobs()

    pick(as_lena, item, old, lena)
    run_jobs()
    decide(old, "APPROVED")
    pick(as_lena, item, new, lena)
    run_jobs()
    assert ["Your date", "Waiting for approval"] == rows(as_lena, item)
    assert [(old.pk, "APPROVED"), (new.pk, "WAITING")] == places(lena)
    decide(new, decision)
    if decision == "DENIED":
        assert ["Your date", "Not approved"] == rows(as_lena, item)
        assert [(old.pk, "APPROVED"), (new.pk, "DENIED")] == places(lena)
    else:
        assert [(new.pk, "APPROVED")] == places(lena)


@pytest.mark.parametrize(
    ("expected", "seconds"), [(["Register"] * 3, -1), (["Over", "Register", "Register"], 0), (["Over"] * 3, 2 * 86400)]
)
def test_date_that_is_over_cannot_be_picked_from_its_last_second(world, item, dates, lena, as_lena, expected, seconds):
    world.advance(seconds=(DAY + HOUR).total_seconds() + seconds)
    assert expected == rows(as_lena, item)
    if expected[0] == "Over":
        assert 409 == pick(as_lena, item, dates[0], lena).status_code


@pytest.mark.parametrize(("word", "state"), [("Cancelled", "cancelled"), ("Not found at GoTo", "missing")])
def test_date_that_is_gone_says_why_and_another_one_is_picked(item, dates, lena, as_lena, word, state):
    Event.objects.filter(pk=dates[0].pk).update(state=state)
    assert [word, "Register", "Register"] == rows(as_lena, item)
    assert dates[1] == view_item(item=item, user=lena).event


def test_who_had_a_date_that_is_cancelled_picks_another_one(item, dates, lena, as_lena, sign_up, run_jobs):
    sign_up(dates[0], lena)
    Event.objects.filter(pk=dates[0].pk).update(state="cancelled")
    assert "The organizer cancelled this date. Pick another one." == view_item(item=item, user=lena).state.sentence
    pick(as_lena, item, dates[1], lena)
    run_jobs()
    view = view_item(item=item, user=lena)
    assert (dates[1], "registered") == (view.event, view.state.code)


def test_only_dates_of_the_item_can_be_picked(item, dates, pull, world, lena, as_lena, as_otto):
    other = pull(world.schedule_webinar("Ropes"))
    for wanted in (str(other.pk), "", "0", "first"):
        assert 404 == as_lena.get(reverse("register", args=[item.pk]), {"date": wanted}).status_code
    assert 404 == as_otto.get(reverse("register", args=[item.pk]), {"date": dates[0].pk}).status_code


def test_join_and_cancel_are_for_the_date_that_was_picked(
    item, dates, lena, as_lena, sign_up, go_live, world, run_jobs
):
    sign_up(dates[1], lena)
    world.advance(days=2)
    go_live(dates[1])
    link = Registrant.objects.get(user=lena, event=dates[1]).join_url
    assert link == as_lena.get(reverse("join", args=[item.pk]))["Location"]
    sign_up(dates[2], lena)
    Event.objects.filter(pk=dates[1].pk).update(state="ended")
    as_lena.post(reverse("cancel_registration", args=[item.pk]))
    run_jobs()
    assert [(dates[1].pk, "APPROVED")] == places(lena)


def attend(event: Event, user, seconds: int) -> None:
    session = EventSession.objects.create(
        event=event, session_key="1", started_at=event.starts_at, ended_at=event.ends_at, is_final=True
    )
    Event.objects.filter(pk=event.pk).update(state="ended", attendance_due_at=None)
    Attendee.objects.create(
        session=session, attendee_key=user.email, email=user.email, attended_seconds=seconds, reported_seconds=seconds,
        registrant=Registrant.objects.get(user=user, event=event),
    )  # fmt: skip
    evaluate_event(event_id=event.pk)


def test_the_date_attended_best_counts_and_another_one_can_make_up_for_one_that_was_missed(
    world, course, item, dates, lena, sign_up
):
    for event in dates[:2]:
        sign_up(event, lena)
    attend(dates[0], lena, 600)
    world.advance(days=1, hours=2)
    assert "partial" == Completion.objects.get(user=lena).status
    assert not view_standing(course=course, user=lena).is_out_of_reach
    attend(dates[1], lena, 3600)
    completion = Completion.objects.get(user=lena)
    assert ("completed", 100, 3600) == (completion.status, completion.percent, completion.attended_seconds)


def test_nobody_is_absent_while_their_own_date_is_to_come(item, dates, lena, otto, course, sign_up):
    make_enrollment(course, otto)
    sign_up(dates[0], lena)
    sign_up(dates[0], otto)
    sign_up(dates[1], otto)
    ben = make_user("Ben")
    sign_up(dates[0], ben)
    attend(dates[0], ben, 3600)
    assert {lena.pk: "absent"} == dict(Completion.objects.values_list("user", "status"))


def test_calendar_and_home_have_the_date_that_was_picked(item, dates, lena, sign_up):
    assert [] == list_calendar_dates(user=lena)
    assert [dates[0].pk] == [view.event.pk for view in list_next_items(user=lena)]
    sign_up(dates[2], lena)
    assert [dates[2].pk] == [date.entry.event_id for date in list_calendar_dates(user=lena)]
    assert [dates[2].pk] == [view.event.pk for view in list_next_items(user=lena)]


def test_course_asks_for_it_unless_every_date_is_cancelled(course, item, dates, lena):
    for event, needed in zip(dates, (1, 1, 0), strict=True):
        Event.objects.filter(pk=event.pk).update(state="cancelled")
        assert needed == view_standing(course=course, user=lena).needed


def test_roster_names_the_date_and_lists_who_is_registered_for_any(item, dates, lena, as_ivan, sign_up):
    sign_up(dates[2], lena)
    page = as_ivan.get(reverse("roster", args=[item.pk])).content.decode()
    assert dates[2].starts_at.isoformat() in page
    assert 404 == as_ivan.get(reverse("register_everybody", args=[item.pk])).status_code


def test_editor_puts_all_dates_on_one_card_or_only_one(section, dates, as_eda, as_lena):
    chooser = as_eda.get(reverse("choose_event", args=[section.pk, "webinar"])).content.decode()
    assert 'name="picks_date"' in chooser
    as_eda.post(reverse("add_event", args=[section.pk]), {"event": dates[1].pk, "picks_date": "on"})
    item = SectionItem.objects.get()
    assert (True, 3) == (item.picks_date, len(rows(as_lena, item)))
    as_eda.post(reverse("item_settings", args=[item.pk]), {"is_required": "on"})
    assert [] == rows(as_lena, item)
    as_eda.post(reverse("item_settings", args=[item.pk]), {"is_required": "on", "picks_date": "on"})
    assert 3 == len(rows(as_lena, item))


def test_learner_is_told_that_their_own_date_was_moved_and_of_no_other(item, dates, lena, sign_up, run_jobs):
    sign_up(dates[1], lena)
    for event in dates[:2]:
        moved = {"starts_at": [event.starts_at.isoformat(), (event.starts_at + HOUR).isoformat()]}
        append([about_event("event_changed", event, version="1", data=moved)])
    run_jobs()
    assert [dates[1].pk] == list(lena.notices.filter(kind="moved").values_list("event", flat=True))


def test_number_of_statements_does_not_grow_with_the_dates_and_the_items(section, item, dates, as_lena):
    def count() -> int:
        with CaptureQueriesContext(database) as queries:
            as_lena.get(f"/lessons/{section.lesson_id}/")
        return len(queries)

    before = count()
    for event in dates:
        make_item(section, event, picks_date=True)
    assert count() <= before
