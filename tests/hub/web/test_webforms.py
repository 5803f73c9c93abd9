"""Pages on which marketers make forms and see what was sent."""

import json
import re
from html import unescape

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.forms import LENA, make_form, send
from tests.hub.webforms.test_submitting import settle

from greenroom.hub.contacts.services import add_purpose
from greenroom.hub.events.models import Event
from greenroom.hub.webforms.models import Submission, WebForm
from greenroom.hub.webforms.services import add_field, remove_field
from greenroom.hub.webforms.tokens import sign_shown


@pytest.fixture
def as_mara(browser, mara):
    return browser(mara)


@pytest.fixture
def form(ada, event) -> WebForm:
    return make_form(ada, event=event)


@pytest.fixture
def sent(form, world):
    """Have somebody send the form."""

    def send_it(**changes) -> Submission:
        shown = sign_shown(form.pk)
        world.advance(minutes=1)
        return send(form, {**LENA, **changes}, shown=shown)

    return send_it


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", unescape(answer.content.decode())))


def test_form_is_made_published_and_shown_without_a_script(as_mara, event):
    made = as_mara.post(reverse("create_form"), {"name": "Safety week", "start": "webinar"})
    form = WebForm.objects.get()
    assert reverse("web_form", args=[form.pk]) == made["Location"]
    page = words(as_mara.get(made["Location"]))
    assert "Nothing is done with “Which webinar?”." in page
    choice = form.fields.get(kind="event")
    adding = reverse("add_form_action", args=[form.pk, "register"])
    assert f'value="{choice.pk}"' in as_mara.get(adding).content.decode()
    as_mara.post(adding, {"event_field": str(choice.pk), "event": ""})
    assert "Register for what is chosen in “Which webinar?”" in words(as_mara.get(made["Location"]))
    as_mara.post(reverse("publish_form", args=[form.pk]), {"to": "published"})
    shared = as_mara.get(reverse("share_form", args=[form.pk])).content.decode()
    assert f"http://testserver/f/{form.public_id}/" in shared
    assert f'data-form="{form.public_id}"' in unescape(shared)
    assert 200 == as_mara.get(f"/f/{form.public_id}/").status_code
    as_mara.post(reverse("publish_form", args=[form.pk]), {"to": "closed"})
    assert 410 == as_mara.get(f"/f/{form.public_id}/").status_code


def test_what_stands_in_the_way_is_said_and_mended_with_one_press(as_mara, ada, pull, world):
    fields = [{"name": "organization", "is_required": True}]
    event = pull(world.schedule_webinar("Ropes", fields=fields))
    as_mara.post(reverse("create_form"), {"name": "Ropes", "start": "person"})
    form = WebForm.objects.get()
    as_mara.post(reverse("add_form_action", args=[form.pk, "register"]), {"event": str(event.pk)})
    refused = as_mara.post(reverse("publish_form", args=[form.pk]), {"to": "published"}, follow=True)
    assert "This is not published. “Ropes” asks everybody for “Organization”" in words(refused)
    assert "Add what organizers ask for" in words(refused)
    as_mara.post(reverse("add_asked_fields", args=[form.pk]))
    as_mara.post(reverse("publish_form", args=[form.pk]), {"to": "published"})
    form.refresh_from_db()
    assert form.is_open


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("text", {"label": "Team", "goto_field": "industry", "is_asked_once": "on"},
         {"kind": "text", "goto_field": "industry", "is_asked_once": True}),
        ("organization", {"label": "Company", "contact_field": "organization", "goto_field": "organization"},
         {"kind": "text", "label": "Company", "contact_field": "organization"}),
        ("choice", {"label": "Size", "choices": "S\r\n\r\nM\r\nL"}, {"choices": ["S", "M", "L"]}),
        ("hidden", {"label": "From", "parameter": "utm_source", "default": "x"}, {"parameter": "utm_source"}),
        ("number", {"label": "How many?", "is_required": "on"}, {"is_required": True}),
    ],
)  # fmt: skip
def test_fields_of_every_kind_are_added(as_mara, form, kind, given, stored):
    adding = reverse("add_form_field", args=[form.pk, kind])
    assert 200 == as_mara.get(adding).status_code
    assert 302 == as_mara.post(adding, given).status_code
    field = form.fields.latest("pk")
    assert stored == {name: getattr(field, name) for name in stored}


