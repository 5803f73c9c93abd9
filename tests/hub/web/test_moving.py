"""The order of lessons, sections and items: by buttons, by dragging, and by two people at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.courses import make_course, make_section

from greenroom.hub.courses.models import Section, SectionItem
from greenroom.hub.courses.services.positions import move_item


def texts(answer) -> str:
    return answer.content.decode()


def make_texts(section: Section, *titles: str) -> list[SectionItem]:
    """Make texts; they stand at the same position, as rows from before there was an order may."""
    return [
        SectionItem.objects.create(section=section, kind="text", title=title, text="x", position=10) for title in titles
    ]


def order(section: Section) -> str:
    return "".join(section.items.filter(removed_at=None).values_list("title", flat=True))


def move(client, item: SectionItem, **values: object):
    return client.post(reverse("move_item", args=[item.pk]), values, follow=True)


@pytest.mark.parametrize(
    ("which", "to", "expected"),
    [(0, "up", "ABC"), (0, "down", "BAC"), (1, "up", "BAC"), (2, "up", "ACB"), (2, "down", "ABC")],
)
def test_button_moves_one_place(section, as_eda, which, to, expected):
    items = make_texts(section, "A", "B", "C")
    answer = move(as_eda, items[which], to=to)
    assert expected == order(section)
    assert f"/lessons/{section.lesson_id}/?edit=1#item-{items[which].pk}" == answer.redirect_chain[-1][0]
    place = expected.index("ABC"[which]) + 1
    assert f"“{'ABC'[which]}” is now {place} of 3." in texts(answer)


def test_button_moves_over_the_edge_into_the_next_section(section, as_eda):
    after = Section.objects.create(lesson=section.lesson, title="After", position=20)
    first, last = make_texts(section, "A", "B")
    make_texts(after, "C", "D")
    move(as_eda, last, to="down")
    assert ("A", "BCD") == (order(section), order(after))
    move(as_eda, first, to="down")
    assert ("", "ABCD") == (order(section), order(after))
    move(as_eda, first, to="up")
    assert ("A", "BCD") == (order(section), order(after))


@pytest.mark.parametrize(("before", "expected"), [("A", "CAB"), ("B", "ACB"), ("", "ABC")])
def test_what_is_dragged_stands_before_what_it_was_dropped_on(section, as_eda, before, expected):
    items = {item.title: item for item in make_texts(section, "A", "B", "C")}
    move(as_eda, items["C"], before=items[before].pk if before else "", section=section.pk)
    assert expected == order(section)


def test_item_is_dragged_into_another_section_of_its_lesson_only(course, section, as_eda):
    after = Section.objects.create(lesson=section.lesson, title="After", position=20)
    elsewhere = make_section(course)
    (item,) = make_texts(section, "A")
    assert 404 == move(as_eda, item, section=elsewhere.pk).status_code
    assert 404 == move(as_eda, item, section=make_section(make_course("First aid")).pk).status_code
    move(as_eda, item, section=after.pk)
    assert ("", "A") == (order(section), order(after))


def test_what_it_was_dropped_on_is_gone(section, as_eda):
    first, second, gone = make_texts(section, "A", "B", "C")
    as_eda.post(reverse("remove_item", args=[gone.pk]))
    answer = move(as_eda, first, before=gone.pk)
    assert "This has been changed meanwhile." in texts(answer)
    assert "AB" == order(section)
    move(as_eda, second, to="down")
    assert "AB" == order(section)


def test_lessons_and_sections_move(course, section, as_eda):
    lesson = section.lesson
    other = course.lessons.create(title="Emergencies", position=20)
    answer = as_eda.post(reverse("move_lesson", args=[other.pk]), {"to": "up"}, follow=True)
    assert "“Emergencies” is now 1 of 2." in texts(answer)
    as_eda.post(reverse("move_lesson", args=[other.pk]), {"before": ""})
    assert [lesson, other] == list(course.lessons.all())
    after = lesson.sections.create(title="After", position=20)
    as_eda.post(reverse("move_section", args=[after.pk]), {"before": section.pk})
    assert [after, section] == list(lesson.sections.all())
    as_eda.post(reverse("move_section", args=[after.pk]), {"to": "down"})
    assert [section, after] == list(lesson.sections.all())


def test_moving_costs_the_same_for_many(section, as_eda):
    few = make_texts(section, "A", "B")
    with CaptureQueriesContext(database) as before:
        move_item(item=few[0], section=section, before=None)
    make_texts(section, *"CDEFGHIJKLMNOPQRSTUVWXYZ")
    with CaptureQueriesContext(database) as after:
        move_item(item=few[0], section=section, before=None)
    assert len(before) == len(after)


def test_learner_finds_no_handles(section, as_lena, as_eda):
    (item,) = make_texts(section, "A")
    lesson, handle = f"/lessons/{section.lesson_id}/?edit=1", reverse("move_item", args=[item.pk])
    assert handle in texts(as_eda.get(lesson))
    assert handle not in texts(as_lena.get(lesson))


@pytest.mark.postgresql
def test_two_people_who_move_at_once_lose_nothing(postgresql, section):
    """Forty moves from two sides: every item is still there, each at a place of its own."""
    items = make_texts(section, *"ABCDEF")

    def shuffle(number: int) -> None:
        try:
            moved, other = items[number % 6], items[(number * 5 + 1) % 6]
            move_item(item=moved, section=section, before=other.pk if other != moved else None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as people:
        list(people.map(shuffle, range(40)))
    assert list("ABCDEF") == sorted(order(section))
    assert [10, 20, 30, 40, 50, 60] == list(section.items.values_list("position", flat=True))
