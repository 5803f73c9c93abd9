"""What instructors say of people beats what GoTo tells, in both directions, and is written down."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.factories.courses import make_enrollment, make_item
from tests.factories.sessions import correct, hold, make_people

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.courses.completion_rule import (
    AllOf,
    AnyOf,
    Attended,
    Manual,
    MinDates,
    MinMinutes,
    MinPercent,
    Registered,
)
from greenroom.hub.courses.models import Completion, CompletionChange, Mark
from greenroom.hub.courses.services import evaluate_event, mark, set_rule, take_back_marks

HOUR = timedelta(hours=1)
STATUSES = ("completed", "partial", "absent", "excused")
# Each rule with the result of attending 0, 600 and 3,600 of 3,600 seconds, registered.
RULES = {
    "attended": (Attended(), ("absent", "completed", "completed")),
    "percent": (MinPercent(80), ("absent", "partial", "completed")),
    "planned": (MinPercent(80, "planned"), ("absent", "partial", "completed")),
    "minutes": (MinMinutes(10), ("absent", "completed", "completed")),
    "dates": (MinDates(), ("absent", "completed", "completed")),
    "registered": (Registered(), ("completed", "completed", "completed")),
    "manual": (Manual(), ("absent", "partial", "partial")),
    "all": (AllOf((MinPercent(50), MinDates())), ("absent", "partial", "completed")),
    "any": (AnyOf((MinPercent(50), MinMinutes(10))), ("absent", "completed", "completed")),
}


@pytest.fixture
def item(world, section, make_event, lena):
    """An hour that is over, in which Lena was not."""
    start = world.now - 2 * HOUR
    event = make_event(start)
    item = make_item(section, event)
    hold(event, start, {lena: 0})
    evaluate_event(event_id=event.pk)
    return item


def status_of(item, user) -> str:
    return Completion.objects.get(item=item, user=user).status


@pytest.mark.parametrize("name", RULES)
def test_each_rule_follows_late_data_until_a_mark_and_again_after_it(world, item, lena, ivan, name):
    rule, results = RULES[name]
    set_rule(item=item, rule=rule)

    def follow() -> list[str]:
        seen = []
        for seconds in (0, 600, 3600):
            correct(item.event, lena, seconds)
            evaluate_event(event_id=item.event_id)
            seen.append(status_of(item, lena))
        correct(item.event, lena, 0)
        evaluate_event(event_id=item.event_id)
        return seen

    assert list(results) == follow()
    for status in STATUSES:
        mark(item=item, users=[lena.pk], status=status, reason="Seen", actor=ivan)
        assert [status] * 3 == follow()
    take_back_marks(item=item, users=[lena.pk], reason="Mistaken", actor=ivan)
    assert list(results) == follow()


@pytest.mark.parametrize("status", STATUSES)
def test_a_changed_rule_leaves_marks_alone(item, lena, ivan, status):
    mark(item=item, users=[lena.pk], status=status, reason="Seen", actor=ivan)
    set_rule(item=item, rule=Registered())
    assert status == status_of(item, lena)


def test_history_tells_who_when_and_why(world, item, lena, ivan):
    first = world.now
    world.advance(minutes=1)
    mark(item=item, users=[lena.pk], status="completed", reason=" Dialled in. ", actor=ivan)
    world.advance(minutes=1)
    correct(item.event, lena, 600)
    evaluate_event(event_id=item.event_id)  # GoTo's news change nothing, and are no change
    world.advance(minutes=1)
    take_back_marks(item=item, users=[lena.pk], reason="It was Nils", actor=ivan)
    minute = timedelta(minutes=1)
    assert [
        ("completed", "partial", "It was Nils", ivan.pk, first + 3 * minute),
        ("absent", "completed", "Dialled in.", ivan.pk, first + minute),
        ("", "absent", "", None, first),
    ] == list(CompletionChange.objects.values_list("was", "became", "reason", "changed_by", "changed_at"))


def test_a_mark_that_says_the_same_is_written_down_too(world, item, lena, ivan):
    world.advance(minutes=1)
    mark(item=item, users=[lena.pk], status="absent", reason="I was there", actor=ivan)
    assert ("absent", "absent", "I was there") == CompletionChange.objects.values_list("was", "became", "reason")[0]
    assert "mark" == Completion.objects.get().basis


@pytest.mark.parametrize(
    ("field", "status", "reason"),
    [
        ("status", "", "Seen"),
        ("status", "done", "Seen"),
        ("reason", "completed", "  "),
        ("reason", "completed", "x" * 501),
    ],
)
def test_mark_needs_a_result_and_a_reason(item, lena, ivan, field, status, reason):
    with pytest.raises(InvalidInputError) as caught:
        mark(item=item, users=[lena.pk], status=status, reason=reason, actor=ivan)
    assert ({field}, False) == (set(caught.value.errors), Mark.objects.exists())


def test_only_learners_of_the_course_are_marked(item, otto, eda, lena, ivan):
    people = [otto.pk, eda.pk, lena.pk]
    assert 1 == mark(item=item, users=people, status="completed", reason="Seen", actor=ivan)
    assert [lena.pk] == list(Mark.objects.values_list("user", flat=True))


def test_somebody_who_never_registered_can_be_marked_before_anything_took_place(world, section, make_event, lena, ivan):
    item = make_item(section, make_event(world.now + HOUR, state="scheduled"))
    mark(item=item, users=[lena.pk], status="excused", reason="On leave", actor=ivan)
    assert "excused" == status_of(item, lena)
    take_back_marks(item=item, users=[lena.pk], reason="Back", actor=ivan)
    assert not Completion.objects.exists()


def test_old_completion_survives_corrections_but_no_other_rule(world, item, lena):
    """A correction of GoTo's can take a completion away for seven days."""
    correct(item.event, lena, 3600)
    evaluate_event(event_id=item.event_id)
    correct(item.event, lena, 60)
    world.advance(seconds=(timedelta(days=7) - HOUR).total_seconds() + 1)  # the session ended an hour before
    evaluate_event(event_id=item.event_id)
    assert "completed" == status_of(item, lena)
    set_rule(item=item, rule=MinPercent(80))
    assert "partial" == status_of(item, lena)


def test_completion_is_taken_away_to_the_second(world, item, lena):
    correct(item.event, lena, 3600)
    evaluate_event(event_id=item.event_id)
    correct(item.event, lena, 60)
    world.advance(seconds=(timedelta(days=7) - HOUR).total_seconds())
    evaluate_event(event_id=item.event_id)
    assert "partial" == status_of(item, lena)


def test_number_of_statements_of_marks_does_not_grow_with_the_people(world, item, course, ivan):
    people = make_people(50)
    for person in people:
        make_enrollment(course, person)
    counts = []
    for number in (5, 50):
        world.advance(minutes=1)
        chosen = [one.pk for one in people[:number]]
        with CaptureQueriesContext(database) as queries:
            mark(item=item, users=chosen, status="completed", reason="Seen", actor=ivan)
        counts.append(len(queries))
    assert counts[0] == counts[1]
