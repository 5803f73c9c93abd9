"""From an open course to the news that its event was moved: with a script, and without one."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect
from tests.factories.users import make_user
from tests.hub.world import World
from tests.journeys.person import Person, work

from greenroom.hub.courses.models import SectionItem
from greenroom.hub.users.models import User

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no-script"])
def test_somebody_takes_part_is_registered_with_all_and_told_of_the_change(
    world: World,
    meet: Callable[..., Person],
    cast: dict[str, User],
    item: SectionItem,
    webinar: str,
    *,
    has_script: bool,
) -> None:
    course = item.section.lesson.course
    ivan, otto = (
        meet(cast["Ivan"], java_script_enabled=has_script),
        meet(make_user("Otto"), java_script_enabled=has_script),
    )
    bring_a_list(ivan, course.slug)
    open_the_course(ivan)

    page = otto.page
    page.get_by_role("link", name="Courses").click()
    page.get_by_role("link", name=course.title).click()
    page.get_by_role("button", name="Take part").click()
    expect(page.get_by_text(f"You take part in {course}.")).to_be_visible()

    register_all(ivan, item)
    people = {one["email"] for one in world.registrants_at_goto(webinar)}
    assert {"lena@example.com", "nils@example.com", "otto@example.com", "nora@example.com"} == people

    starts = world.now + timedelta(days=1)
    times = [{"startTime": goto_time(starts), "endTime": goto_time(starts + timedelta(hours=1))}]
    world.ask_goto(f"webinars/{webinar}", "PUT", subject="Ladder safety", times=times)
    world.advance(minutes=20)
    work()
    otto.open("/")
    expect(page.get_by_role("heading", name="News of your events")).to_be_visible()
    expect(page.get_by_text("Now planned for Tuesday 3 March 2026, 10:00")).to_be_visible()
    otto.shoot(f"41-news-{'script' if has_script else 'no-script'}")
    page.get_by_role("button", name="Put all away").click()
    expect(page.get_by_role("heading", name="News of your events")).to_have_count(0)


def goto_time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def bring_a_list(ivan: Person, slug: str) -> None:
    make_user("Nora")
    page = ivan.page
    ivan.open(f"/courses/{slug}/people/")
    page.get_by_role("link", name="Take in from a list").click()
    page.get_by_label("Paste a list").fill("email,role\nnora@example.com,learner\nnobody@example.com,learner")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_text("Nothing has been changed yet")).to_be_visible()
    expect(page.get_by_role("row", name="nobody@example.com")).to_contain_text("Passed over")
    page.get_by_role("button", name="Do this").click()
    expect(page.get_by_text("1 person has their role now.")).to_be_visible()


def open_the_course(ivan: Person) -> None:
    page = ivan.page
    page.get_by_role("link", name="Who may take part").click()
    page.get_by_label("Open", exact=True).check()
    page.get_by_label("Learners at most").fill("4")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="People", exact=True)).to_be_visible()


def register_all(ivan: Person, item: SectionItem) -> None:
    page = ivan.page
    ivan.open(f"/items/{item.pk}/roster/")
    page.get_by_role("link", name="Register everybody").click()
    page.get_by_label("Organization").fill("Northwind")
    page.get_by_label("Weekly").check()
    page.get_by_role("button", name="Register all learners").click()
    expect(page.get_by_text("This course is registered as a whole")).to_be_visible()
    work()
    page.reload()
    expect(page.locator(".progress-text")).to_have_text("4 of 4 learners are registered")
