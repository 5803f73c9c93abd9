"""The whole way through a browser: connect, choose, register, join, complete, remove."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.hub.world import World
from tests.journeys.person import Person

from greenroom.hub.courses.models import Section
from greenroom.hub.users.models import User

pytestmark = pytest.mark.browser

WEBINAR = "Ladder safety"
TRAINING = "Forklift theory"
FIRST_CHOICE = "Never"


@pytest.fixture
def training(world: World) -> str:
    """Plan a training for tomorrow."""
    return world.schedule_training(TRAINING, starts_in=timedelta(days=1))


def test_from_connecting_an_account_to_a_completed_item(
    world: World,
    meet: Callable[..., Person],
    ada: User,
    cast: dict[str, User],
    section: Section,
    webinar: str,
    training: str,
) -> None:
    connect_account(meet(ada), webinar)

    editor = meet(cast["Eda"])
    add_webinar(editor, section)
    add_training_by_link(editor, training)

    lena, nils = meet(cast["Lena"]), meet(cast["Nils"])
    register_at_second_try(lena, section)
    see_join_closed(lena)
    register(nils, section)
    people = world.registrants_at_goto(webinar)
    assert {"lena@example.com", "nils@example.com"} == {one["email"] for one in people}

    world.advance(hours=1)
    instructor = meet(cast["Ivan"])
    host = launch(instructor, section)
    expect(host.get_by_text("Nobody has come in yet")).to_be_visible()
    join(lena)
    host.reload()
    expect(host.get_by_text("Lena Example")).to_be_visible()
    instructor.shoot("15-host-page", host)

    world.advance(minutes=50)
    host.get_by_role("button", name="End webinar").click()
    expect(host.get_by_role("button", name="Launch webinar")).to_be_visible()
    see_completion(lena, nils, world)
    see_attendance(instructor, section)

    lena.page.close()
    nils.page.close()
    remove(editor, section)
    assert 2 == len(world.registrants_at_goto(webinar))


# Admin


def connect_account(admin: Person, webinar: str) -> None:
    """Sign in to GoTo, allow access, and see the account's name and its events."""
    page = admin.page
    expect(page.get_by_role("heading", name="Three steps to your first live lesson")).to_be_visible()
    admin.shoot("01-first-run")
    page.get_by_role("link", name="Accounts").click()
    admin.shoot("02-no-account")
    page.get_by_role("button", name="Connect GoTo").click()
    sign_in_to_goto(page)
    expect(page.get_by_text("You are signed in as Olga Ortiz")).to_be_visible()
    admin.shoot("03-consent")
    page.get_by_role("button", name="Allow access").click()

    expect(page.get_by_role("heading", name="Olga Ortiz")).to_be_visible()
    expect(page.get_by_role("button", name="Connect GoTo", exact=True)).to_have_count(0)
    admin.shoot("04-connected")

    page.get_by_role("link", name="Sync").click()
    page.get_by_role("button", name="Read everything again").click()
    page.get_by_role("row", name="Webinars").get_by_role("link").click()
    expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    admin.later(seconds=1)
    expect(page.get_by_text("Done", exact=True)).to_be_visible()
    expect(page.get_by_role("progressbar", name="Events read")).to_have_text("1 of 1")
    admin.shoot("05-sync-run")

    page.get_by_role("link", name="Events").click()
    expect(page.get_by_role("link", name=TRAINING)).to_be_visible()
    admin.shoot("06-events")
    page.get_by_role("link", name=WEBINAR).click()
    expect(page.get_by_text(webinar)).to_be_visible()


def sign_in_to_goto(page: Page) -> None:
    page.get_by_label("E-mail address").fill("olga@northwind.example")
    page.get_by_label("Password").fill("sandbox")
    page.get_by_role("button", name="Sign in").click()


# Editor


def add_webinar(editor: Person, section: Section) -> None:
    """Open the lesson, edit it, and choose the webinar from the account."""
    page = editor.page
    editor.open(f"/courses/{section.lesson.course.slug}/")
    page.get_by_role("link", name=section.lesson.title).click()
    page.get_by_role("link", name="Edit").click()
    editor.shoot("07-edit-empty-lesson")
    page.get_by_role("link", name="Add content").click()
    page.get_by_role("link", name="Webinar").click()
    page.get_by_label(WEBINAR).check()
    editor.shoot("08-choose-webinar")
    page.get_by_role("button", name="Add to lesson").click()
    expect(page.get_by_text(f"“{WEBINAR}” is in this lesson.")).to_be_visible()
    editor.later(seconds=1)  # meanwhile GoTo is asked what the organizer wants to know of those who register


def add_training_by_link(editor: Person, training: str) -> None:
    """Paste the registration link of the training."""
    page = editor.page
    page.get_by_role("link", name="Add content").click()
    page.get_by_role("link", name="Training").click()
    page.get_by_role("link", name="Paste a link").click()
    page.get_by_label("Link, event key or nine-digit number").fill(f"https://attendee.gototraining.com/r/{training}")
    page.get_by_role("button", name="Find it").click()
    expect(page.get_by_label(TRAINING)).to_be_checked()
    editor.shoot("09-paste-link")
    page.get_by_role("button", name="Add to lesson").click()
    expect(page.get_by_role("heading", name=TRAINING)).to_be_visible()
    editor.shoot("10-edit-mode")
    page.get_by_role("link", name="Done editing").click()


