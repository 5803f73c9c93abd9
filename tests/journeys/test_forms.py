"""Example 1 of the seed: a visitor chooses an event in a form, and is registered for it at GoTo."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect
from tests.hub.world import World
from tests.journeys.conftest import address_of, served
from tests.journeys.person import Person, work
from werkzeug.serving import BaseWSGIServer
from werkzeug.wrappers import Response

from greenroom.hub.users.models import User
from greenroom.hub.webforms.models import WebForm

pytestmark = pytest.mark.browser

Meet = Callable[..., Person]


@pytest.mark.parametrize("has_script", [True, False])
def test_visitor_chooses_an_event_and_is_registered(
    world: World, meet: Meet, ada: User, connected: None, has_script: bool
) -> None:
    ladders, ropes = world.schedule_webinar("Ladder safety"), world.schedule_webinar("Ropes and rails")
    work()
    form = _make_form(meet(ada, java_script_enabled=has_script))

    visitor = meet(java_script_enabled=has_script)
    page = visitor.page
    visitor.open(f"/f/{form.public_id}/")
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        visitor.shoot(f"70-form-{has_script}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("First name").fill("Lena")
    page.get_by_label("Last name").fill("Fischer")
    page.get_by_label("E-mail address").fill("lena@")
    page.get_by_label("Ropes and rails").check()
    world.advance(minutes=1)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Enter a valid email address.").first).to_be_visible()
    expect(page.get_by_label("Ropes and rails")).to_be_checked()
    page.get_by_label("E-mail address").fill("lena@example.com")
    world.advance(minutes=1)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("We are registering you.")).to_be_visible()
    visitor.shoot(f"71-sent-{has_script}")
    work()
    if has_script:
        visitor.later()
    else:
        page.reload()
    expect(page.get_by_text("You are registered. GoTo mails you the confirmation.")).to_be_visible()
    assert ["lena@example.com"] == [one["email"] for one in world.registrants_at_goto(ropes)]
    assert [] == world.registrants_at_goto(ladders)


def _make_form(marketer: Person) -> WebForm:
    page = marketer.page
    marketer.open("/forms/")
    page.get_by_role("link", name="Make a form").first.click()
    page.get_by_role("textbox", name="Name").fill("Safety week")
    page.get_by_role("button", name="Make it").click()
    page.get_by_text("Add an action", exact=True).click()
    page.get_by_role("link", name="Register for an event").click()
    expect(page.get_by_label("The visitor's choice in “Which webinar?”")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        marketer.shoot(f"72-builder-{width}")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Its own page")).to_be_visible()
    marketer.shoot("73-share")
    return WebForm.objects.get()


@pytest.fixture
def elsewhere() -> Iterator[BaseWSGIServer]:
    """Serve the site of somebody else."""
    with served() as server:
        yield server


def test_form_inside_a_page_of_somebody_else_is_as_high_as_it_is(
    world: World, meet: Meet, ada: User, connected: None, hub_url: str, elsewhere: BaseWSGIServer
) -> None:
    world.schedule_webinar("Ladder safety")
    work()
    form = _make_form(meet(ada))
    person = meet()
    page = person.page
    source = f'src="{hub_url}/static/web/embed.js" data-form="{form.public_id}" data-title="Register"'
    elsewhere.app = Response(f"<title>Mine</title><h1>Mine</h1><script {source}></script>", content_type="text/html")
    page.goto(address_of(elsewhere))
    frame = page.frame_locator("iframe[title=Register]")
    expect(frame.get_by_role("heading", name="Safety week")).to_be_visible()
    inside = frame.locator("html").evaluate("root => root.offsetHeight")
    expect(page.locator("iframe")).to_have_css("height", f"{inside}px")
    frame.get_by_label("First name").fill("Lena")
    frame.get_by_label("Last name").fill("Fischer")
    frame.get_by_label("E-mail address").fill("lena@example.com")
    frame.get_by_label("Ladder safety").check()
    world.advance(minutes=1)
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_text("We are registering you.")).to_be_visible()
    person.shoot("74-embedded")
