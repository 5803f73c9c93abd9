"""An organizer runs events from Greenroom: makes, moves and cancels them, and helps their people."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.hub.world import World
from tests.journeys.person import Person

from greenroom.hub.courses.models import SectionItem
from greenroom.hub.events.models import Event
from greenroom.hub.users.models import User

pytestmark = pytest.mark.browser

WIDTHS = (320, 768, 1440)


def shoot(person: Person, name: str) -> None:
    """Keep pictures at the three widths people have."""
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        person.shoot(f"{name}-{width}")


def give_dates(page: Page, number: int, start: str, end: str) -> None:
    page.get_by_label("Starts").nth(number).fill(start)
    page.get_by_label("Ends").nth(number).fill(end)


def test_organizer_makes_moves_and_cancels_events(
    world: World, meet: Callable[..., Person], ada: User, item: SectionItem
) -> None:
    admin = meet(ada)
    make_training(admin)
    move_training(admin)
    cancel_training(admin)
    assert "cancelled" == Event.objects.get(product="training").state

    admin.open(f"/events/{item.event_id}/?tab=team")
    invite_panelist(admin)
    register_ben(admin)
    cancel_webinar(admin)
    assert "cancelled" == Event.objects.get(pk=item.event_id).state


def make_training(admin: Person) -> None:
    """Plan a training with two dates, and see it on its way and made."""
    page = admin.page
    admin.open("/events/")
    page.get_by_role("link", name="New event").click()
    shoot(admin, "41-choose-product")
    page.get_by_role("link", name="Training").click()
    page.get_by_label("Title").fill("Forklift theory")
    page.get_by_label("Time zone").select_option("GMT")
    give_dates(page, 0, "2026-03-05T14:00", "2026-03-05T12:00")
    page.get_by_role("button", name="Add another date").click()
    expect(page.get_by_label("Starts").nth(1)).to_be_focused()
    give_dates(page, 1, "2026-03-06T14:00", "2026-03-06T16:00")
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_label("Ends").first).to_have_accessible_description("The end must come after the start.")
    shoot(admin, "42-what-is-wrong")
    give_dates(page, 0, "2026-03-05T14:00", "2026-03-05T16:00")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("This is on its way to GoTo.")).to_be_visible()
    shoot(admin, "43-on-its-way")
    admin.later(seconds=3)
    expect(page.get_by_role("heading", name="Forklift theory")).to_be_visible()
    expect(page.get_by_text("One registration covers all dates.")).to_be_visible()
    shoot(admin, "44-made")


def move_training(admin: Person) -> None:
    page = admin.page
    page.get_by_role("link", name="Change", exact=True).click()
    give_dates(page, 1, "2026-03-09T14:00", "2026-03-09T16:00")
    shoot(admin, "45-change")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is on its way to GoTo.")).to_be_visible()
    admin.later(seconds=3)
    expect(page.get_by_text("GoTo has taken the change.")).to_be_visible()
    expect(page.get_by_text("9 March")).to_be_visible()


def cancel_training(admin: Person) -> None:
    page = admin.page
    page.get_by_role("link", name="Cancel event").click()
    expect(page.get_by_text("Nobody is registered. All dates are cancelled.")).to_be_visible()
    shoot(admin, "46-cancel-training")
    page.get_by_role("button", name="Cancel this event").click()
    admin.later(seconds=3)
    expect(page.get_by_text("GoTo has cancelled it.")).to_be_visible()


def invite_panelist(admin: Person) -> None:
    page = admin.page
    page.get_by_role("link", name="Add somebody").click()
    page.get_by_label("Panelist").check()
    page.get_by_label("Name").fill("Pia Panel")
    page.get_by_label("E-mail address").fill("pia@elsewhere.example")
    shoot(admin, "47-invite")
    page.get_by_role("button", name="Add").click()
    admin.later(seconds=3)
    expect(page.get_by_role("row", name="Pia Panel")).to_contain_text("Panelist")
    shoot(admin, "48-team")


def register_ben(admin: Person) -> None:
    page = admin.page
    page.get_by_role("link", name="People", exact=True).last.click()
    page.get_by_role("link", name="Register somebody").click()
    page.get_by_label("First name").fill("Ben")
    page.get_by_label("Last name").fill("Bell")
    page.get_by_label("E-mail address").fill("ben@example.com")
    page.get_by_label("Organization").fill("Northwind")
    page.get_by_label("Never").check()
    shoot(admin, "49-register-somebody")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("row", name="Ben Bell")).to_contain_text("On its way")
    shoot(admin, "50-on-its-way")
    admin.later(seconds=3)
    expect(page.get_by_role("row", name="Ben Bell")).to_contain_text("Approved")
    shoot(admin, "51-people")


def cancel_webinar(admin: Person) -> None:
    """See who is hit by it, go back once, and have GoTo tell them."""
    page = admin.page
    page.get_by_role("link", name="Cancel event").click()
    expect(page.get_by_text("One person is registered, and loses their place.")).to_be_visible()
    page.get_by_role("link", name="Keep it").click()
    page.get_by_role("link", name="Cancel event").click()
    expect(page.get_by_label("Have GoTo mail everybody who is registered that it is cancelled")).to_be_checked()
    shoot(admin, "52-cancel-webinar")
    page.get_by_role("button", name="Cancel this event").click()
    admin.later(seconds=3)
    expect(page.get_by_text("GoTo has cancelled it.")).to_be_visible()
    shoot(admin, "53-cancelled")
