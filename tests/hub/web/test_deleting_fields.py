"""Custom fields that something uses: people see it before they delete one, and what used it says so afterwards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.factories.campaigns import condition, make_contacts, make_segment, run_campaign_of
from tests.factories.forms import make_form

from greenroom.hub.contacts.models import Contact, CustomField
from greenroom.hub.contacts.services import add_field, delete_field, set_values
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.mailing.models import Email, Message
from greenroom.hub.mailing.services import broadcast, queue_email, save_email
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.services import save_segment
from greenroom.hub.webforms.checks import find_problems


@pytest.fixture
def size(db) -> CustomField:
    """A field, beside one whose key begins alike."""
    add_field(label="Size in the US", kind="text")
    return add_field(label="Size", kind="number")


@pytest.fixture
def users(size, ada):
    """One of everything that uses the field, and an e-mail, a segment and a form that use none or another."""
    rule = {"custom": size.pk, "is": "at_least", "value": "40"}
    save_email(name="About both", subject="Yours", body="{contact.size_in_the_us}", actor=ada)
    save_segment(name="All", rules={"all": []}, actor=ada)
    form = make_form(ada, name="Shoes")
    form.fields.exclude(kind="email").update(contact_field=size.target)
    make_form(ada, name="Hats")
    return {
        "email": save_email(name="Your shoes", subject="Size {contact.size}", body="Hello", actor=ada),
        "segment": save_segment(name="Big feet", rules={"not": {"any": [rule]}}, actor=ada),
        "web_form": form,
        "campaign": run_campaign_of(make_segment("Everybody"), condition(rule), name="By size"),
    }


def test_page_of_a_field_names_what_uses_it_with_links_and_in_the_question(as_mara, size, users, ada):
    goal = {"custom": size.pk, "value": "44"}
    users["goal"] = run_campaign_of(make_segment("Few"), condition({"all": []}), name="To a size", goal=goal)
    page = as_mara.get(reverse("change_custom_field", args=[size.pk]))
    assert [
        (kind, str(users[key]), reverse(route, args=[users[key].pk]))
        for kind, key, route in [
            ("E-mail", "email", "email"),
            ("Segment", "segment", "segment"),
            ("Form", "web_form", "web_form"),
            ("Campaign", "campaign", "campaign"),
            ("Campaign", "goal", "campaign"),
        ]
    ] == page.context["uses"]
    text = page.content.decode()
    assert "e-mail “Your shoes”, segment “Big feet”, form “Shoes”, campaign “By size”, campaign “To a size”." in text
    unused = add_field(label="Colour", kind="text")
    assert [] == as_mara.get(reverse("change_custom_field", args=[unused.pk])).context["uses"]


def test_a_planned_sending_of_an_earlier_text_uses_its_field(as_mara, size, users, ada, world):
    email = users["email"]
    broadcast(email=email, segment=users["segment"], actor=ada, starts_at=world.now.replace(year=2030))
    save_email(email=email, name="Your shoes", subject="Without", body="Hello", actor=ada)
    page = as_mara.get(reverse("change_custom_field", args=[size.pk]))
    assert ("E-mail", "Your shoes", reverse("email", args=[email.pk])) in page.context["uses"]


def test_what_used_a_deleted_field_says_so(as_mara, size, users):
    as_mara.post(reverse("delete_custom_field", args=[size.pk]))
    said = {key: as_mara.get(reverse(key, args=[one.pk])).content.decode() for key, one in users.items()}
    assert "<code>{contact.size}</code>: contacts have no such field any more" in said["email"]
    assert "A field that is no longer here is at least “40”" in said["segment"]
    assert "is kept in a field of contacts that is no longer here" in said["web_form"]
    assert "The field of contacts is no longer here." in said["campaign"]
    assert 200 == as_mara.get(reverse("change_segment", args=[users["segment"].pk])).status_code


def test_lists_mark_what_names_something_that_is_gone(as_mara, size, users, ada, world, pull):
    def marked(route: str) -> dict[str, str]:
        rows = as_mara.get(reverse(route)).context["rows"]
        return {one.name: lacking for one, lacking in rows if lacking}

    def count_queries() -> list[int]:
        counted = []
        for route in ("emails", "segments"):
            with CaptureQueriesContext(connection) as queries:
                marked(route)
            counted.append(len(queries))
        return counted

    event = pull(world.schedule_webinar(title="Intro"))
    attended = {"did": "attended", "events": [event.pk]}
    save_email(name="Way in", subject="In", body=f"{{webinar_button event={event.event_key}}}", actor=ada)
    inner = save_segment(name="Came", rules=attended, actor=ada)
    save_segment(name="Came or not", rules={"any": [{"segment": inner.pk}, {"not": attended}]}, actor=ada)
    outer = save_segment(name="Of those", rules={"segment": inner.pk}, actor=ada)
    few = count_queries()
    assert ({}, {}) == (marked("emails"), marked("segments"))
    for number in range(10):
        save_email(name=f"Mail {number}", subject="{contact.size}", body="Hello", actor=ada)
        save_segment(name=f"Segment {number}", rules={"all": [attended, {"custom": size.pk, "value": "1"}]}, actor=ada)
    assert few == count_queries()
    delete_field(field=size)
    Segment.objects.filter(pk=outer.pk).update(rules={"segment": 999})
    event.delete()
    lost = {"Big feet": "field", "Came": "event", "Came or not": "event", "Of those": "segment"}
    assert lost == {name: gone for name, gone in marked("segments").items() if not name.startswith("Segment ")}
    assert {"Your shoes": "field", "Way in": "event"} == {
        name: gone for name, gone in marked("emails").items() if not name.startswith("Mail ")
    }
    assert "Lacks an event" in as_mara.get(reverse("segments")).content.decode()
    assert "Lacks a field" in as_mara.get(reverse("emails")).content.decode()
    assert (
        "Attended an event that is no longer here" in as_mara.get(reverse("segment", args=[inner.pk])).content.decode()
    )
    way_in = Email.objects.get(name="Way in")
    assert "there is no such event any more" in as_mara.get(reverse("email", args=[way_in.pk])).content.decode()


def test_an_email_whose_field_is_deleted_is_neither_saved_nor_sent_and_held_back_where_it_waits(
    size, users, ada, run_jobs
):
    [person] = make_contacts(1)
    set_values(values=[(person.pk, size, "44")])
    email, everybody = users["email"], make_segment("Here", [person])
    with_default = save_email(name="Other", subject="{contact.size|none}", body="Hello", actor=ada)
    for number, one in enumerate((email, with_default)):
        queue_email(version=one.version, contacts=Contact.objects.all(), key=str(number))
    delete_field(field=size)
    with pytest.raises(InvalidInputError) as caught:
        broadcast(email=email, segment=everybody, actor=ada)
    assert "Contacts have no field for {contact.size}." in caught.value.errors["tags"]
    with pytest.raises(InvalidInputError):
        save_email(email=email, name="Your shoes", subject="Size {contact.size}", body="Hello", actor=ada)
    run_jobs()
    assert {"Your shoes": ("suppressed", "field_unknown"), "Other": ("sent", "")} == {
        one.version.email.name: (one.state, one.error) for one in Message.objects.select_related("version__email")
    }


def test_a_published_form_goes_on_without_its_field(size, users):
    delete_field(field=size)
    assert {False} == {one.is_blocking for one in find_problems(users["web_form"]) if "no longer here" in one.sentence}
