"""A campaign sends whoever is registered the link into the session, drawn by a marketer with and without a script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.factories.campaigns import make_segment
from tests.hub.world import World
from tests.journeys.person import Person, work

from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.services import make_contact
from greenroom.hub.mailing.services import save_email
from greenroom.hub.users.models import User

pytestmark = pytest.mark.browser

Meet = Callable[..., Person]


@pytest.mark.parametrize("has_script", [True, False])
def test_campaign_sends_the_link_to_registered_contacts(
    world: World, meet: Meet, mara: User, connected: None, mailbox: None, settings, has_script: bool
) -> None:
    key = world.schedule_webinar(
        "Preliminary Meeting", registrants=[{"email": "lena@example.com", "firstName": "Lena"}]
    )
    work()
    work()
    make_contact(source="hand", email="nils@example.com", first_name="Nils")
    make_segment("Everybody", Contact.objects.all())
    save_email(
        name="The link",
        actor=mara,
        subject="Your way in",
        body=f"Dear {{first_name}},\n\n{{webinar_button event={key}}}",
    )
    person = meet(mara, java_script_enabled=has_script)
    page = person.page

    person.open("/campaigns/")
    page.get_by_role("link", name="Make a campaign", exact=True).click()
    page.get_by_label("Name").fill("Preliminary Meeting")
    page.get_by_label("Everybody").check()
    page.get_by_role("button", name="Go on to the steps").click()
    page.get_by_role("link", name="Add a step").click()
    page.get_by_role("link", name="Is registered for an event").click()
    page.get_by_label("Event").select_option(index=1)
    page.get_by_role("button", name="Add the step").click()
    page.get_by_role("link", name=re.compile("Add a step here.*if so")).click()
    page.get_by_role("link", name="Send an e-mail").click()
    page.get_by_label("E-mail", exact=True).select_option("The link")
    page.get_by_role("button", name="Add the step").click()
    expect(page.get_by_text("Send the e-mail “The link”")).to_be_visible()
    _shoot(person, f"80-campaign-draft-{has_script}")

    page.get_by_role("link", name="Dry run").click()
    page.get_by_role("link", name=re.compile("Nils")).click()
    expect(page.get_by_text("No, it is not so now.")).to_be_visible()
    page.go_back()
    page.go_back()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 runs.")).to_be_visible()
    work()
    page.reload()
    expect(page.get_by_role("link", name="2", exact=True)).to_be_visible()
    expect(page.get_by_text("If so · 1").first).to_be_visible()
    person.tab_to(page.get_by_role("link", name=re.compile("Step 1, condition.*2 done")))
    _shoot(person, f"81-campaign-{has_script}")

    inbox = meet(None)
    inbox.page.goto(f"{settings.GOTO_API_URL}/mail")
    expect(inbox.page.get_by_role("link", name="Your way in")).to_have_count(1)
    inbox.page.get_by_role("link", name="Your way in").click()
    button = inbox.page.frame_locator("iframe").get_by_role("link", name="Join webinar")
    with inbox.page.context.expect_page() as opened:
        button.click()
    expect(opened.value.get_by_text(re.compile("Lena")).first).to_be_visible()
    inbox.complaints = [one for one in inbox.complaints if "allow-scripts" not in one and "opened.gif" not in one]


def _shoot(person: Person, name: str) -> None:
    for width in (320, 1440):
        person.page.set_viewport_size({"width": width, "height": 900})
        person.shoot(f"{name}-{width}")
        assert person.page.evaluate("document.documentElement.scrollWidth") <= width
