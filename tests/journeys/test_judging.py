"""The instructor's way: who was there, marking people, saying when the course is completed, and the certificate."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.hub.world import World
from tests.journeys.person import Person, work

from greenroom.hub.courses.models import SectionItem
from greenroom.hub.events.models import Event
from greenroom.hub.users.models import User

pytestmark = pytest.mark.browser


@pytest.fixture
def past(world: World, connected: None, section, cast: dict[str, User], ada: User) -> SectionItem:
    """A webinar in the course that is over: Lena was there, and Nils was not."""
    key = world.schedule_webinar(
        "Ladder safety",
        starts_in=-timedelta(minutes=90),
        registrants=[{"email": f"{name}@example.com"} for name in ("lena", "nils")],
    )
    world.write_attendance(key, {"lena@example.com": [(0, 60)]})
    work()
    item = SectionItem.objects.create(
        section=section, kind="live_event", event=Event.objects.get(event_key=key), position=10
    )
    world.advance(minutes=16)
    work()
    world.advance(hours=80)  # GoTo has said its last word
    work()
    return item


@pytest.mark.parametrize("has_scripts", [True, False])
def test_instructor_judges_and_learner_gets_a_certificate(
    past: SectionItem, meet: Callable[..., Person], cast: dict[str, User], has_scripts: bool
) -> None:
    ivan = meet(cast["Ivan"], java_script_enabled=has_scripts)
    course = f"/courses/{past.section.lesson.course.slug}/"
    ivan.open(course)
    ivan.page.get_by_role("link", name="Completion").click()
    ivan.page.get_by_label("Give a certificate").check()
    ivan.page.get_by_role("button", name="Save").click()
    ivan.open(f"/items/{past.pk}/roster/")
    expect(ivan.page.get_by_role("row", name="Lena")).to_contain_text("Completed")
    expect(ivan.page.get_by_role("row", name="Nils")).to_contain_text("Absent")
    ivan.page.get_by_label("Choose Nils").check()
    ivan.page.get_by_label("Mark as").select_option("completed")
    ivan.page.get_by_label("Reason").fill("Dialled in by phone")
    ivan.page.get_by_role("button", name="Mark", exact=True).click()
    expect(ivan.page.get_by_role("row", name="Nils")).to_contain_text("marked by Ivan Example: Dialled in by phone")
    ivan.open(course)
    ivan.page.get_by_role("link", name="Results").click()
    expect(ivan.page.get_by_role("row", name="Nils")).to_contain_text("Completed")

    nils = meet(cast["Nils"], java_script_enabled=has_scripts)
    nils.open(course)
    expect(nils.page.get_by_text("You have completed this course")).to_be_visible()
    nils.page.get_by_role("link", name="Your certificate").click()
    expect(nils.page.get_by_role("heading", name="Nils Example")).to_be_visible()
    expect(nils.page.get_by_text("Valid")).to_be_visible()
    certificate = nils.page.url

    ivan.open(f"/items/{past.pk}/roster/")
    ivan.page.get_by_label("Choose Nils").check()
    ivan.page.get_by_label("Mark as").select_option("absent")
    ivan.page.get_by_label("Reason").fill("That was somebody else")
    ivan.page.get_by_role("button", name="Mark", exact=True).click()
    nils.page.goto(certificate)
    expect(nils.page.get_by_text("is no longer valid")).to_be_visible()


def test_instructor_needs_no_javascript_to_excuse_bring_a_list_and_take_results_away(
    past: SectionItem, meet: Callable[..., Person], cast: dict[str, User]
) -> None:
    ivan = meet(cast["Ivan"], java_script_enabled=False)
    page, course = ivan.page, f"/courses/{past.section.lesson.course.slug}/"
    ivan.open(f"/items/{past.pk}/roster/")
    page.get_by_label("Choose Nils").check()
    page.get_by_label("Mark as").select_option("excused")
    page.get_by_role("button", name="Mark", exact=True).click()
    expect(page.get_by_role("row", name="Nils")).to_contain_text("Absent")
    expect(page.get_by_label("Choose Nils")).to_be_checked()
    page.get_by_label("Reason").fill("Was ill")
    page.get_by_role("button", name="Mark", exact=True).click()
    page.get_by_role("link", name="Nils Example").click()
    expect(page.get_by_role("table", name="History")).to_contain_text("Ivan Example: Was ill")

    ivan.open(f"/items/{past.pk}/roster/")
    page.get_by_role("link", name="Mark from a list").click()
    page.get_by_label("Paste a list").fill(
        "email,status,reason\nnils@example.com,completed,Made up for it\nnobody@example.com,completed,Seen"
    )
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_text("Nothing has been changed yet")).to_be_visible()
    expect(page.get_by_role("row", name="nobody@example.com")).to_contain_text("Nobody with this address learns")
    page.get_by_role("button", name="Do this").click()
    expect(page.get_by_role("row", name="Nils")).to_contain_text("Made up for it")

    ivan.open(f"{course}results/")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    table = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "Made up for it" in table
    assert "https://" not in table
