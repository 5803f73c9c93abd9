"""An editor puts a lesson in order: with the mouse, and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.factories.courses import make_file
from tests.journeys.person import Person

from greenroom.hub.courses.models import Section, SectionItem
from greenroom.hub.users.models import User

pytestmark = pytest.mark.browser


@pytest.fixture
def items(section: Section) -> list[SectionItem]:
    """A text, a link and a file."""
    link = {"url": "https://example.com/law", "title": "The law", "text": "Paragraph 4."}
    return [
        SectionItem.objects.create(section=section, kind="text", text="Look up.", title="First", position=10),
        SectionItem.objects.create(section=section, kind="link", position=20, **link),
        make_file(section),
    ]


def order(section: Section) -> list[str]:
    return list(section.items.values_list("kind", flat=True))


def test_item_is_dragged_by_its_handle(
    meet: Callable[..., Person], section: Section, items: list[SectionItem], cast: dict[str, User]
) -> None:
    eda = meet(cast["Eda"])
    eda.open(f"/lessons/{section.lesson_id}/?edit=1")
    page = eda.page
    movable = page.locator("[data-movable=item]")
    target = movable.nth(0)
    movable.nth(2).locator(".move-handle").drag_to(target, target_position={"x": 40, "y": 4})
    page.get_by_text("“Ladders.pdf” is now 1 of 3.").wait_for()
    assert ["file", "text", "link"] == order(section)


def test_item_is_moved_without_a_script(
    meet: Callable[..., Person], section: Section, items: list[SectionItem], cast: dict[str, User]
) -> None:
    eda = meet(cast["Eda"], java_script_enabled=False)
    eda.open(f"/lessons/{section.lesson_id}/?edit=1")
    page = eda.page
    page.get_by_role("button", name="Move down: First").press("Enter")
    page.get_by_text("“First” is now 2 of 3.").wait_for()
    assert ["link", "text", "file"] == order(section)
    assert not page.locator(".move-handle").first.is_visible()


def test_item_is_moved_with_the_keyboard_alone(
    meet: Callable[..., Person], section: Section, items: list[SectionItem], cast: dict[str, User]
) -> None:
    eda = meet(cast["Eda"])
    eda.open(f"/lessons/{section.lesson_id}/?edit=1")
    button = eda.page.get_by_role("button", name="Move down: First")
    eda.tab_to(button)
    for place, expected in ((2, ["link", "text", "file"]), (3, ["link", "file", "text"])):
        eda.page.keyboard.press("Enter")
        eda.page.get_by_text(f"“First” is now {place} of 3.").wait_for()
        assert expected == order(section)
        # Who cannot see it is told as well: the same button again, and what it did.
        expect(button).to_be_focused()
        expect(button).to_have_accessible_description(f"Done “First” is now {place} of 3.")
        expect(button).to_be_in_viewport()
    eda.page.reload()
    assert expected == order(section)


def test_item_is_dragged_into_a_section_that_is_empty(
    meet: Callable[..., Person], section: Section, items: list[SectionItem], cast: dict[str, User]
) -> None:
    empty = Section.objects.create(lesson=section.lesson, title="After", position=20)
    eda = meet(cast["Eda"])
    eda.open(f"/lessons/{section.lesson_id}/?edit=1")
    page = eda.page
    page.locator("[data-movable=item] .move-handle").nth(1).drag_to(page.get_by_role("heading", name="After"))
    page.get_by_text("“The law” is now 1 of 1.").wait_for()
    assert (["text", "file"], ["link"]) == (order(section), order(empty))