def test_events_to_choose_from_may_be_only_some(as_mara, form, event, pull, world):
    other = pull(world.schedule_webinar("Ropes"))
    adding = reverse("add_form_field", args=[form.pk, "event"])
    assert 404 == as_mara.get(adding).status_code
    as_mara.post(adding + "?product=webinar", {"label": "Which?", "events": [str(other.pk)]})
    field = form.fields.get(label="Which?")
    assert ("webinar", [other.pk]) == (field.product, field.events)
    preview = words(as_mara.get(reverse("preview_form", args=[form.pk])))
    assert "Ropes, Mon" in preview.partition("Which?")[2]
    assert "Ladder safety, Mon" not in preview
    gone = str(other.pk)
    other.delete()
    changing = reverse("change_form_field", args=[field.pk])
    assert "No longer here" in words(as_mara.get(changing))
    assert 302 == as_mara.post(changing, {"label": "Which one?", "events": [gone, str(event.pk)]}).status_code


def test_consent_is_for_a_purpose(as_mara, form):
    adding = reverse("add_form_field", args=[form.pk, "consent"])
    assert 422 == as_mara.post(adding, {"label": "Yes"}).status_code
    news = add_purpose(name="News", wording="Write to me.")
    as_mara.post(adding, {"label": "Yes", "purpose": str(news.pk)})
    assert news == form.fields.get(kind="consent").purpose


@pytest.mark.parametrize(("kind", "is_ticked"), [("consent", False), ("checkbox", False), ("text", True)])
def test_nobody_has_to_agree_unless_it_is_chosen(as_mara, form, kind, is_ticked):
    page = as_mara.get(reverse("add_form_field", args=[form.pk, kind])).content.decode()
    assert is_ticked == bool(re.search(r'<input[^>]*name="is_required"[^>]*checked', page))
    assert is_ticked != ("Everybody must tick it" in page)


def test_published_form_keeps_what_it_needs(as_mara, form):
    field = form.fields.get(label="First name")
    answer = as_mara.post(reverse("remove_form_field", args=[field.pk]), follow=True)
    assert "This is not removed. “Ladder safety” asks everybody for “First name”" in words(answer)
    answer = as_mara.post(
        reverse("change_form_field", args=[field.pk]), {"label": "First name", "goto_field": "firstName"}
    )
    assert 422 == answer.status_code
    assert "asks everybody for “First name”" in words(answer)


def test_fields_move_by_buttons_and_by_dragging(as_mara, form):
    first, last, email = form.fields.all()
    as_mara.post(reverse("move_form_field", args=[first.pk]), {"to": "down"})
    as_mara.post(reverse("move_form_field", args=[email.pk]), {"before": str(last.pk)})
    assert [email, last, first] == list(form.fields.all())


def test_answers_are_found_and_shown_with_what_was_done(as_mara, form, sent, world, run_jobs):
    submission = sent()
    sent(**{"E-mail address": "ben@example.com", "First name": "Ben"})
    settle(world, run_jobs)
    page = reverse("submissions", args=[form.pk])
    assert "ben@example.com" in words(as_mara.get(page))
    found = words(as_mara.get(page, {"q": "lena"}))
    assert ("lena@example.com" in found, "ben@example.com" in found) == (True, False)
    shown = words(as_mara.get(reverse("submission", args=[submission.pk])))
    assert "Done Register for an event Ladder safety" in shown
    assert "First name Lena" in shown


def test_what_was_not_done_is_tried_again_for_another_event(as_mara, form, event, sent, pull, world, run_jobs):
    Event.objects.filter(pk=event.pk).update(state="cancelled")
    submission = sent()
    settle(world, run_jobs)
    other = pull(world.schedule_webinar("Ropes"))
    Event.objects.filter(pk=event.pk).update(state="cancelled")
    page = reverse("submission", args=[submission.pk])
    assert "Not done Register for an event Ladder safety This event was cancelled." in words(as_mara.get(page))
    assert "Something not done" in words(as_mara.get(reverse("web_forms")))
    assert "lena@example.com" in words(as_mara.get(reverse("submissions", args=[form.pk]), {"state": "failed"}))
    as_mara.post(reverse("retry_submission", args=[submission.pk]), {"event": str(other.pk)})
    settle(world, run_jobs)
    assert "Done Register for an event Ropes" in words(as_mara.get(page))


