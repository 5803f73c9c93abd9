"""Who is told that an event was moved or cancelled, or is near: once each, in the ways they chose, in their zone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from icalendar import Calendar
from tests.factories.courses import make_course, make_enrollment, make_item, make_section
from tests.factories.users import make_user

from greenroom.hub.courses.models import Notice, NoticeChoice, SectionItem
from greenroom.hub.courses.notices import read_news
from greenroom.hub.courses.services import choose_notices, tell_people
from greenroom.hub.ledger.models import Fact
from greenroom.hub.mailing.models import Message

ELEVEN = datetime(2026, 3, 2, 11, tzinfo=UTC)


@pytest.fixture
def goto(world, pull, run_jobs):
    """What an organizer does to an event at GoTo, and the hub learning of it."""

    class AtGoTo:
        def move(self, event, *starts: datetime) -> None:
            times = [
                {"startTime": f"{one:%Y-%m-%dT%H:%M:%SZ}", "endTime": f"{one + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"}
                for one in starts
            ]
            world.ask_goto(f"webinars/{event.event_key}", "PUT", subject=event.title, times=times)
            self.learn()

        def cancel(self, event) -> None:
            world.ask_goto(f"webinars/{event.event_key}", "DELETE")
            for _ in range(2):  # one that is gone counts as cancelled at the second look
                world.advance(seconds=1)
                self.learn()

        def learn(self) -> None:
            pull()
            run_jobs()

    return AtGoTo()


def told(kind: str) -> dict[str, str]:
    """Return who was sent a mail of a kind, and what it says; mails of other kinds are put aside."""
    found = {one.to[0].split("@")[0]: one for one in mail.outbox if one.subject.startswith(kind)}
    assert len(found) == sum(one.subject.startswith(kind) for one in mail.outbox)
    return {name: one.body for name, one in found.items()}


def invitations(kind: str) -> dict[str, tuple]:
    """Return what the mails of a kind put into calendars: method, UID, sequence, status and start."""
    found = {}
    for one in mail.outbox:
        if one.subject.startswith(kind) and one.attachments:
            (_, content, content_type) = one.attachments[0]
            calendar = Calendar.from_ical(content)
            assert f"text/calendar; method={calendar['METHOD']}" == content_type
            (date,) = calendar.walk("VEVENT")
            assert [(content, content_type)] == [tuple(other) for other in one.alternatives]
            assert f"mailto:{one.to[0]}" == str(date["ATTENDEE"])
            found[one.to[0].split("@")[0]] = (
                str(calendar["METHOD"]), str(date["UID"]), date["SEQUENCE"], str(date["STATUS"]), date["DTSTART"].dt,
            )  # fmt: skip
    return found


@pytest.fixture
def audience(course, item, event, sign_up, lena, asa, obi) -> None:
    """Lena is registered; Ben learns and is not; Asa assists and Obi observes."""
    make_enrollment(course, make_user("Ben", time_zone="Asia/Kolkata"))
    make_enrollment(course, asa, "assistant")
    make_enrollment(course, obi, "observer")
    make_user("Nobody")
    sign_up(event, lena)


def test_those_it_concerns_are_told_that_an_event_was_moved_in_their_zones(audience, goto, event):
    goto.move(event, ELEVEN)
    texts = told("Moved: Ladder safety")
    assert {"lena", "ben", "ivan", "asa"} == set(texts)
    assert "  Monday 2 March 2026, 11:00 to 12:00 (Europe/Berlin)" in texts["lena"]  # it was
    assert "  Monday 2 March 2026, 12:00 to 13:00 (Europe/Berlin)" in texts["lena"]
    assert "Your registration stays as it is." in texts["lena"]
    assert "  Monday 2 March 2026, 16:30 to 17:30 (Asia/Kolkata)" in texts["ben"]
    assert "Your registration" not in texts["ben"]


def test_calendars_of_those_who_are_registered_move_and_are_cleared(audience, goto, event):
    begun = invitations("Registered: Ladder safety")
    goto.move(event, ELEVEN)
    goto.cancel(event)
    moved, gone = invitations("Moved: "), invitations("Cancelled: ")
    assert {"lena"} == set(begun) == set(moved) == set(gone)
    uid = begun["lena"][1]
    assert ("REQUEST", uid, 0, "CONFIRMED", ELEVEN - timedelta(hours=1)) == begun["lena"]
    assert ("REQUEST", uid, 1, "CONFIRMED", ELEVEN) == moved["lena"]
    assert ("CANCEL", uid, 2, "CANCELLED", ELEVEN) == gone["lena"]
    assert {"lena", "ben", "ivan", "asa"} == set(told("Cancelled: "))


def test_who_steps_back_is_told_and_loses_the_date_in_their_calendar_until_they_come_back(
    audience, goto, event, item, sign_up, as_lena, lena, world, run_jobs
):
    begun = invitations("Registered: Ladder safety")
    mail.outbox.clear()
    world.advance(seconds=60)
    as_lena.post(reverse("cancel_registration", args=[item.pk]))
    goto.learn()
    gone = invitations("No longer registered: Ladder safety")
    assert {"lena": ("CANCEL", begun["lena"][1], 0, "CANCELLED", ELEVEN - timedelta(hours=1))} == gone
    assert "no longer registered" in told("No longer registered: ")["lena"]
    assert not Notice.objects.filter(kind="withdrawn", is_shown=True).exists()
    left = stamps()
    mail.outbox.clear()
    world.advance(seconds=60)
    sign_up(event, lena)
    goto.learn()
    assert begun == invitations("Registered: Ladder safety")
    assert stamps() > left


def stamps() -> list[datetime]:
    """Return when what was attached to the mails was written: of the same sequence the later one holds."""
    return [Calendar.from_ical(one.attachments[0][1]).walk("VEVENT")[0]["DTSTAMP"].dt for one in mail.outbox]


def test_who_is_taken_off_after_leaving_the_course_loses_the_date_too(audience, goto, event, lena, world, course):
    course.enrollments.filter(user=lena).delete()
    (registrant,) = event.registrants.filter(user=lena)
    world.advance(seconds=60)
    world.ask_goto(f"webinars/{event.event_key}/registrants/{registrant.registrant_key}", "DELETE")
    for _ in range(2):
        world.advance(seconds=60)
        goto.learn()
    assert "CANCEL" == invitations("No longer registered: ")["lena"][0]
    assert course.title not in told("No longer registered: ")["lena"]


def test_each_change_is_told_once_however_often_it_is_read(audience, goto, event, run_jobs):
    goto.move(event, ELEVEN)
    goto.learn()
    fact = Fact.objects.get(kind="event_changed")
    tell_people.call(fact_id=fact.pk)
    run_jobs()
    assert 4 == Notice.objects.filter(kind="moved").count() == len(told("Moved: "))
    goto.move(event, ELEVEN + timedelta(hours=1))
    assert 8 == Notice.objects.filter(kind="moved").count()


def test_same_event_in_two_courses_is_told_once(audience, goto, event, lena, ivan):
    other = make_course("First aid")
    make_item(make_section(other), event)
    make_enrollment(other, lena)
    make_enrollment(other, ivan, "instructor")
    goto.move(event, ELEVEN)
    assert {"lena", "ben", "ivan", "asa"} == set(told("Moved: "))


@pytest.mark.parametrize(
    ("choice", "is_mailed", "is_shown"),
    [
        ({"by_mail": False}, False, True),
        ({"on_home": False}, True, False),
        ({"by_mail": False, "on_home": False}, False, False),
        ({}, True, True),
    ],
)
def test_each_is_told_by_the_ways_they_chose(audience, goto, event, as_lena, lena, choice, is_mailed, is_shown):
    form = {"by_mail": "on", "on_home": "on", "invitations": "on", "reminder_minutes": "60"}
    given = {name: value for name, value in form.items() if choice.get(name, True)}
    assert "/notices/" == as_lena.post(reverse("notices"), given)["Location"]
    goto.move(event, ELEVEN)
    assert is_mailed == ("lena" in told("Moved: "))
    home = as_lena.get("/").content.decode()
    assert is_shown == ("News of your events" in home)
    assert "Moved" in as_lena.get(reverse("notices")).content.decode()  # it can be looked up in any case
    assert "ben" in told("Moved: ")


def test_who_wants_no_invitations_gets_the_mail_without(audience, goto, event, lena):
    choose_notices(user=lena, by_mail=True, on_home=True, invitations=False, reminder_minutes=None)
    goto.move(event, ELEVEN)
    assert "lena" in told("Moved: ")
    assert {} == invitations("Moved: ")


def test_card_says_what_was_moved_until_it_is_seen_or_over(world, audience, goto, event, item, as_lena, lena, browser):
    card = reverse("item_card", args=[item.pk])
    choose_notices(user=lena, by_mail=False, on_home=False, invitations=False, reminder_minutes=None)
    assert "I have seen this" not in as_lena.get(card).content.decode()
    goto.move(event, ELEVEN)
    page = as_lena.get(card).content.decode()
    for shown in ("<s>", "2026-03-02T10:00:00+00:00", "2026-03-02T11:00:00+00:00", "Your registration is kept."):
        assert shown in page
    ben = browser(Notice.objects.get(user__email="ben@example.com", kind="moved").user)
    assert "Your registration is kept." not in ben.get(card).content.decode()
    notice = Notice.objects.get(user=lena, kind="moved")
    answer = as_lena.post(reverse("put_notice_away", args=[notice.pk]), {"item": item.pk})
    assert f"/lessons/{item.section.lesson_id}/#item-{item.pk}" == answer["Location"]
    assert "I have seen this" not in as_lena.get(card).content.decode()
    world.advance(seconds=(ELEVEN - world.now).total_seconds() + 3599)
    assert "I have seen this" in ben.get(card).content.decode()
    world.advance(seconds=1)
    assert "I have seen this" not in ben.get(card).content.decode()


def test_notice_is_put_away_by_whom_it_is_for(audience, goto, event, as_lena, as_ivan, lena, ivan):
    goto.move(event, ELEVEN)
    notice = Notice.objects.get(user=lena, kind="moved")
    assert 404 == as_ivan.post(reverse("put_notice_away", args=[notice.pk])).status_code
    assert "News of your events" in as_lena.get("/").content.decode()
    as_lena.post(reverse("put_notice_away", args=[notice.pk]))
    assert "News of your events" not in as_lena.get("/").content.decode()
    assert "News of your events" in as_ivan.get("/").content.decode()
    as_ivan.post(reverse("put_notices_away"))
    assert not Notice.objects.filter(is_shown=True, user=ivan).exists()


def test_new_title_alone_is_no_news(audience, goto, event, world):
    world.ask_goto(f"webinars/{event.event_key}", "PUT", subject="Ladders")
    goto.learn()
    assert not Notice.objects.filter(kind="moved").exists()


def test_event_that_was_over_is_no_news(audience, goto, event, world):
    world.advance(hours=3)
    goto.cancel(event)
    assert {} == told("Cancelled: ")


def test_who_left_or_stepped_back_is_not_told(audience, goto, event, course, lena, as_lena, run_jobs):
    as_lena.post(reverse("cancel_registration", args=[SectionItem.objects.get().pk]))
    run_jobs()
    as_lena.post(reverse("leave_course", args=[course.slug]))
    goto.move(event, ELEVEN)
    assert {"ben", "ivan", "asa"} == set(told("Moved: "))


@pytest.mark.parametrize(
    ("change", "people"),
    [
        ({"section__lesson__course": {"is_published": False}}, {"lena", "ivan", "asa"}),
        ({"item": {"available_from": ELEVEN + timedelta(days=9)}}, {"lena", "ivan", "asa"}),
        ({"item": {"removed_at": ELEVEN}}, {"lena"}),
    ],
)
def test_who_does_not_find_the_event_is_told_when_registered(audience, goto, event, item, change, people):
    for what, columns in change.items():
        thing = item if what == "item" else item.section.lesson.course
        type(thing).objects.update(**columns)
    goto.move(event, ELEVEN)
    assert people == set(told("Moved: "))


@pytest.mark.parametrize(("minutes", "people"), [(60, {"lena", "ivan", "asa"}), (15, set())])
def test_who_may_join_is_reminded_as_long_before_as_they_chose(audience, event, world, run_jobs, minutes, people):
    world.advance(minutes=60 - minutes)
    run_jobs(with_schedules=True)
    assert people == set(told("In "))
    if people:
        assert "“Ladder safety” begins in an hour:" in told("In an hour")["lena"]


def test_reminder_at_another_time_or_none(audience, event, world, run_jobs, lena, ivan):
    choose_notices(user=lena, by_mail=True, on_home=True, invitations=True, reminder_minutes=15)
    choose_notices(user=ivan, by_mail=True, on_home=True, invitations=True, reminder_minutes=None)
    run_jobs(with_schedules=True)
    assert {"asa"} == set(told("In "))
    world.advance(minutes=45)
    run_jobs(with_schedules=True)
    assert {"asa", "lena"} == set(told("In "))


def test_reminder_of_a_date_that_was_moved_since_is_not_sent(audience, event, world, goto):
    fact = Fact(kind="starts_soon", happened_at=world.now, data={"minutes": 60, "starts_at": ELEVEN.isoformat()})
    assert read_news(fact, event) is None


def test_invitation_waits_for_the_organizers_approval(world, pull, section, lena, sign_up, run_jobs):
    event = pull(world.schedule_webinar("Ropes", approval="MANUAL"))
    make_item(section, event)
    sign_up(event, lena)
    assert {} == told("Registered: ")


def test_who_registered_at_goto_has_its_confirmation_and_gets_none_of_ours(world, pull, section, lena, goto):
    key = world.schedule_webinar("Ropes", registrants=[{"email": lena.email}])
    make_item(section, pull(key))
    goto.learn()
    assert {} == told("Registered: ")


def test_statements_do_not_grow_with_the_people(audience, event, goto, course, django_assert_max_num_queries):
    for number in range(30):
        make_enrollment(course, make_user(f"Learner{number}"))
    goto.move(event, ELEVEN)
    Notice.objects.all().delete()
    Message.objects.all().delete()
    with django_assert_max_num_queries(30):
        tell_people.call(fact_id=Fact.objects.get(kind="event_changed").pk)
    assert 34 == Notice.objects.count() == Message.objects.count()


def test_choice_is_kept_and_shown(as_lena, lena):
    as_lena.post(reverse("notices"), {"on_home": "on", "reminder_minutes": ""})
    assert (False, True, False, None) == NoticeChoice.objects.values_list(
        "by_mail", "on_home", "invitations", "reminder_minutes"
    ).get(user=lena)
    assert 422 == as_lena.post(reverse("notices"), {"reminder_minutes": "7"}).status_code
