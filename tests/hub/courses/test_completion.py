"""Who has completed what: from attendance, rules and dates, again whenever one of them changes."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.factories.courses import make_course, make_enrollment, make_item, make_section
from tests.factories.sessions import correct, hold, make_people, sign_up

from greenroom.hub.courses.completion_rule import MinMinutes, MinPercent
from greenroom.hub.courses.models import Completion
from greenroom.hub.courses.selectors import list_progress
from greenroom.hub.courses.services import enroll, evaluate_event, evaluate_item, remove_item, set_rule, unenroll
from greenroom.hub.events.models import Attendee, EventSession
from greenroom.hub.ledger.services import NewFact, append

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def standing(item, user) -> tuple[str, int, str] | None:
    """Return status, seconds and percent of a person."""
    one = Completion.objects.filter(item=item, user=user).first()
    return one and (one.status, one.attended_seconds, str(one.percent))


@pytest.fixture
def held(world, make_event):
    """A webinar of an hour that is over."""
    return make_event(world.now - 2 * HOUR)


@pytest.fixture
def item(section, held):
    return make_item(section, held)


@pytest.mark.parametrize(
    ("expected", "seconds"),
    [
        (("completed", 2880, "80.0"), 2880),
        (("partial", 2879, "79.9"), 2879),
        (("partial", 1, "0.0"), 1),
        (("completed", 3600, "100.0"), 3600),
    ],
)
def test_share_of_what_took_place_decides(world, item, held, lena, expected, seconds):
    hold(held, world.now - 2 * HOUR, {lena: seconds})
    evaluate_event(event_id=held.pk)
    assert expected == standing(item, lena)


def test_share_is_of_the_real_length_not_of_the_plan(world, item, held, lena):
    hold(held, world.now - 2 * HOUR, {lena: 1600}, seconds=2000)
    evaluate_event(event_id=held.pk)
    assert ("completed", 1600, "80.0") == standing(item, lena)


def test_two_sessions_add_up(world, item, held, lena):
    hold(held, world.now - 2 * HOUR, {lena: 1000}, seconds=1000)
    hold(held, world.now - HOUR, {lena: 600}, seconds=1000)
    evaluate_event(event_id=held.pk)
    assert ("completed", 1600, "80.0") == standing(item, lena)


@pytest.fixture
def of_two_dates(world, make_event, section, lena):
    """A webinar of two dates, of which Lena attended the first; the second is tomorrow."""
    event = make_event(world.now - 2 * HOUR, world.now + DAY, state="scheduled", attendance_due_at=world.now + DAY)
    hold(event, world.now - 2 * HOUR, {lena: 3600})
    evaluate_event(event_id=event.pk)
    return event, make_item(section, event)


def test_dates_to_come_count(of_two_dates, lena):
    event, item = of_two_dates
    evaluate_event(event_id=event.pk)
    assert ("partial", 3600, "50.0") == standing(item, lena)


@pytest.mark.parametrize("later", [DAY + HOUR / 2, DAY + 2 * HOUR])
def test_date_that_runs_or_is_not_yet_told_of_counts_too(world, of_two_dates, lena, later):
    event, item = of_two_dates
    world.advance(seconds=later.total_seconds())
    evaluate_event(event_id=event.pk)
    assert ("partial", 3600, "50.0") == standing(item, lena)


def test_date_that_was_never_held_stops_counting(world, of_two_dates, lena):
    event, item = of_two_dates
    world.advance(days=5)
    event.attendance_due_at = None
    event.save(update_fields=["attendance_due_at"])
    evaluate_event(event_id=event.pk)
    assert ("completed", 3600, "100.0") == standing(item, lena)


def test_dates_of_a_cancelled_event_stop_counting(of_two_dates, lena):
    event, item = of_two_dates
    event.state = "cancelled"
    event.save(update_fields=["state"])
    evaluate_event(event_id=event.pk)
    assert ("completed", 3600, "100.0") == standing(item, lena)


def test_date_that_was_held_late_counts_once(world, section, make_event, lena):
    event = make_event(world.now - 3 * HOUR, attendance_due_at=world.now + HOUR)
    item = make_item(section, event)
    hold(event, world.now - 2 * HOUR, {lena: 3600})
    evaluate_item(item=item)
    assert ("completed", 3600, "100.0") == standing(item, lena)


@pytest.mark.parametrize("kind", ["attendance_read", "attendance_final", "event_changed", "event_cancelled"])
def test_standing_follows_what_happens(world, item, held, lena, run_jobs, kind):
    hold(held, world.now - 2 * HOUR, {lena: 3600})
    append([NewFact(kind=kind, happened_at=world.now, dedupe_key="one", event_id=held.pk)])
    run_jobs()
    assert "completed" == standing(item, lena)[0]


def test_minutes_count_over_all_dates(of_two_dates, lena):
    _, item = of_two_dates
    set_rule(item=item, rule=MinMinutes(60))
    assert "completed" == standing(item, lena)[0]
    set_rule(item=item, rule=MinMinutes(61))
    assert "partial" == standing(item, lena)[0]


def test_changed_rule_counts_for_everybody_afterwards(world, item, held, lena, course):
    (ben,) = make_people(1)
    make_enrollment(course, ben)
    hold(held, world.now - 2 * HOUR, {lena: 3000, ben: 1800})
    evaluate_event(event_id=held.pk)
    assert ["completed", "partial"] == [standing(item, one)[0] for one in (lena, ben)]
    set_rule(item=item, rule=MinPercent(50))
    assert ["completed", "completed"] == [standing(item, one)[0] for one in (lena, ben)]
    set_rule(item=item, rule=MinPercent(90))
    assert ["partial", "partial"] == [standing(item, one)[0] for one in (lena, ben)]


def test_late_data_raises_and_lowers(world, item, held, lena):
    hold(held, world.now - 2 * HOUR, {lena: 60}, is_final=False)
    seen = []
    for seconds in (60, 3600, 120):
        correct(held, lena, seconds)
        evaluate_event(event_id=held.pk)
        seen.append(standing(item, lena)[:2])
    assert [("partial", 60), ("completed", 3600), ("partial", 120)] == seen
    assert Completion.objects.get(item=item, user=lena).completed_at is None


def test_moment_of_completion_is_the_end_of_the_session_and_is_kept(world, item, held, lena):
    hold(held, world.now - 2 * HOUR, {lena: 3000})
    evaluate_event(event_id=held.pk)
    first = world.now - HOUR
    world.advance(hours=1)
    correct(held, lena, 3100)
    evaluate_event(event_id=held.pk)
    one = Completion.objects.get(item=item, user=lena)
    assert (first, world.now) == (one.completed_at, one.evaluated_at)


def test_attendance_that_is_taken_back_leaves_nothing(world, item, held, lena):
    hold(held, world.now - 2 * HOUR, {lena: 3600}, is_final=False)
    evaluate_event(event_id=held.pk)
    EventSession.objects.get().attendees.all().delete()
    evaluate_event(event_id=held.pk)
    assert standing(item, lena) is None


def test_absent_only_when_final(world, item, held, lena):
    hold(held, world.now - 2 * HOUR, {}, is_final=False)
    sign_up(held, lena)
    evaluate_event(event_id=held.pk)
    assert standing(item, lena) is None
    EventSession.objects.update(is_final=True)
    held.attendance_due_at = world.now
    held.save()
    evaluate_event(event_id=held.pk)
    assert standing(item, lena) is None
    held.attendance_due_at = None
    held.save()
    evaluate_event(event_id=held.pk)
    assert ("absent", 0, "0.0") == standing(item, lena)


def test_absence_is_taken_back_when_more_may_come(world, item, held, lena):
    sign_up(held, lena)
    hold(held, world.now - 2 * HOUR, {})
    evaluate_event(event_id=held.pk)
    hold(held, world.now - HOUR, {}, is_final=False)
    evaluate_event(event_id=held.pk)
    assert standing(item, lena) is None


@pytest.mark.parametrize("status", ["WAITING", "DENIED"])
def test_who_was_not_approved_is_not_absent(world, item, held, lena, status):
    sign_up(held, lena, status)
    hold(held, world.now - 2 * HOUR, {})
    evaluate_event(event_id=held.pk)
    assert standing(item, lena) is None


def test_who_never_registered_has_no_standing(world, item, held, lena):
    hold(held, world.now - 2 * HOUR, {})
    evaluate_event(event_id=held.pk)
    assert standing(item, lena) is None


def test_learner_enrolled_after_the_fact_gets_what_they_attended(world, item, held, otto, course):
    hold(held, world.now - 2 * HOUR, {otto: 3600})
    evaluate_event(event_id=held.pk)
    assert standing(item, otto) is None
    enroll(course=course, user=otto, role="learner")
    assert ("completed", 3600, "100.0") == standing(item, otto)


def test_learner_added_after_they_attended_gets_what_they_attended(world, item, held, otto, course):
    hold(held, world.now - 2 * HOUR, {otto: 3600})
    registrant = sign_up(held, otto)
    registrant.user = None
    registrant.save()
    enroll(course=course, user=otto, role="learner")
    assert ("completed", 3600, "100.0") == standing(item, otto)


@pytest.mark.parametrize("role", ["instructor", "editor"])
def test_who_teaches_gets_none(world, item, held, otto, course, role):
    hold(held, world.now - 2 * HOUR, {otto: 3600})
    enroll(course=course, user=otto, role=role)
    evaluate_event(event_id=held.pk)
    assert standing(item, otto) is None


def test_what_was_completed_is_kept_when_somebody_leaves_the_course(world, item, held, lena, course):
    hold(held, world.now - 2 * HOUR, {lena: 3600})
    evaluate_event(event_id=held.pk)
    unenroll(course=course, user=lena)
    evaluate_event(event_id=held.pk)
    assert "completed" == standing(item, lena)[0]


def test_same_event_counts_in_each_course_by_its_own_rule(world, item, held, lena):
    other = make_course("First aid")
    make_enrollment(other, lena)
    strict = make_item(make_section(other), held, completion_rule={"kind": "min_percent", "percent": 100})
    hold(held, world.now - 2 * HOUR, {lena: 3000})
    evaluate_event(event_id=held.pk)
    assert ["completed", "partial"] == [standing(one, lena)[0] for one in (item, strict)]


def test_course_that_is_not_published_is_computed_all_the_same(world, held, lena):
    hidden = make_course("Hidden", is_published=False)
    make_enrollment(hidden, lena)
    item = make_item(make_section(hidden), held)
    hold(held, world.now - 2 * HOUR, {lena: 3600})
    evaluate_event(event_id=held.pk)
    assert "completed" == standing(item, lena)[0]


def test_removed_item_is_left_alone(world, item, held, lena):
    remove_item(item=item)
    hold(held, world.now - 2 * HOUR, {lena: 3600})
    evaluate_event(event_id=held.pk)
    assert standing(item, lena) is None


def test_event_that_has_not_taken_place_says_nothing(item, held, lena):
    sign_up(held, lena)
    evaluate_event(event_id=held.pk)
    assert standing(item, lena) is None


def test_progress_counts_required_items_that_are_done(world, item, held, lena, course, section):
    make_item(section, held, is_required=False)
    make_item(section, held)
    hold(held, world.now - 2 * HOUR, {lena: 3600})
    Completion.objects.create(
        item=item, user=lena, status="completed", attended_seconds=1, percent=1, evaluated_at=world.now
    )
    (progress,) = list_progress(courses=type(course).objects.all(), user=lena)
    assert (1, 2, "learner", "1 of 2 required items done") == (
        progress.done,
        progress.total,
        progress.role,
        progress.text,
    )


def test_number_of_statements_does_not_grow_with_the_people(world, item, held, course, section, make_event):
    people = make_people(50)
    for person in people:
        make_enrollment(course, person)
    counts = {}
    for number in (5, 50):
        start = world.now - (2 + number) * HOUR
        event = make_event(start)
        make_item(section, event)
        hold(event, start, dict.fromkeys(people[:number], 3600))
        counts[number] = []
        for seconds in (3600, 1800, 0):  # new, lowered, absent
            Attendee.objects.filter(session__event=event).update(attended_seconds=seconds)
            with CaptureQueriesContext(database) as queries:
                evaluate_event(event_id=event.pk)
            counts[number].append(len(queries))
    assert counts[5] == counts[50]
    assert {"absent"} == set(Completion.objects.values_list("status", flat=True))


@pytest.mark.parametrize(
    ("early", "expected"), [(timedelta(minutes=60), "completed"), (timedelta(minutes=61), "partial")]
)
def test_a_session_up_to_an_hour_early_is_that_of_the_date(world, make_event, section, lena, early, expected):
    """The organizer opens the room before the plan; what began longer before it was a rehearsal."""
    event = make_event(world.now + early, state="scheduled", attendance_due_at=world.now + DAY)
    item = make_item(section, event)
    hold(event, world.now, {lena: 1200}, seconds=1200)
    evaluate_event(event_id=event.pk)
    assert expected == standing(item, lena)[0]
