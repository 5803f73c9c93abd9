"""Marketing writes to a segment, and the button in the inbox opens the session of the person it was sent to."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.hub.world import World
from tests.journeys.person import Person, work

from greenroom.hub.users.models import User

pytestmark = pytest.mark.browser

Meet = Callable[..., Person]


@pytest.mark.parametrize("has_script", [True, False])
def test_join_button_in_an_e_mail_opens_the_right_session(
    world: World, meet: Meet, mara: User, connected: None, mailbox: None, settings, has_script: bool
) -> None:
    people = [{"email": f"{name}@example.com", "firstName": name.title()} for name in ("lena", "nils")]
    world.schedule_webinar("Ladder safety", registrants=people)
    work()
    work()
    person = meet(mara, java_script_enabled=has_script)
    page = person.page
    person.open("/segments/new/")
    page.get_by_label("Name").fill("Coming")
    page.get_by_role("button", name="Event", exact=True).click()
    page.get_by_label("What").select_option("Registered for")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Coming")).to_be_visible()
    work()

    person.open("/emails/")
    page.get_by_role("link", name="Write an e-mail").click()
    page.get_by_label("Name", exact=True).fill("Invitation")
    page.get_by_label(re.compile("^For")).select_option("Coming")
    page.get_by_label("Subject").fill("{webinar_title} is near")
    page.get_by_label("Text", exact=True).fill("Dear {first_name},\n\n{webinar_button}")
    page.get_by_label("Preview for").fill("nils")
    if not has_script:
        page.get_by_role("button", name="Show preview").click()
    expect(page.frame_locator("iframe").get_by_text("Dear Nils,")).to_be_visible()
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        person.shoot(f"70-email-editor-{has_script}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Invitation")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    if has_script:
        page.get_by_role("dialog").get_by_role("button", name="Send").click()
    work()
    if has_script:
        person.context.clock.fast_forward(3_000)
    else:
        page.reload()
    expect(page.locator("#page-header").get_by_text("Sent", exact=True)).to_be_visible()
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        person.shoot(f"71-email-report-{has_script}-{width}")

    reader = meet(None)
    inbox = reader.page
    inbox.goto(f"{settings.GOTO_API_URL}/mail")
    inbox.get_by_role("link", name="Ladder safety is near").first.click()
    name = "Nils" if inbox.get_by_text("nils@example.com").count() else "Lena"
    person.shoot(f"72-inbox-{has_script}", inbox)
    button = inbox.frame_locator("iframe").get_by_role("link", name="Join webinar")
    expect(button).to_have_class(re.compile("greenroom-start-button"))
    with inbox.context.expect_page() as opened:
        button.click()
    expect(opened.value.get_by_text(re.compile(name)).first).to_be_visible()
    assert opened.value.url.startswith(settings.GOTO_API_URL)
    for one in (person, reader):
        # Frames with mails run nothing, not even what stops the browser's clock, and fetch no picture that counts.
        one.complaints = [text for text in one.complaints if "allow-scripts" not in text and "opened.gif" not in text]
