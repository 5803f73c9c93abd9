"""The registration page: what the organizer asks and nothing else, and what becomes of the answers."""

import re
from html import unescape

import pytest
from django.urls import reverse
from tests.factories.courses import make_item

from greenroom.goto import webinar
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.courses.models import SectionItem
from greenroom.hub.events.models import Registrant, RegistrationRequest
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register

STANDARD = (
    *("firstName", "lastName", "email", "address", "city", "state", "zipCode", "country", "phone", "industry"),
    *("organization", "jobTitle", "purchasingTimeFrame", "purchasingRole", "numberOfEmployees"),
    "questionsAndComments",
)
BASIC = {"firstName": "Lena", "lastName": "Example", "email": "lena@example.com"}
QUESTIONS = [
    {"text": "Which ladder do you use?", "is_required": True, "max_size": 40},
    {"text": "How often?", "is_required": True, "choices": ["Daily", "Weekly"]},
    {"text": "May we write to you?", "choices": ["Yes"]},
]


def names_of(page: str) -> list[str]:
    """Return the names of the fields of a page's form, once each."""
    found = re.findall(r'<(?:input|select|textarea)\b[^>]*\bname="([^"]+)"', page)
    return [name for name in dict.fromkeys(found) if name != "csrfmiddlewaretoken"]


def register_url(item: SectionItem) -> str:
    return reverse("register", args=[item.pk])


def lesson_url(item: SectionItem) -> str:
    return f"/lessons/{item.section.lesson_id}/#item-{item.pk}"


@pytest.fixture
def asking(world, pull, section):
    """An item whose organizer asks all sixteen fields, five of them required, and three questions."""
    fields = [*STANDARD[3:], {"name": "organization", "is_required": True}, {"name": "country", "is_required": True}]
    fields = [one for one in fields if one not in ("organization", "country")]
    return make_item(section, pull(world.schedule_webinar(fields=fields, questions=QUESTIONS)))


@pytest.fixture
def page(asking, as_lena) -> str:
    return as_lena.get(register_url(asking)).content.decode()


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def question_names(item: SectionItem) -> list[str]:
    return [f"question_{one['key']}" for one in item.event.registration_form["questions"]]


def test_page_asks_what_the_organizer_asks_and_nothing_else(asking, page):
    assert {*STANDARD, *question_names(asking)} == set(names_of(page))


def test_plain_webinar_asks_three_things(item, as_lena):
    assert list(BASIC) == names_of(as_lena.get(register_url(item)).content.decode())


def test_closed_lists_offer_what_goto_offers(asking, page):
    asked = {one["name"]: one["choices"] for one in asking.event.registration_form["fields"]}
    lists = [name for name, choices in asked.items() if choices]
    assert {"state", "country", "industry", "numberOfEmployees", "purchasingTimeFrame", "purchasingRole"} == set(lists)
    for name in lists:
        select = re.search(rf'<select\b[^>]*name="{name}".*?</select>', page, re.DOTALL).group()
        offered = [unescape(value) for value in re.findall(r'<option value="([^"]*)"', select)]
        assert ["", *asked[name]] == offered


def test_question_with_choices_has_the_organizers_answers(asking, page):
    _, often, consent = question_names(asking)
    assert ["0", "1"] == re.findall(rf'name="{often}" value="(\d+)"', page)
    assert ["0"] == re.findall(rf'name="{consent}" value="(\d+)"', page)
    for text in ("Which ladder do you use?", "How often?", "Daily", "Weekly", "May we write to you?", "Yes"):
        assert text in page


def test_page_is_filled_in_with_what_is_known(page):
    for value in BASIC.values():
        assert f'value="{value}"' in page


def test_what_is_missing_is_told_beside_its_field_and_nothing_is_sent(asking, as_lena, run_jobs):
    answer = as_lena.post(register_url(asking), BASIC | {"lastName": ""})
    form = answer.context["form"]
    ladder, often, _ = question_names(asking)
    assert 422 == answer.status_code
    assert {"lastName", "organization", "country", ladder, often} == set(form.errors)
    text = answer.content.decode()
    for name in form.errors:
        row = re.search(rf'<(?:input|select|textarea)\b[^>]*name="{name}"[^>]*>', text).group()
        assert 'aria-invalid="true"' in row or "question" in name, row
    assert 'value="Lena"' in text
    run_jobs()
    assert not RegistrationRequest.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("country", "Atlantis"), ("email", "no address"), ("firstName", "x" * 129), ("organization", "a\0b")],
)
def test_what_goto_would_refuse_is_refused_here(asking, as_lena, name, value):
    answer = as_lena.post(register_url(asking), BASIC | {name: value})
    assert 422 == answer.status_code
    assert name in answer.context["form"].errors