def remove(editor: Person, section: Section) -> None:
    """Take the webinar out of the lesson again."""
    page = editor.page
    editor.open(f"/lessons/{section.lesson_id}/?edit=1")
    card = page.locator(".lesson-item").filter(has_text=WEBINAR)
    card.get_by_role("link", name="Remove from this lesson").click()
    dialog = page.get_by_role("dialog", name="Remove this from the lesson?")
    expect(dialog).to_contain_text("stays at GoTo as it is, with everybody who registered")
    editor.shoot("21-remove")
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("It stays at GoTo as it was.")).to_be_visible()
    expect(page.get_by_role("heading", name=WEBINAR)).to_have_count(0)
    expect(page.get_by_role("heading", name=TRAINING)).to_be_visible()
    editor.shoot("22-removed")


# Learners


def open_form(learner: Person, section: Section) -> None:
    learner.open(f"/lessons/{section.lesson_id}/")
    learner.page.get_by_role("link", name=f"Register for {WEBINAR}").click()
    expect(learner.page.get_by_role("heading", name=WEBINAR)).to_be_visible()


def fill_form(page: Page) -> None:
    page.get_by_label("Organization").fill("Northwind")
    page.get_by_label("Industry").select_option("Education")
    page.get_by_label(FIRST_CHOICE).check()
    page.get_by_label("What should we talk about?").fill("Wet rungs")


def register_at_second_try(learner: Person, section: Section) -> None:
    """Forget what is required, see what is wrong beside it, and mend it."""
    page = learner.page
    open_form(learner, section)
    labels = ["First name", "Last name", "E-mail address", "Organization", "Industry", "What should we talk about?"]
    for label in labels:
        expect(page.get_by_label(label)).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Lena")
    fill_form(page)
    page.get_by_label("Organization").fill("")
    page.get_by_role("button", name="Register").click()

    field = page.get_by_label("Organization")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("This field is required.")
    expect(page.get_by_label(FIRST_CHOICE)).to_be_checked()
    learner.shoot("11-what-is-wrong")
    field.fill("Northwind")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("Your registration is on its way to GoTo.")).to_be_visible()
    learner.later(seconds=2)


def register(learner: Person, section: Section) -> None:
    open_form(learner, section)
    fill_form(learner.page)
    learner.page.get_by_role("button", name="Register").click()
    learner.later(seconds=2)
    expect(learner.page.get_by_text("Registered", exact=True)).to_be_visible()


def see_join_closed(learner: Person) -> None:
    button = learner.page.get_by_role("button", name="Join")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_have_accessible_description("Join opens when the organizer starts the webinar")
    expect(learner.page.get_by_text("Registered", exact=True)).to_be_visible()
    learner.shoot("12-join-closed")


def join(learner: Person) -> None:
    """See Join open by itself, with the time left on it, and go in."""
    page = learner.page
    learner.later(seconds=900)
    link = page.get_by_role("link", name=f"Join {WEBINAR}")
    expect(link).to_contain_text("left")
    expect(page.get_by_text("Live now")).to_be_visible()
    learner.shoot("13-join-open")
    with learner.context.expect_page() as opened:
        link.click()
    room = opened.value
    expect(room.get_by_text("You are in, Lena")).to_be_visible()
    learner.shoot("14-room", room)
    room.close()


def see_completion(lena: Person, nils: Person, world: World) -> None:
    """The item is completed for who was there, and open for who was not."""
    lena.later()
    expect(lena.page.get_by_text("Completed", exact=True)).to_be_visible()
    expect(lena.page.get_by_text("You attended 50 minutes, 100 % of the session.")).to_be_visible()
    lena.shoot("16-completed")
    nils.later(seconds=900)
    expect(nils.page.get_by_text("Attendance follows")).to_be_visible()
    nils.shoot("17-attendance-follows")
    world.advance(days=3)
    nils.later(seconds=900)
    expect(nils.page.get_by_text("Absent", exact=True)).to_be_visible()
    nils.shoot("18-absent")
    lena.page.get_by_role("link", name="Courses").first.click()
    expect(lena.page.get_by_role("progressbar")).to_have_text("1 of 2 required items done")


# Instructor and organizer


def launch(instructor: Person, section: Section) -> Page:
    """Go to GoTo's host page from the event, sign in there as its organizer, and start."""
    page = instructor.page
    instructor.open(f"/lessons/{section.lesson_id}/")
    page.locator(".lesson-item").filter(has_text=WEBINAR).get_by_role("link", name="Event page").click()
    with instructor.context.expect_page() as opened:
        page.get_by_role("link", name="Start in GoTo").click()
    host = opened.value
    sign_in_to_goto(host)
    host.get_by_role("button", name="Launch webinar").click()
    return host


def see_attendance(instructor: Person, section: Section) -> None:
    """See who came, on the event and on the roster."""
    page = instructor.page
    page.reload()
    instructor.shoot("19-event-page")
    page.get_by_role("link", name="Attendance").click()
    expect(page.get_by_role("row", name="Lena Example")).to_contain_text("50 min")
    instructor.open(f"/lessons/{section.lesson_id}/")
    links = page.locator(".lesson-item").filter(has_text=WEBINAR)
    links.get_by_role("link", name="Who registered and attended").click()
    expect(page.get_by_role("row", name="Lena Example")).to_contain_text("Completed")
    expect(page.get_by_role("row", name="Nils Example")).not_to_contain_text("Completed")
    instructor.shoot("20-roster")
