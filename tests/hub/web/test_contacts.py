"""The pages of contacts."""

import csv
import io

import pytest
from django.db import transaction
from django.urls import reverse
from tests.factories.users import make_user

from greenroom.hub.contacts.models import Contact, CustomField
from greenroom.hub.contacts.services import add_field, add_tags, make_contact, set_values
from greenroom.hub.core import clock
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.users.models import User
from greenroom.hub.web import doors


@pytest.fixture
def lena_at_goto(world, pull, run_jobs) -> Contact:
    pull(world.schedule_webinar("Ladder safety", registrants=[{"email": "lena@example.com", "first_name": "Lena"}]))
    run_jobs()
    return Contact.objects.get(email="lena@example.com")


def test_page_shows_what_happened_to_a_person_with_its_event(lena_at_goto, as_ada):
    html = as_ada.get(reverse("contact", args=[lena_at_goto.pk])).content.decode()
    assert "Ladder safety" in html.partition("What happened")[2]
    assert "Registered" in html
    assert "https://global.gotowebinar.com" not in html


def test_added_person_is_found_and_can_be_changed(as_ada, db):
    answer = as_ada.post(reverse("add_contact"), {"email": "Zoe@Example.com", "first_name": "Zoë"}, follow=True)
    assert "Zoë is a contact now." in answer.content.decode()
    contact = Contact.objects.get()
    as_ada.post(reverse("change_contact", args=[contact.pk]), {"email": "zoe@new.example", "last_name": "Luczak"})
    listed = as_ada.get(reverse("contacts"), {"q": "lucz"}).content.decode()
    assert "zoe@new.example" in listed
    assert "Nobody found" in as_ada.get(reverse("contacts"), {"q": "nobody"}).content.decode()


@pytest.mark.parametrize(("count", "words"), [(60, "1–50 of 60 contacts"), (61, "1–50 of more than 60 contacts")])
def test_list_says_so_where_it_counts_no_further(as_ada, db, monkeypatch, count, words):
    monkeypatch.setattr(doors._ShortPaginator, "MOST", 60)
    now = clock.now()
    Contact.objects.bulk_create(Contact(email=f"{n}@many.example", created_at=now) for n in range(count))
    assert words in as_ada.get(reverse("contacts")).content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"email": ""}, "Give an address, or at least a name."),
        ({"email": "zoe"}, "Give a whole address"),
        ({"email": "LENA@example.com"}, "Somebody else has this address already."),
        ({"first_name": "x" * 201}, "Give 200 characters at most."),
        ({"first_name": "Zoë", "time_zone": "Mars/Olympus"}, "Select a valid choice"),
    ],
)
def test_what_will_not_do_is_told_beside_its_field(as_ada, db, given, words):
    make_contact(source="hand", email="lena@example.com")
    answer = as_ada.post(reverse("add_contact"), given)
    assert 422 == answer.status_code
    assert words in answer.content.decode()
    assert 1 == Contact.objects.count()


def test_pages_ask_the_same_number_of_queries_whatever_there_is(
    lena_at_goto, world, pull, run_jobs, as_ada, django_assert_max_num_queries
):
    for number in range(6):
        pull(world.schedule_webinar(f"Course {number}", registrants=[{"email": "lena@example.com"}]))
    run_jobs()
    with django_assert_max_num_queries(16):
        as_ada.get(reverse("contact", args=[lena_at_goto.pk]))
    with django_assert_max_num_queries(8):
        as_ada.get(reverse("contacts"), {"q": "lena example"})


def test_tags_are_given_and_taken_away_and_narrow_the_list(as_mara, db):
    lena, otto = (make_contact(source="hand", email=f"{name}@example.com") for name in ("lena", "otto"))
    page = reverse("tag_contact", args=[lena.pk])
    assert "Gold partner" in as_mara.post(page, {"add": "VIP, Gold partner"}, follow=True).content.decode()
    listed = as_mara.get(reverse("contacts"), {"tag": "vip"}).content.decode()
    assert (True, False) == (lena.email in listed, otto.email in listed)
    as_mara.post(page, {"remove": "VIP"})
    assert "Nobody" in as_mara.get(reverse("contacts"), {"tag": "vip"}).content.decode()
    assert "Give each tag" in as_mara.post(page, {"add": "x" * 65}, follow=True).content.decode()


