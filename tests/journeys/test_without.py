"""The main acts without JavaScript, and without a mouse."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.hub.world import World
from tests.journeys.person import Person, work

from greenroom.hub.courses.models import SectionItem
from greenroom.hub.users.models import User

pytestmark = pytest.mark.browser

Meet = Callable[..., Person]


def answer(page: Page) -> None:
    page.get_by_label("Organization").fill("Northwind")
    page.get_by_label("Never").check()
    page.get_by_role("button", name="Register").click()


def test_learner_needs_no_javascript(
    world: World, meet: Meet, cast: dict[str, User], item: SectionItem, webinar: str
) -> None:
    lena = meet(cast["Lena"], java_script_enabled=False)
    page, lesson = lena.page, f"/lessons/{item.section.lesson_id}/"
    lena.open(lesson)
    page.get_by_role("link", name="Register").click()
    answer(page)
    work()
    lena.open(lesson)
    expect(page.get_by_text("Join opens when the organizer starts the webinar")).to_be_visible()
    expect(page.get_by_role("button", name="Join")).to_have_attribute("aria-disabled", "true")
    lena.shoot("31-without-javascript")

    page.get_by_role("link", name="Cancel my registration").click()
    lena.shoot("32-cancel-without-javascript")
    page.get_by_role("button", name="Cancel my registration").click()
    work()
    assert [] == world.registrants_at_goto(webinar)

    lena.open(lesson)
    page.get_by_role("link", name="Register").click()
    answer(page)
    work()
    world.advance(hours=1)
    world.launch(webinar)
    work()
    lena.open(lesson)
    expect(page.get_by_role("link", name="Join")).to_contain_text("1 h left")
    with lena.context.expect_page() as opened:
        page.get_by_role("link", name="Join").click()
    expect(opened.value.get_by_text("You are in, Lena")).to_be_visible()


def test_learner_needs_no_mouse(
    world: World, meet: Meet, cast: dict[str, User], item: SectionItem, webinar: str
) -> None:
    lena = meet(cast["Lena"])
    page, keys = lena.page, lena.page.keyboard
    lena.open(f"/lessons/{item.section.lesson_id}/")
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keys.press("Enter")
    lena.tab_to(page.get_by_role("link", name="Register"))
    keys.press("Enter")

    lena.tab_to(page.get_by_label("Industry"))
    keys.type("Educ")
    lena.tab_to(page.get_by_label("What should we talk about?"))
    keys.type("Wet rungs")
    keys.press("Tab")
    keys.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("2 things need a change")

    lena.tab_to(summary.get_by_role("link", name="Organization"))
    keys.press("Enter")
    expect(page.get_by_label("Organization")).to_be_focused()
    keys.type("Northwind")
    lena.tab_to(page.get_by_label("Never"))
    keys.press("Space")
    lena.tab_to(page.get_by_role("button", name="Register"))
    keys.press("Enter")
    expect(page.get_by_text("Your registration is on its way to GoTo.")).to_be_visible()
    lena.later(seconds=2)

    button = page.get_by_role("button", name="Join")
    lena.tab_to(button)
    world.advance(hours=1)
    world.launch(webinar)
    lena.later(seconds=900)
    link = page.get_by_role("link", name="Join")
    expect(link).to_be_focused()  # the place stays when the page renews what is there
    with lena.context.expect_page() as opened:
        keys.press("Enter")
    expect(opened.value.get_by_text("You are in, Lena")).to_be_visible()


def test_editor_needs_no_mouse(meet: Meet, cast: dict[str, User], item: SectionItem, world: World) -> None:
    world.schedule_webinar("Ropes and rails")
    world.advance(minutes=20)
    work()
    eda = meet(cast["Eda"])
    page, keys = eda.page, eda.page.keyboard
    eda.open(f"/lessons/{item.section.lesson_id}/")
    eda.tab_to(page.get_by_role("link", name="Edit"))
    keys.press("Enter")
    eda.tab_to(page.get_by_role("link", name="Add content"))
    keys.press("Enter")
    eda.tab_to(page.get_by_role("link", name="Webinar"))
    keys.press("Enter")
    eda.tab_to(page.get_by_label("Ladder safety"))
    keys.press("ArrowDown")
    expect(page.get_by_label("Ropes and rails")).to_be_checked()
    eda.tab_to(page.get_by_role("button", name="Add to lesson"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Ropes and rails")).to_be_visible()

    cross = page.locator(".lesson-item").filter(has_text="Ropes and rails").get_by_role("link", name="Remove")
    eda.tab_to(cross)
    keys.press("Enter")
    dialog = page.get_by_role("dialog", name="Remove this from the lesson?")
    expect(dialog).to_be_visible()
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    expect(cross).to_be_focused()
    keys.press("Enter")
    eda.tab_to(dialog.get_by_role("button", name="Remove"))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Ropes and rails")).to_have_count(0)
