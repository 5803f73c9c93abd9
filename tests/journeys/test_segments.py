"""Marketing finds its people: a segment is put together with a script and without, and says why somebody is in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from tests.hub.world import World
from tests.journeys.person import Person, work

from greenroom.hub.contacts.models import Contact
from greenroom.hub.users.models import User

pytestmark = pytest.mark.browser

Meet = Callable[..., Person]


@pytest.fixture
def attended(world: World, connected: None) -> None:
    """Let Lena and Nils be in a webinar for 50 minutes and for five."""
    key = world.schedule_webinar(
        "Ladder safety",
        starts_in=-timedelta(minutes=90),
        registrants=[{"email": f"{name}@example.com"} for name in ("lena", "nils")],
    )
    world.write_attendance(key, {"lena@example.com": [(0, 50)], "nils@example.com": [(50, 55)]})
    world.advance(minutes=16)
    work()
    work()


@pytest.mark.parametrize("has_script", [True, False])
def test_marketer_finds_who_attended(world: World, meet: Meet, ada: User, attended: None, has_script: bool) -> None:
    person = meet(ada, java_script_enabled=has_script)
    page = person.page
    person.open("/segments/")
    page.get_by_role("link", name="Make a segment").click()
    page.get_by_label("Name").fill("Stayed")
    page.get_by_role("button", name="Event", exact=True).click()
    rule = page.get_by_role("group", name="Attended")
    rule.get_by_label("Minutes at least").fill("30")
    rule.get_by_label("Search events").fill("ladder")
    if not has_script:
        rule.get_by_role("button", name="Update").click()
    rule.get_by_label("Ladder safety").check()
    found = page.get_by_label("Whom these rules find")
    if not has_script:
        found.get_by_role("button", name="Count again").click()
    expect(found.get_by_text("1 contact", exact=True)).to_be_visible()
    expect(found.get_by_text("lena@example.com").first).to_be_visible()

    if has_script:
        person.hold_time()
    page.get_by_role("button", name="Contact field").click()
    expect(page.get_by_label("Value")).to_be_visible()
    page.get_by_label("How").select_option("is empty")
    if not has_script:
        page.get_by_role("button", name="Count again").last.click()
    expect(page.get_by_label("Value")).to_have_count(0)
    if has_script:
        person.go_on()
    expect(rule.get_by_label("Minutes at least")).to_have_value("30")
    expect(page.get_by_role("group", name="Attended at least 30 minutes of “Ladder safety”")).to_be_visible()
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        person.shoot(f"60-segment-editor-{has_script}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Stayed")).to_be_visible()
    work()
    lena = Contact.objects.get(email="lena@example.com")
    page.reload()
    expect(page.get_by_text("lena@example.com").first).to_be_visible()
    expect(page.get_by_text("nils@example.com")).to_have_count(0)
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        person.shoot(f"61-segment-{has_script}-{width}")
    page.get_by_role("link", name="Why is this person in?").click()
    expect(page.get_by_text("The rules find this person.")).to_be_visible()
    person.shoot(f"62-why-{has_script}")
    page.get_by_role("button", name="Take out").click()
    expect(page.get_by_text("Not in the segment")).to_be_visible()
    person.open(f"/contacts/{lena.pk}/")
    expect(page.get_by_role("link", name="Stayed")).to_have_count(0)
