"""When a course is completed, what takes that back, and whether it can still be reached."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.factories.courses import make_enrollment, make_item
from tests.factories.sessions import correct, hold, make_people, sign_up

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.completion_rule import AnyOf, Manual, MinDates, MinPercent, RecordingOpened
from greenroom.hub.courses.models import Certificate, CourseCompletion, SectionItem
from greenroom.hub.courses.results import view_standing
from greenroom.hub.courses.selectors import list_progress
from greenroom.hub.courses.services import (
    change_course,
    change_item,
    evaluate_event,
    get_certificate,
    mark,
    note_click,
    remove_item,
    set_policy,
    set_rule,
    take_back_marks,
)
from greenroom.hub.ledger.models import Fact

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def attend(world, make_event, section):
    """Put an hour that is over into the course, in which somebody was so many seconds; the latest ended an hour ago."""

    def put(user, seconds: int = 3600, **item) -> SectionItem:
        start = world.now - (2 + SectionItem.objects.count()) * HOUR
        event = make_event(start)
        made = make_item(section, event, **item)
        hold(event, start, {user: seconds})
        evaluate_event(event_id=event.pk)
        return made

    return put


def policy(course, percent=100, complete_by=None, gives_certificate=False) -> None:
    set_policy(course=course, percent=percent, complete_by=complete_by, gives_certificate=gives_certificate)


def has_completed(course, user) -> bool:
    return CourseCompletion.objects.filter(course=course, user=user).exists()


@pytest.mark.parametrize(
    ("expected", "percent", "done", "missed"),
    [
        (True, 100, 2, 0),
        (False, 100, 2, 1),
        (True, 66, 2, 1),
        (False, 67, 2, 1),  # 2.01 of 3 items is more than 2
        (True, 1, 1, 2),
        (False, 1, 0, 2),
    ],
)
def test_share_of_the_required_items_decides(course, lena, attend, expected, percent, done, missed):
    policy(course, percent)
    for seconds in [60] * missed + [3600] * done:
        attend(lena, seconds)
    assert expected is has_completed(course, lena)


def test_what_is_optional_does_not_count(course, lena, attend):
    attend(lena)
    attend(lena, 60, is_required=False)
    assert has_completed(course, lena)


def test_a_course_without_required_items_is_completed_by_nobody(course, lena, attend):
    attend(lena, is_required=False)
    assert not has_completed(course, lena)


def test_who_is_excused_need_not_do_it(course, lena, ivan, attend):
    attend(lena)
    missed = attend(lena, 60)
    mark(item=missed, users=[lena.pk], status="excused", reason="Ill", actor=ivan)
    assert has_completed(course, lena)
    (progress,) = list_progress(courses=type(course).objects.all(), user=lena)
    assert "1 of 1 required items done" == progress.text


def test_excused_from_everything_is_not_completed(course, lena, ivan, attend):
    mark(item=attend(lena, 60), users=[lena.pk], status="excused", reason="Ill", actor=ivan)
    assert not has_completed(course, lena)


def test_a_cancelled_event_is_asked_of_nobody(course, section, make_event, world, lena, attend):
    attend(lena)
    make_item(section, make_event(world.now + DAY, state="cancelled"))
    policy(course)
    assert has_completed(course, lena)


@pytest.mark.parametrize(("expected", "early"), [(True, 0 * SECOND), (False, SECOND)])
def test_deadline_is_kept_to_the_second_by_the_end_of_the_session(world, course, lena, attend, expected, early):
    item = attend(lena)
    policy(course, complete_by=item.event.ends_at - early)
    CourseCompletion.objects.all().delete()
    policy(course, complete_by=item.event.ends_at - early)
    assert expected is has_completed(course, lena)


def test_late_attendance_of_a_session_in_time_counts_after_the_deadline(world, course, lena, attend):
    item = attend(lena, 60)
    policy(course, complete_by=world.now)
    world.advance(hours=3)
    correct(item.event, lena, 3600)
    evaluate_event(event_id=item.event_id)
    assert has_completed(course, lena)


def test_instructor_decides_after_the_deadline_too(world, course, lena, ivan, attend):
    item = attend(lena, 60)
    policy(course, complete_by=world.now)
    world.advance(hours=1)
    mark(item=item, users=[lena.pk], status="completed", reason="Seen", actor=ivan)
    assert has_completed(course, lena)


def test_completed_stays_when_the_course_grows_and_is_taken_back_when_a_completion_is(course, lena, ivan, attend):
    missed = attend(lena, 60)
    first = attend(lena)
    assert not has_completed(course, lena)
    remove_item(item=missed)
    assert has_completed(course, lena)
    attend(lena, 60)
    assert has_completed(course, lena)
    mark(item=first, users=[lena.pk], status="absent", reason="It was Nils", actor=ivan)
    assert not has_completed(course, lena)


def test_a_draft_is_completed_by_nobody_until_it_is_published(course, lena, attend):
    change_course(course=course, title=course.title, summary="", is_published=False)
    attend(lena)
    assert not has_completed(course, lena)
    change_course(course=course, title=course.title, summary="", is_published=True)
    assert has_completed(course, lena)


def test_making_an_item_optional_completes_the_course(course, lena, attend):
    other = attend(lena, 60)
    attend(lena)
    change_item(item=other, title="", is_required=False)
    assert has_completed(course, lena)


def test_completing_a_course_is_told_once(course, lena, ivan, attend):
    item = attend(lena)
    mark(item=item, users=[lena.pk], status="absent", reason="It was Nils", actor=ivan)
    take_back_marks(item=item, users=[lena.pk], reason="No, Lena", actor=ivan)
    assert [lena.pk] == list(Fact.objects.filter(kind="course_completed").values_list("user_id", flat=True))


def test_what_is_read_counts_when_the_learner_says_so(course, section, lena, attend):
    attend(lena)
    text = SectionItem.objects.create(section=section, kind="text", text="Look up.", position=30)
    assert "2 required" in view_standing(course=course, user=lena).text
    set_policy(course=course, percent=100, complete_by=None, gives_certificate=False)
    CourseCompletion.objects.all().delete()
    note_click(item=text, user=lena, kind="done")
    assert has_completed(course, lena)


def test_recording_opened_in_time_is_as_good(world, section, course, lena, attend):
    item = attend(lena, 60)
    set_rule(item=item, rule=AnyOf((MinPercent(80), RecordingOpened(14))))
    recording = item.event.recordings.create(recording_key="1")
    recorded = SectionItem.objects.create(
        section=section, kind="recording", recording=recording, is_required=False, position=40
    )
    world.advance(seconds=(14 * DAY - HOUR).total_seconds() - 1)  # the event ended an hour ago
    note_click(item=recorded, user=lena, kind="opened")
    assert has_completed(course, lena)


def test_recording_opened_too_late_is_not(world, section, course, lena, attend):
    item = attend(lena, 60)
    set_rule(item=item, rule=RecordingOpened(14))
    recording = item.event.recordings.create(recording_key="1")
    recorded = SectionItem.objects.create(
        section=section, kind="recording", recording=recording, is_required=False, position=40
    )
    world.advance(seconds=(14 * DAY - HOUR).total_seconds())
    note_click(item=recorded, user=lena, kind="opened")
    assert not has_completed(course, lena)


# Certificates


def test_certificate_says_what_was_true_and_is_revoked_with_the_completion(world, course, lena, ivan, attend):
    policy(course, gives_certificate=True)
    item = attend(lena)
    certificate = Certificate.objects.get()
    assert ("Lena Example", "Workplace safety", 3600) == (
        certificate.person_name, certificate.course_title, certificate.attended_seconds,
    )  # fmt: skip
    mark(item=item, users=[lena.pk], status="absent", reason="It was Nils", actor=ivan)
    certificate.refresh_from_db()
    assert world.now == certificate.revoked_at
    assert [(True, None)] == list(certificate.changes.values_list("is_revoked", "changed_by"))
    take_back_marks(item=item, users=[lena.pk], reason="No, Lena", actor=ivan)
    assert 2 == Certificate.objects.count()
    assert certificate.code != Certificate.objects.get(revoked_at=None).code


def test_certificates_are_issued_later_for_what_was_completed_before(course, lena, attend):
    attend(lena)
    policy(course)
    assert not Certificate.objects.exists()
    policy(course, gives_certificate=True)
    policy(course, gives_certificate=True)
    assert 1 == Certificate.objects.count()


@pytest.mark.parametrize(
    ("day", "zone", "ends_in"),
    [  # it is nine o'clock on Monday, 2 March 2026, UTC
        (2, "UTC", 0 * HOUR),
        (2, "Asia/Kolkata", 9.5 * HOUR - SECOND),  # 23:59:59 there
        (3, "Asia/Kolkata", 9.5 * HOUR),
        (2, "Pacific/Auckland", 2 * HOUR - SECOND),
        (3, "Pacific/Auckland", 2 * HOUR),
        (1, "America/Los_Angeles", -HOUR - SECOND),
        (2, "America/Los_Angeles", -HOUR),
        # Clocks go forward in New York on 8 March at 7:00 UTC, back to UTC-4: midnight of the 9th is 4:00 UTC.
        (8, "America/New_York", 6 * DAY + 19 * HOUR - SECOND),
        (9, "America/New_York", 6 * DAY + 19 * HOUR),
    ],
)
def test_day_of_completion_is_that_of_the_learner(world, course, section, make_event, lena, day, zone, ends_in):
    lena.time_zone = zone
    lena.save()
    policy(course, gives_certificate=True)
    start = world.now + ends_in - HOUR
    event = make_event(start)
    make_item(section, event)
    hold(event, start, {lena: 3600})
    world.advance(days=8)
    evaluate_event(event_id=event.pk)
    assert day == Certificate.objects.get().completed_on.day


def test_certificate_keeps_the_points_there_were_when_it_was_issued(course, lena, ivan, attend):
    policy(course, percent=50, gives_certificate=True)
    attend(lena, 2700, is_required=False, points_for="percent", max_points=10)
    half = attend(lena, 1800, points_for="percent", max_points=9)
    attend(lena, points_for="done", max_points=1)
    certificate = Certificate.objects.get()
    kept = (certificate.earned_points, certificate.possible_points)
    assert (13, 20) == kept
    mark(item=half, users=[lena.pk], status="completed", reason="Was there", actor=ivan)
    certificate.refresh_from_db()
    assert kept == (certificate.earned_points, certificate.possible_points)


def test_code_is_found_as_people_type_it_and_no_other(course, lena, attend):
    policy(course, gives_certificate=True)
    attend(lena)
    code = Certificate.objects.get().code
    assert code == get_certificate(f"{code[:4].lower()}-{code[4:8]} {code[8:]}").code
    with pytest.raises(UnknownObjectError):
        get_certificate(code[:-1])


def test_number_of_statements_does_not_grow_with_those_who_complete(world, course, section, make_event):
    policy(course, gives_certificate=True)
    people, counts = make_people(50), []
    for person in people:
        make_enrollment(course, person)
    for number in (5, 45):
        start = world.now - (2 + number) * HOUR
        item = make_item(section, make_event(start))
        chosen, people = people[:number], people[number:]
        hold(item.event, start, dict.fromkeys(chosen, 3600))
        with CaptureQueriesContext(database) as queries:
            evaluate_event(event_id=item.event_id)
        counts.append(len(queries))
        item.delete()
    assert (counts[0], 50) == (counts[1], Certificate.objects.count())


# What is out of reach


FINAL = "the attendance is final and not enough"
NOT_ENOUGH = "what is to come is not enough"


def reach(course, user) -> tuple[list[str], bool]:
    """Return why items cannot be done any more, and whether the course cannot."""
    standing = view_standing(course=course, user=user)
    return [cell.obstacle for cell in standing.lost], standing.is_out_of_reach


def test_missed_for_good_is_said_once_attendance_is_final(world, course, lena, attend):
    item = attend(lena, 60)
    item.event.sessions.update(is_final=False)
    assert ([], False) == reach(course, lena)
    item.event.sessions.update(is_final=True)
    assert ([FINAL], True) == reach(course, lena)
    policy(course, 50)
    attend(lena)
    assert ([FINAL], False) == reach(course, lena)


@pytest.mark.parametrize(("expected", "rule"), [(([NOT_ENOUGH], True), MinPercent(50)), (([], False), MinPercent(49))])
def test_dates_to_come_may_or_may_not_be_enough(world, course, section, make_event, lena, expected, rule):
    """Of four hours two are over without Lena, and one is planned besides the one she attended a minute of."""
    starts = [world.now - 9 * HOUR, world.now - 6 * HOUR, world.now - 3 * HOUR, world.now + DAY]
    event = make_event(*starts, state="scheduled", attendance_due_at=world.now + DAY)
    item = make_item(section, event)
    for start, seconds in zip(starts, (0, 0, 3570), strict=False):
        hold(event, start, {lena: seconds})
    set_rule(item=item, rule=rule)
    assert expected == reach(course, lena)


def test_missed_date_is_out_of_reach_when_all_are_asked_for(world, course, section, make_event, lena):
    event = make_event(world.now - 3 * HOUR, world.now + DAY, state="scheduled", attendance_due_at=world.now + DAY)
    item = make_item(section, event, completion_rule={"kind": "min_dates"})
    hold(event, world.now - 3 * HOUR, {lena: 0})
    assert ([NOT_ENOUGH], True) == reach(course, lena)
    set_rule(item=item, rule=MinDates(1))
    assert ([], False) == reach(course, lena)


def test_recording_keeps_it_in_reach_until_its_last_second(world, course, lena, attend):
    item = attend(lena, 60)
    set_rule(item=item, rule=AnyOf((MinPercent(80), RecordingOpened(14))))
    world.advance(seconds=(14 * DAY - HOUR).total_seconds() - 1)
    assert ([], False) == reach(course, lena)
    world.advance(seconds=1)
    assert ([FINAL], True) == reach(course, lena)


def test_event_after_the_deadline_is_out_of_reach(world, course, section, make_event, lena):
    make_item(section, make_event(world.now + DAY, state="scheduled", attendance_due_at=world.now + DAY))
    policy(course, complete_by=world.now + DAY + SECOND)
    assert ([], False) == reach(course, lena)
    policy(course, complete_by=world.now + DAY)
    assert (["no date before the deadline"], True) == reach(course, lena)
    policy(course, complete_by=world.now - SECOND)
    assert (["the deadline is over"], True) == reach(course, lena)


def test_nothing_is_lost_while_the_instructor_may_mark(course, lena, ivan, attend):
    item = attend(lena, 60)
    set_rule(item=item, rule=Manual())
    assert ([], False) == reach(course, lena)
    mark(item=item, users=[lena.pk], status="absent", reason="Not there", actor=ivan)
    assert (["marked by an instructor"], True) == reach(course, lena)


def test_somebody_who_never_came_is_told_too(world, course, section, make_event, lena):
    event = make_event(world.now - 2 * HOUR)
    make_item(section, event)
    sign_up(event, lena)
    hold(event, world.now - 2 * HOUR, {})
    assert ([FINAL], True) == reach(course, lena)


def test_event_that_nobody_held_leaves_no_date(world, course, section, make_event, lena):
    event = make_event(world.now - 2 * HOUR, attendance_due_at=None)
    make_item(section, event)
    assert (["no date is left"], True) == reach(course, lena)