def test_valid_answers_reach_goto_and_lead_back(world, connection, asking, as_lena, lena, run_jobs):
    ladder, often, consent = question_names(asking)
    asked = {one["name"]: one["choices"] for one in asking.event.registration_form["fields"]}
    answers = {name: (asked[name][-1] if asked[name] else f"my {name}"[:20]) for name in STANDARD} | BASIC
    answers |= {ladder: "A wooden one", often: "0", consent: "0"}
    answer = as_lena.post(register_url(asking), answers)
    assert (302, lesson_url(asking)) == (answer.status_code, answer["Location"])
    request = RegistrationRequest.objects.get()
    assert (lena.pk, "pending") == (request.user_id, request.state)

    run_jobs()
    (at_goto,) = world.registrants_at_goto(asking.event.event_key)
    assert "lena@example.com" == at_goto["email"]
    registrant = Registrant.objects.get(user=lena)
    with open_goto(connection) as goto:
        told = goto.send(webinar.get_registrant(world.olga_key, asking.event.event_key, registrant.registrant_key))
    assert {name: answers[name] for name in STANDARD} == {name: getattr(told, _snake(name)) for name in STANDARD}
    assert {"Which ladder do you use?": "A wooden one", "How often?": "Daily", "May we write to you?": "Yes"} == {
        one.question: one.answer for one in told.responses
    }


def test_posting_twice_is_one_registration(world, item, as_lena, run_jobs):
    for _ in range(2):
        answer = as_lena.post(register_url(item), BASIC)
        assert (302, lesson_url(item)) == (answer.status_code, answer["Location"])
        assert 1 == RegistrationRequest.objects.count()
    run_jobs()
    as_lena.post(register_url(item), BASIC)
    run_jobs()
    assert 1 == len(world.registrants_at_goto(item.event.event_key))


def test_who_is_registered_is_led_back_to_the_lesson(item, as_lena, sign_up, lena):
    sign_up(item.event, lena)
    assert lesson_url(item) == as_lena.get(register_url(item))["Location"]


def test_organizer_who_asks_for_more_meanwhile_is_answered_by_the_new_form(world, item, as_lena, run_jobs):
    item.event.registration_form["fields"].append(
        {"name": "jobTitle", "is_required": True, "max_length": 128, "choices": []}
    )
    item.event.save()
    answer = as_lena.post(register_url(item), BASIC)
    assert (422, {"jobTitle"}) == (answer.status_code, set(answer.context["form"].errors))


@pytest.mark.parametrize("address", ["ivan@example.com", "Private@Example.com"])
def test_nobody_registers_in_the_name_of_somebody_else_here(world, item, ivan, as_lena, run_jobs, address):
    mine = {"firstName": "Ivan", "lastName": "Petrov", "email": "private@example.com"}
    register(event=item.event, answers=Answers(fields=mine), user=ivan)
    run_jobs()
    answer = as_lena.post(register_url(item), BASIC | {"email": address})
    assert 422 == answer.status_code
    assert "Somebody else here uses this address." in answer.content.decode()
    assert 404 == as_lena.post(reverse("cancel_registration", args=[item.pk])).status_code
    run_jobs()
    assert ["private@example.com"] == [one["email"] for one in world.registrants_at_goto(item.event.event_key)]


def test_form_that_is_not_read_yet_asks_the_three_that_are_always_asked(item, as_lena, run_jobs):
    item.event.registration_form = item.event.registration_form_read_at = None
    item.event.save()
    page = as_lena.get(register_url(item)).content.decode()
    assert list(BASIC) == names_of(page)
    assert "We are still asking GoTo what the organizer wants to know" in page
    run_jobs()
    assert "still asking" not in as_lena.get(register_url(item)).content.decode()


def test_full_webinar_says_so_and_lets_try_again(world, pull, section, as_lena, run_jobs):
    key = world.schedule_webinar(limit=1, registrants=1)
    item = make_item(section, pull(key))
    as_lena.post(register_url(item), BASIC)
    run_jobs()
    card = as_lena.get(reverse("item_card", args=[item.pk])).content.decode()
    assert "GoTo takes no more registrations for this event." in card
    assert 200 == as_lena.get(register_url(item)).status_code


def test_registration_survives_an_outage(world, item, as_lena, lena, run_jobs):
    world.fail(kind="status", status=503, times=20)
    as_lena.post(register_url(item), BASIC)
    run_jobs()
    card = as_lena.get(reverse("item_card", args=[item.pk])).content.decode()
    assert "We have kept your registration and will confirm it as soon as GoTo answers." in card
    world.control("DELETE", "faults")
    world.advance(minutes=30)
    run_jobs()
    assert ["lena@example.com"] == [one["email"] for one in world.registrants_at_goto(item.event.event_key)]


def test_registration_is_cancelled_and_made_again(world, item, as_lena, lena, sign_up, run_jobs):
    sign_up(item.event, lena)
    answer = as_lena.post(reverse("cancel_registration", args=[item.pk]))
    assert (302, lesson_url(item)) == (answer.status_code, answer["Location"])
    run_jobs()
    assert [] == world.registrants_at_goto(item.event.event_key)
    assert 200 == as_lena.get(register_url(item)).status_code
    as_lena.post(register_url(item), BASIC)
    run_jobs()
    assert 1 == len(world.registrants_at_goto(item.event.event_key))


def test_who_is_not_registered_has_nothing_to_cancel(item, as_lena):
    answer = as_lena.post(reverse("cancel_registration", args=[item.pk]))
    assert 404 == answer.status_code
    assert "You are not registered for this event." in answer.content.decode()


@pytest.mark.parametrize("state", ["ended", "cancelled", "missing"])
def test_closed_event_takes_no_answers(item, as_lena, state):
    item.event.state = state
    item.event.save()
    assert lesson_url(item) == as_lena.post(register_url(item), BASIC)["Location"]
    assert not RegistrationRequest.objects.exists()
