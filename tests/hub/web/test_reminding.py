"""Learners who are not registered are reminded from the roster, once for each press."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from tests.factories.courses import make_enrollment
from tests.factories.users import make_user

from greenroom.hub.courses.models import NoticeChoice
from greenroom.hub.events.services import cancel_registration


@pytest.fixture
def audience(course, item, sign_up, lena, asa):
    """Lena is registered; Ben, Nora and Paul learn and are not; Asa assists."""
    sign_up(item.event, lena)
    make_enrollment(course, asa, "assistant")
    return [make_enrollment(course, make_user(name)).user for name in ("Ben", "Nora", "Paul")]


@pytest.fixture
def press(as_ivan, item, run_jobs):
    """Open the page and return its number; with it the button is pressed."""
    address = reverse("remind_unregistered", args=[item.pk])

    def do(number: str | None = None):
        if number is None:
            return as_ivan.get(address)
        answer = as_ivan.post(address, {"press": number})
        run_jobs()
        return answer

    return do


def number_on(page) -> str:
    (number,) = re.findall(r'name="press" value="([^"]+)"', page.content.decode())
    return number


def reminded() -> list[str]:
    return sorted(one.to[0].split("@")[0] for one in mail.outbox if one.subject.startswith("Not registered yet"))


def test_each_press_reminds_once_and_never_who_registered_meanwhile(audience, item, press, sign_up):
    page = press()
    assert "<strong>3 learners</strong> are not registered" in page.content.decode()
    sign_up(item.event, audience[0])
    press(number_on(page))
    press(number_on(page))
    assert ["nora", "paul"] == reminded()
    press(number_on(press()))
    assert ["nora", "nora", "paul", "paul"] == reminded()


def test_mail_says_when_it_is_and_where_to_register(audience, item, press):
    press(number_on(press()))
    body = next(one.body for one in mail.outbox if one.subject == f"Not registered yet: {item.event.title}")
    assert "Monday 2 March 2026, 11:00 to 12:00 (Europe/Berlin)" in body
    assert f"/lessons/{item.section.lesson_id}/#item-{item.pk}" in body
    assert item.event.event_key not in body


def test_who_stepped_back_or_wants_no_mail_is_left_alone(world, audience, item, press, sign_up, run_jobs):
    ben, nora, _ = audience
    sign_up(item.event, ben)
    cancel_registration(event=item.event, user=ben)
    run_jobs()
    NoticeChoice.objects.create(user=nora, by_mail=False)
    press(number_on(press()))
    assert ["paul"] == reminded()


@pytest.mark.parametrize("why", ["draft", "closed", "over"])
def test_nobody_is_reminded_of_what_they_cannot_register_for(world, audience, course, item, press, why):
    number = number_on(press())
    if why == "draft":
        type(course).objects.update(is_published=False)
    elif why == "closed":
        type(course).objects.update(close_at=world.now)
    else:
        type(item.event).objects.update(state="ended")
    assert 409 == press(number).status_code
    assert "nobody can be reminded" in press().content.decode()
    assert [] == reminded()


@pytest.mark.parametrize("state", ["scheduled", "live", "ended", "cancelled"])
def test_roster_of_what_is_over_offers_neither_reminding_nor_registering(item, as_ivan, state):
    type(item.event).objects.update(state=state)
    page = as_ivan.get(reverse("roster", args=[item.pk])).content.decode()
    offered = [reverse(name, args=[item.pk]) in page for name in ("remind_unregistered", "register_everybody")]
    assert [state in {"scheduled", "live"}] * 2 == offered


def test_press_without_its_number_mails_nobody(audience, press):
    assert (422, []) == (press("again").status_code, reminded())
