"""Forms as visitors meet them: without a session, a script, or a cookie of the hub."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.factories.forms import LENA, fill_in, make_form
from tests.hub.webforms.test_submitting import settle

from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.services import add_field as add_custom_field
from greenroom.hub.events.models import Event, RegistrationRequest
from greenroom.hub.webforms.models import Submission, WebForm
from greenroom.hub.webforms.services import add_field, change_field, change_form, close_form

Visit = Callable[..., HttpResponse]


@pytest.fixture
def form(ada, event) -> WebForm:
    """A published form in which the visitor chooses the webinar."""
    return make_form(ada, start="webinar")


@pytest.fixture
def chosen(event) -> dict[str, Any]:
    return LENA | {"Which webinar?": str(event.pk)}


@pytest.fixture
def visit(world) -> Visit:
    """Open the page of a form, fill it in for a minute, and send it, without a CSRF token."""

    def visit(form: WebForm, answers: dict[str, Any], client: Client | None = None, path: str = "", **more: str):
        client = client or Client(enforce_csrf_checks=True)
        path = path or reverse("form_page", args=[form.public_id])
        page = client.get(path).content.decode()
        world.advance(minutes=1)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        return client.post(
            path, {**{name: unescape(value) for name, value in hidden.items()}, **fill_in(form, answers), **more}
        )

    return visit


def words(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", unescape(answer.content.decode())))


def test_visitor_chooses_an_event_and_is_registered(form, event, chosen, world, visit, run_jobs):
    """Example 1 of the seed."""
    client = Client()
    answer = visit(form, chosen, client)
    assert 302 == answer.status_code
    assert "On its way" in words(client.get(answer["Location"]))
    settle(world, run_jobs)
    assert "You are registered. GoTo mails you the confirmation." in words(client.get(answer["Location"]))
    assert ["lena@example.com"] == [one["email"] for one in world.registrants_at_goto(event.event_key)]


def test_visitor_waits_for_no_call_to_goto(form, chosen, world, visit):
    client = Client()
    world.list_calls()
    sent = visit(form, chosen, client)
    client.get(sent["Location"])
    assert [] == world.list_calls()


def test_list_of_events_is_always_current(form, event, pull, world, chosen, visit):
    """Fault 29: the list was frozen when the form was saved, and a choice from it refused afterwards."""
    page = reverse("form_page", args=[form.public_id])
    assert "Ladder safety, Mon 2 Mar 2026, 05:00 (New York)" in words(Client().get(page))
    pull(world.schedule_webinar("Ropes"))
    assert "Ropes, Mon 2 Mar 2026" in words(Client().get(page))
    Event.objects.filter(pk=event.pk).update(state="cancelled")
    answer = visit(form, chosen)
    assert 422 == answer.status_code
    assert "Ladder safety" not in words(answer)
    assert 'value="lena@example.com"' in answer.content.decode()


def test_with_nothing_to_choose_nobody_is_sent_away(form, event, visit):
    Event.objects.update(state="cancelled")
    page = words(Client().get(reverse("form_page", args=[form.public_id])))
    assert "There is nothing to choose at the moment." in page
    assert 302 == visit(form, LENA).status_code
    assert Contact.objects.filter(email="lena@example.com").exists()


def test_form_of_one_event_says_that_it_was_cancelled_and_keeps_who_sends_it(ada, event, visit, run_jobs):
    form = make_form(ada, event=event, name="Ladders")
    Event.objects.update(state="cancelled")
    assert "“Ladder safety” was cancelled." in words(Client().get(reverse("form_page", args=[form.public_id])))
    client = Client()
    answer = visit(form, LENA, client)
    run_jobs()
    said = words(client.get(answer["Location"]))
    assert "Not registered Ladder safety This event was cancelled. We have kept your answers" in said


@pytest.mark.parametrize(
    ("status", "word", "sentence"),
    [
        (403, "Full", "GoTo takes no more registrations for this event."),
        (503, "Kept", "GoTo does not answer now. We have kept your registration"),
    ],
)
def test_page_of_thanks_is_honest(form, chosen, world, visit, run_jobs, status, word, sentence):
    world.fail(kind="status", status=status, times=100, operation="createRegistrant")
    client = Client()
    answer = visit(form, chosen, client)
    run_jobs()
    said = words(client.get(answer["Location"]))
    assert f"{word} Ladder safety {sentence}" in said


def test_waiting_for_approval_is_told(ada, pull, world, visit, run_jobs):
    pull(world.schedule_webinar("Ropes", approval="MANUAL"))
    form = make_form(ada, start="webinar")
    client = Client()
    answer = visit(form, LENA | {"Which webinar?": str(Event.objects.get(title="Ropes").pk)}, client)
    settle(world, run_jobs)
    assert "Waiting for approval Ropes The organizer decides" in words(client.get(answer["Location"]))


def test_who_is_turned_away_is_not_told_to_whoever_types_their_address(form, event, chosen, visit, run_jobs):
    event.registrants.create(registrant_key="9", email="lena@example.com", status="DENIED")
    client = Client()
    answer = visit(form, chosen, client)
    run_jobs()
    assert "Waiting for approval" in words(client.get(answer["Location"]))


def test_no_page_shows_a_join_link(form, chosen, world, visit, run_jobs):
    client = Client()
    answer = visit(form, chosen, client)
    settle(world, run_jobs)
    assert not re.search(r"/go/join|/join/", client.get(answer["Location"]).content.decode())


def test_what_a_person_typed_wrongly_is_told_beside_the_field_and_nothing_is_lost(form, chosen, visit):
    answer = visit(form, chosen | {"E-mail address": "lena", "First name": ""})
    assert 422 == answer.status_code
    assert "Enter a valid email address." in words(answer)
    assert "This field is required." in words(answer)
    assert 'value="Fischer"' in answer.content.decode()
    assert not Submission.objects.exists()


def test_field_that_machines_fill_in_sets_aside(form, chosen, visit):
    assert 302 == visit(form, chosen, website="https://spam.example.com").status_code
    assert "set_aside" == Submission.objects.get().state
    assert not RegistrationRequest.objects.exists()


@pytest.mark.parametrize("token", ["", "nonsense", "1.x.2", "1.x.2:sig"])
def test_page_that_was_not_shown_here_is_shown_again(form, chosen, visit, token):
    answer = visit(form, chosen, token=token)
    assert 422 == answer.status_code
    assert 'value="lena@example.com"' in answer.content.decode()
    assert not Submission.objects.exists()


def test_page_that_was_open_for_days_is_sent_with_one_more_press(form, chosen, world):
    client = Client()
    path = reverse("form_page", args=[form.public_id])
    token = re.search(r'name="token" value="([^"]+)"', client.get(path).content.decode())[1]
    world.advance(days=2)
    Event.objects.update(starts_at=world.now, ends_at=world.now, state="live")
    assert 422 == client.post(path, fill_in(form, chosen) | {"token": token}).status_code


def test_flood_is_told_to_wait(form, chosen, visit):
    for _ in range(10):
        assert 302 == visit(form, chosen).status_code
    answer = visit(form, chosen)
    assert 429 == answer.status_code
    assert "Wait ten minutes" in words(answer)


def test_draft_is_not_there_and_closed_form_says_so(form, ada):
    path = reverse("form_page", args=[form.public_id])
    close_form(form=form)
    assert 410 == Client().get(path).status_code
    WebForm.objects.update(state="draft")
    assert 404 == Client().get(path).status_code


def settings_of(form: WebForm, **changes: Any) -> dict[str, Any]:
    names = ("name", "title", "introduction", "button", "thanks", "redirect_url", "sites", "asks_to_confirm")
    return {name: getattr(form, name) for name in names} | changes


def test_visitor_is_led_on_where_the_form_says(form, chosen, visit):
    change_form(form=form, **settings_of(form, redirect_url="https://www.example.com/thanks"))
    assert "https://www.example.com/thanks" == visit(form, chosen)["Location"]


def test_other_sites_may_show_it_as_the_form_says(form, chosen, visit):
    path = reverse("embedded_form", args=[form.public_id])
    answer = Client().get(path)
    assert "frame-ancestors *;" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    change_form(form=form, **settings_of(form, sites="https://a.example.com\nhttps://b.example.com/"))
    policy = Client().get(path)["Content-Security-Policy"]
    assert "frame-ancestors https://a.example.com https://b.example.com;" in policy
    sent = visit(form, chosen, path=path)
    shown = Client().get(sent["Location"])
    assert "visitor-embedded" in shown.content.decode()
    assert "frame-ancestors https://a.example.com" in shown["Content-Security-Policy"]
    hosted = Client().get(reverse("form_page", args=[form.public_id]))
    assert "DENY" == hosted["X-Frame-Options"]


def test_looking_sets_no_cookie(form):
    assert not Client().get(reverse("form_page", args=[form.public_id])).cookies


def test_person_confirms_by_mail_before_anything_is_done(form, event, chosen, world, visit, run_jobs):
    change_form(form=form, **settings_of(form, asks_to_confirm=True))
    client = Client()
    answer = visit(form, chosen, client)
    assert "confirm that it was you" in words(client.get(answer["Location"]))
    run_jobs()
    assert (0, 0) == (Contact.objects.count(), RegistrationRequest.objects.count())
    link = re.search(r"http://testserver(/f/confirm/\S+)", mail.outbox[0].body)[1]
    assert ["lena@example.com"] == mail.outbox[0].to
    for _ in range(2):  # programs that look into mails open links
        assert 200 == Client().get(link).status_code
        assert not Contact.objects.exists()
    browser = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert 302 == browser.post(link).status_code
    settle(world, run_jobs)
    assert ["lena@example.com"] == [one["email"] for one in world.registrants_at_goto(event.event_key)]
    submission = Submission.objects.get()
    assert submission.confirmed_at
    assert submission.confirmed_by_digest


def test_link_to_confirm_ends_after_a_week(form, chosen, world, visit, run_jobs):
    change_form(form=form, **settings_of(form, asks_to_confirm=True))
    visit(form, chosen)
    run_jobs()
    link = re.search(r"http://testserver(/f/confirm/\S+)", mail.outbox[0].body)[1]
    world.advance(days=8)
    for method in ("get", "post"):
        assert 410 == getattr(Client(), method)(link).status_code
    assert not Contact.objects.exists()
    assert 404 == Client().get("/f/confirm/nonsense/").status_code


@pytest.fixture
def asking(form) -> WebForm:
    add_field(form=form, kind="text", label="Organization", contact_field="organization", is_asked_once=True)
    return form


def test_what_a_person_told_here_is_not_asked_again(asking, chosen, visit):
    client = Client()
    visit(asking, chosen | {"Organization": "Northwind"}, client)
    path = reverse("form_page", args=[asking.public_id])
    again = words(client.get(path))
    assert "Organization" not in again
    assert "Northwind" not in again
    assert "Organization" in words(Client().get(path))
    assert 302 == visit(asking, chosen, client).status_code


def test_somebody_else_at_the_same_browser_is_asked_everything(asking, chosen, visit):
    """Nothing is told of what we know of others: not even that we know it."""
    field = asking.fields.get(label="Organization")
    change_field(field=field, label="Organization", contact_field="organization", is_asked_once=True, is_required=True)
    client = Client()
    visit(asking, chosen | {"Organization": "Northwind"}, client)
    answer = visit(asking, chosen | {"E-mail address": "ben@example.com"}, client)
    assert 422 == answer.status_code
    assert "Organization" in words(answer)
    assert "Northwind" not in words(answer)


def test_what_is_known_is_not_asked_of_who_has_proven_to_be_the_person(asking, chosen, world, visit, run_jobs):
    change_form(form=asking, **settings_of(asking, asks_to_confirm=True))
    visit(asking, chosen)
    run_jobs()
    link = re.search(r"http://testserver(/f/confirm/\S+)", mail.outbox[0].body)[1]
    browser = Client()
    browser.post(link)
    path = reverse("form_page", args=[asking.public_id])
    assert "Organization" in words(browser.get(path))
    Contact.objects.update(organization="Northwind")
    assert "Organization" not in words(browser.get(path))
    before = Submission.objects.filter(state="accepted").count()
    visit(asking, chosen, browser)
    assert before + 1 == Submission.objects.filter(state="accepted").count()


def test_hidden_field_takes_what_the_address_says(form, chosen, visit):
    add_field(form=form, kind="hidden", label="Campaign", parameter="utm_campaign", default="none")
    for query, expected in (
        ("", "none"),
        ("?utm_campaign=spring", "spring"),
        ("?utm_campaign=" + "x" * 900, "x" * 200),
    ):
        path = reverse("form_page", args=[form.public_id]) + query
        visit(form, chosen | {}, path=path)
        answer = Submission.objects.latest("pk").answers[-1]
        assert expected == answer["shown"]


def test_markup_in_answers_stays_text(form, chosen, visit):
    answer = visit(form, chosen | {"First name": "<script>alert(1)</script>", "E-mail address": "x"})
    assert "<script>alert" not in answer.content.decode()


def test_number_of_statements_is_flat(form, event, django_assert_max_num_queries):
    Event.objects.bulk_create(
        Event(connection=event.connection, product="webinar", event_key=str(n), organizer_key="1", title=f"E{n}",
              starts_at=event.starts_at, ends_at=event.ends_at)
        for n in range(30)
    )  # fmt: skip
    with django_assert_max_num_queries(6):
        Client().get(reverse("form_page", args=[form.public_id]))


def test_page_counts_who_looks_and_says_beside_the_field_what_contacts_do_not_take(form, chosen, visit):
    age = add_custom_field(label="Age", kind="number")
    add_field(form=form, kind="text", label="Your age", contact_field=age.target, is_asked_once=True)
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11) Firefox/140.0"})
    client.head(reverse("form_page", args=[form.public_id]))
    refused = visit(form, chosen | {"Your age": "old"}, client)
    assert (422, True) == (refused.status_code, "Give a number, like 12 or 3.5." in words(refused))
    assert 302 == visit(form, chosen | {"Your age": "41"}, client).status_code
    assert 2 == form.views.get().count
    assert "Your age" not in words(client.get(reverse("form_page", args=[form.public_id])))