def test_custom_fields_are_made_filled_in_and_deleted(as_mara, db):
    for label, kind, choices in (("Shoe size", "number", ""), ("Colour", "choice", "Red\nBlue")):
        as_mara.post(reverse("custom_fields"), {"label": label, "kind": kind, "choices": choices})
    contact = make_contact(source="hand", email="lena@example.com")
    page = reverse("change_contact", args=[contact.pk])
    wrong = as_mara.post(page, {"email": contact.email, "custom_shoe_size": "big", "custom_colour": "Green"})
    assert {"custom_shoe_size", "custom_colour"} == set(wrong.context["form"].errors)
    as_mara.post(page, {"email": contact.email, "custom_shoe_size": "38.50", "custom_colour": "Red"})
    html = as_mara.get(reverse("contact", args=[contact.pk])).content.decode()
    assert "38.5" in html
    assert 'value="38.5"' in as_mara.get(page).content.decode()
    colour = CustomField.objects.get(key="colour")
    as_mara.post(reverse("change_custom_field", args=[colour.pk]), {"label": "Badge", "choices": "Blue"})
    assert "Badge" in as_mara.get(reverse("custom_fields")).content.decode()
    as_mara.post(reverse("delete_custom_field", args=[colour.pk]))
    assert ["shoe_size"] == [one.key for one in CustomField.objects.all()]


def test_timeline_tells_every_kind_of_fact_and_is_narrowed(lena_at_goto, as_mara, world):
    told = [("mail_sent", {"subject": "Join us"}), ("mail_opened", {}), ("form_submitted", {"title": "Sign-up form"})]
    with transaction.atomic():
        append(
            NewFact(kind=kind, happened_at=clock.now(), dedupe_key=kind, contact_id=lena_at_goto.pk, data=data)
            for kind, data in told
        )
    page = reverse("contact", args=[lena_at_goto.pk])

    def entries(**query: str) -> list[str]:
        return [one.words for one in as_mara.get(page, query).context["entries"]]

    assert {"was sent a mail", "opened a mail", "submitted a form", "registered"} <= set(entries())
    assert {"was sent a mail", "opened a mail"} == set(entries(about="mail"))
    assert ["submitted a form"] == entries(about="forms")
    assert entries() == entries(about="nonsense")
    assert "Join us" in as_mara.get(page).content.decode()


def test_list_is_exported_with_custom_fields_safe_from_formulas(as_mara, db):
    size = add_field(label="Shoe size", kind="text")
    for name in ("lena", "otto"):
        contact = make_contact(source="hand", email=f"{name}@example.com", first_name="=1+1")
        set_values(values=[(contact.pk, size, "@SUM(1)")])
        add_tags(contacts=[contact.pk], names=[f"Tag of {name}"])
    answer = as_mara.post(reverse("export_contacts"), {"tag": "tag of lena"})
    text = b"".join(as_mara.get(f"{answer['Location']}file/")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [("lena@example.com", "'=1+1", "'@SUM(1)", "Tag of lena")] == [
        (one["E-mail"], one["First name"], one["Shoe size"], one["Tags"]) for one in rows
    ]


def test_person_is_given_what_is_kept_and_erased_by_the_admin_alone(lena_at_goto, as_mara, as_ada):
    answer = as_mara.get(reverse("contact_data", args=[lena_at_goto.pk]))
    assert "lena@example.com" == answer.json()["email"]
    page = reverse("erase_contact", args=[lena_at_goto.pk])
    assert 404 == as_mara.post(page).status_code
    make_user("Lena")
    assert "delete their account, too" in as_ada.get(page).content.decode()
    assert "is erased" in as_ada.post(page, {"account": "on"}, follow=True).content.decode()
    assert not Contact.objects.exists()
    assert not User.objects.filter(email="lena@example.com").exists()
