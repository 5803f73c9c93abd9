"""Lessons and items that open and close: learners find them in time, those who make the course at any time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from tests.factories.courses import make_enrollment, make_file

from greenroom.hub.courses.calendars import list_calendar_dates
from greenroom.hub.courses.models import Course, Lesson, SectionItem
from greenroom.hub.courses.selectors import ItemView, view_item

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def texts(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def text(section) -> SectionItem:
    return SectionItem.objects.create(section=section, kind="text", title="Rungs", text="Look up first.", position=20)


def lesson_of(section) -> str:
    return f"/lessons/{section.lesson_id}/"


def at(world, moment: datetime) -> None:
    world.clock.set(moment)


@pytest.mark.parametrize(
    ("moment", "is_shown", "words"),
    [
        (NOON - SECOND, False, "Opens"),
        (NOON, True, ""),
        (NOON + timedelta(hours=1) - SECOND, True, ""),
        (NOON + timedelta(hours=1), False, "Closed since"),
    ],
)
def test_item_is_open_to_the_second(world, section, text, as_lena, as_eda, moment, is_shown, words):
    give = {"available_from": "2026-03-02T13:00", "available_until": "2026-03-02T14:00"}  # Eda's clock, in Berlin
    assert 302 == as_eda.post(reverse("item_release", args=[text.pk]), give).status_code
    at(world, moment)
    page = texts(as_lena.get(lesson_of(section)))
    assert is_shown == ("Look up first." in page)
    assert words in page
    assert "Rungs" in page  # that it is there is no secret
    assert "Look up first." in texts(as_eda.get(lesson_of(section)))


def test_learner_reaches_nothing_of_an_item_that_is_closed(world, section, item, as_lena, as_eda):
    file = make_file(section)
    SectionItem.objects.update(available_from=world.now + timedelta(minutes=5))
    paths = [reverse("lesson_file", args=[file.pk])]
    paths += [reverse(name, args=[item.pk]) for name in ("item_card", "register", "join")]
    assert [404] * 4 == [as_lena.get(path).status_code for path in paths]
    assert 200 == as_eda.get(reverse("item_card", args=[item.pk])).status_code
    world.clock.advance(minutes=5)
    assert 404 not in [as_lena.get(path).status_code for path in paths]


def test_lesson_that_is_not_open_says_when_and_shows_nothing(world, section, item, text, obi, browser, as_lena, as_eda):
    make_enrollment(section.lesson.course, obi, "observer")
    give = {"title": "At height", "summary": "Ropes.", "available_from": "2026-03-03T08:00"}
    as_eda.post(reverse("lesson_settings", args=[section.lesson_id]), give)
    for learner in (as_lena, browser(obi)):
        page = texts(learner.get(lesson_of(section)))
        assert "This lesson is not open now. Opens" in page
        assert "Look up first." not in page
        assert 404 == learner.get(reverse("item_card", args=[item.pk])).status_code
    assert "At height" in texts(as_lena.get(f"/courses/{section.lesson.course.slug}/"))
    page = texts(as_eda.get(lesson_of(section)))
    assert "Learners do not find this lesson open now." in page
    assert "Look up first." in page


def test_what_is_not_open_is_neither_next_nor_in_calendars(world, item, lena, ivan, as_lena):
    SectionItem.objects.update(available_from=world.now + timedelta(minutes=5))
    assert [] == as_lena.get("/").context["next_items"]
    item.event.calendar_entries.create(
        title="Ladder safety", starts_at=item.event.starts_at, ends_at=item.event.ends_at, changed_at=world.now
    )
    assert (0, 1) == (len(list_calendar_dates(user=lena)), len(list_calendar_dates(user=ivan)))
    world.clock.advance(minutes=5)
    assert 1 == len(as_lena.get("/").context["next_items"])
    assert 1 == len(list_calendar_dates(user=lena))


@pytest.mark.parametrize(
    ("give", "field"),
    [
        ({"available_from": "2026-03-02T13:00", "available_until": "2026-03-02T13:00"}, "available_until"),
        ({"available_from": "tomorrow"}, "available_from"),
        ({"available_from": "2026-03-29T02:30"}, "available_from"),  # does not exist in Berlin: clocks go forward
    ],
)
def test_moments_that_cannot_be_are_refused_beside_the_field(text, as_eda, give, field):
    answer = as_eda.post(reverse("item_release", args=[text.pk]), give)
    assert (422, {field}) == (answer.status_code, set(answer.context["form"].errors))
    text.refresh_from_db()
    assert text.available_from is None


def test_release_is_taken_back_by_leaving_it_empty(world, section, text, as_lena, as_eda):
    SectionItem.objects.update(available_from=world.now + timedelta(days=1))
    assert "2026-03-03T10:00" in texts(as_eda.get(reverse("item_release", args=[text.pk])))
    as_eda.post(reverse("item_release", args=[text.pk]), {"available_from": ""})
    assert "Look up first." in texts(as_lena.get(lesson_of(section)))


def test_section_is_renamed(section, as_eda):
    path = reverse("section_settings", args=[section.pk])
    assert 422 == as_eda.post(path, {"title": " "}).status_code
    assert as_eda.post(path, {"title": "On the ladder"})["Location"].endswith(f"?edit=1#section-{section.pk}")
    section.refresh_from_db()
    assert "On the ladder" == section.title


def as_seen(item: SectionItem, user) -> ItemView:
    """Return how somebody sees the item when it is fetched anew."""
    return view_item(item=SectionItem.objects.get(pk=item.pk), user=user)


@pytest.mark.parametrize(
    ("of", "field"),
    [
        (SectionItem, "available_from"),
        (SectionItem, "available_until"),
        (Lesson, "available_from"),
        (Lesson, "available_until"),
        (Course, "close_at"),
    ],
)
def test_card_of_a_live_event_is_due_again_when_something_opens_or_closes(world, item, lena, of, field):
    by_the_event = as_seen(item, lena).state.next_check_at
    of.objects.update(**{field: world.now + SECOND})
    assert world.now + SECOND == as_seen(item, lena).state.next_check_at
    of.objects.update(**{field: by_the_event + SECOND})
    assert by_the_event == as_seen(item, lena).state.next_check_at
    of.objects.update(**{field: world.now})
    assert world.now != as_seen(item, lena).state.next_check_at


@pytest.mark.parametrize(
    ("seconds", "ahead"),
    [(0, timedelta()), (1, SECOND), (86400, timedelta(days=1)), (0, timedelta(days=1) + SECOND)],
)
def test_closed_card_of_a_live_event_waits_until_it_opens_where_that_is_within_a_day(world, item, lena, seconds, ahead):
    SectionItem.objects.update(available_from=world.now + ahead)
    assert seconds == as_seen(item, lena).opens_in_seconds