def test_what_was_set_aside_is_accepted(as_mara, form):
    submission = send(form)
    page = reverse("submission", args=[submission.pk])
    assert "This looks made by a machine" in words(as_mara.get(page))
    as_mara.post(reverse("accept_submission", args=[submission.pk]))
    assert "Accepted" in words(as_mara.get(page))
    assert "accepted meanwhile" in words(as_mara.post(reverse("accept_submission", args=[submission.pk]), follow=True))


def test_answers_are_exported_without_formulas(as_mara, as_otto, form, sent):
    sent(**{"First name": "=1+1"})
    exporting = reverse("start_export", args=["submissions"])
    answer = as_mara.post(exporting, {"format": "csv", "form": str(form.pk)})
    table = b"".join(answer.streaming_content).decode()
    assert "lena@example.com" in table
    assert ",'=1+1," in table
    for given in ({"form": str(form.pk)}, {}):
        assert 404 == as_otto.post(exporting, {"format": "csv", **given}).status_code
    assert 404 == as_mara.post(exporting, {"format": "csv"}).status_code


def test_each_field_has_a_column_and_what_is_no_longer_asked_is_not_lost(as_mara, form, sent):
    for _ in range(2):
        add_field(form=form, kind="text", label="Remarks")
    first, second = form.fields.filter(label="Remarks")
    sent()
    form.submissions.update(answers=[*form.submissions.get().answers, said(second, "Two"), said(first, "One")])
    remove_field(field=first)
    add_field(form=form, kind="text", label="Remarks")
    asked = {"format": "json", "form": str(form.pk)}
    (row,) = json.loads(b"".join(as_mara.post(reverse("start_export", args=["submissions"]), asked).streaming_content))
    assert ("Lena", "Two", "", "Remarks: One") == tuple(
        row[title] for title in ("First name", "Remarks", "Remarks (2)", "Answers no longer asked for")
    )


def said(field, text: str) -> dict:
    return {"field": field.pk, "label": field.label, "kind": field.kind, "values": [text], "shown": text}


def test_deleting_takes_the_form_off(as_mara, form):
    deleting = reverse("delete_form", args=[form.pk])
    assert "Close this form first" in words(as_mara.post(deleting, follow=True))
    as_mara.post(reverse("publish_form", args=[form.pk]), {"to": "closed"})
    as_mara.post(deleting)
    assert not WebForm.objects.exists()


def test_pages_ask_the_same_number_of_queries_whatever_there_is(as_mara, ada, form, event, sent, world):
    submission = sent()
    pages = [
        reverse("web_forms"),
        reverse("web_form", args=[form.pk]),
        reverse("submissions", args=[form.pk]),
        reverse("submission", args=[submission.pk]),
        reverse("preview_form", args=[form.pk]),
    ]
    before = [count(as_mara, page) for page in pages]
    for number in range(20):
        make_form(ada, event=event, name=f"Form {number}")
        sent(**{"E-mail address": f"p{number}@example.com"})
    for page, number in zip(pages, before, strict=True):
        assert count(as_mara, page) <= number + 1, page
    assert max(before) < 20


def count(client, path: str) -> int:
    with CaptureQueriesContext(database) as queries:
        assert 200 == client.get(path).status_code
    return len(queries)


def test_list_marks_forms_that_lack_what_an_organizer_asks_for(as_mara, ada, form, world, pull):
    assert "Lacks a field" not in words(as_mara.get(reverse("web_forms")))
    asking = pull(world.schedule_webinar("Ropes", fields=[{"name": "organization", "is_required": True}]))
    form.actions.update(settings={"event": asking.pk})
    assert "Published Lacks a field" in words(as_mara.get(reverse("web_forms")))
    WebForm.objects.update(state="closed")
    assert "Lacks a field" not in words(as_mara.get(reverse("web_forms")))
