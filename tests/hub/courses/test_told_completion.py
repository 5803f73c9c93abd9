"""Enrolment and completion are told, each once."""

from datetime import timedelta

import pytest
from tests.factories.courses import make_item
from tests.factories.sessions import correct, hold

from greenroom.hub.courses.services import enroll, evaluate_event
from greenroom.hub.ledger.models import Fact


def told(kind: str) -> list[tuple]:
    return list(Fact.objects.filter(kind=kind).order_by("pk").values_list("user_id", "data"))


@pytest.fixture
def take(make_event, section, world):
    """Put an event into the course, and let somebody attend so many seconds of its hour."""

    def put(user, seconds: int, **item):
        event = make_event(world.now - timedelta(hours=3 + len(item)), event_key=f"e{seconds}{sorted(item)}")
        made = make_item(section, event, **item)
        hold(event, event.starts_at, {user: seconds})
        return made

    return put


def test_an_enrolment_is_told_once_for_each_role(course, otto):
    for role in ("learner", "learner", "editor"):
        enroll(course=course, user=otto, role=role)
    assert [(otto.pk, {"course_id": course.pk, "role": role}) for role in ("learner", "editor")] == told("enrolled")


def test_a_course_is_completed_with_its_last_required_item(course, lena, take):
    first, second = take(lena, 3600), take(lena, 600)
    take(lena, 0, is_required=False)
    evaluate_event(event_id=first.event_id)
    evaluate_event(event_id=second.event_id)
    assert [(lena.pk, {"course_id": course.pk, "item_id": first.pk})] == told("item_completed")
    assert [] == told("course_completed")
    correct(second.event, lena, 3600)
    evaluate_event(event_id=second.event_id)
    assert [first.pk, second.pk] == [data["item_id"] for _, data in told("item_completed")]
    assert [(lena.pk, {"course_id": course.pk})] == told("course_completed")


def test_corrections_to_and_fro_are_told_once(lena, take):
    item = take(lena, 3600)
    for seconds in (3600, 60, 3600):
        correct(item.event, lena, seconds)
        evaluate_event(event_id=item.event_id)
    assert (1, 1) == (len(told("item_completed")), len(told("course_completed")))
