"""The pages of contacts."""

import csv
import io
import re

import pytest
from django.db import transaction
from django.urls import reverse
from tests.factories.forms import make_form, send
from tests.factories.users import make_user

from greenroom.hub.campaigns.services.editing import make_campaign
from greenroom.hub.contacts.models import Contact, CustomField, Participation, Purpose
from greenroom.hub.contacts.services import (
    add_field,
    add_tags,
    make_contact,
    merge_contacts,
    open_import,
    remove_tags,
    set_values,
)
from greenroom.hub.core import clock
from greenroom.hub.events.models import Registrant
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.segments.models import Segment
from greenroom.hub.users.models import User
from greenroom.hub.web import doors
from greenroom.hub.web.activity import SUBJECTS
from greenroom.hub.webforms.models import SubmissionAct


@pytest.fixture
def lena_at_goto(world, pull, run_jobs) -> Contact:
    pull(world.schedule_webinar("Ladder safety", registrants=[{"email": "lena@example.com", "first_name": "Lena"}]))
    run_jobs()
    return Contact.objects.get(email="lena@example.com")


def test_page_shows_what_happened_to_a_person_with_its_event(lena_at_goto, as_ada):
    html = as_ada.get(reverse("contact", args=[lena_at_goto.pk])).content.decode()
    assert "Ladder safety" in html.partition("What happened")[2]
    assert "Registered" in html
    assert "can join by their own link" in html
    assert "https://global.gotowebinar.com" not in html


def test_timeline_says_who_has_no_link_to_join_yet_and_nothing_once_it_is_over(lena_at_goto, as_ada, world):
    Registrant.objects.update(join_url="")
    page = reverse("contact", args=[lena_at_goto.pk])
    assert "no link to join yet" in as_ada.get(page).content.decode()
    world.advance(days=3)
    assert "link to join" not in as_ada.get(page).content.decode()


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
    with django_assert_max_num_queries(18):
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


def test_timeline_tells_by_whom_or_what_somebody_was_tagged(as_mara, mara, ada, event, django_assert_max_num_queries):
    lena = make_contact(source="hand", email="lena@example.com")
    submission = send(make_form(ada, event=event))
    act = SubmissionAct.objects.create(submission=submission, position=9, kind="add_tags", settings={"tags": "x"})
    campaign = make_campaign(name="Spring", segments=[], actor=None)
    file = open_import(file=io.BytesIO(b"email\nlena@example.com"), name="people.csv", actor=mara)
    merge = merge_contacts(kept=lena, other=make_contact(source="hand", email="l@example.com"), actor=mara)
    as_mara.post(reverse("tag_contact", args=[lena.pk]), {"add": "Z"})
    told = {
        f"merge:{merge.pk}": f"by {mara}, who merged this contact with another",
        f"unmerge:{merge.pk}": "when a merge with another contact was undone",
        f"together:{mara.pk}": f"by {mara}, together with others",
        f"program:{mara.pk}": f"by a program of {mara}",
        f"form:{act.pk}:0": "by the form “Safety week”",
        f"campaign:{campaign.pk}:7:1": "by the campaign “Spring”",
        f"import:{file.pk}": "from the file people.csv",
        "form:999:0": "by a form",
        "something else": "",
    }
    for number, cause in enumerate(told):
        add_tags(contacts=[lena.pk], names=[f"A{number}", f"B{number}"], cause=cause)
    remove_tags(contacts=[lena.pk], names=["Z"], cause=f"person:{mara.pk}")
    expected = {f"Was given the tag {x}{n} {words}".strip() for n, words in enumerate(told.values()) for x in "AB"}
    expected |= {f"Was given the tag Z by {mara}", f"Lost the tag Z by {mara}"}
    with django_assert_max_num_queries(30):
        page = as_mara.get(reverse("contact", args=[lena.pk]), {"about": "tags"})
    assert expected == set(read_timeline(page))


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


TOLD = [
    ("registered", {}, "sign-ups", "Registered Ladder safety"),
    ("approved", {}, "sign-ups", "Was approved Ladder safety"),
    ("denied", {}, "sign-ups", "Was denied Ladder safety"),
    ("cancelled", {}, "sign-ups", "Is no longer registered Ladder safety"),
    ("joined", {}, "attendance", "Joined Ladder safety"),
    ("left", {}, "attendance", "Left Ladder safety"),
    ("attended", {"attended_seconds": 1800}, "attendance", "Attended Ladder safety 30 min, 50% of the event"),
    ("absent", {}, "attendance", "Did not attend Ladder safety"),
    ("survey_submitted", {}, "attendance", "Answered the survey Ladder safety"),
    ("mail_sent", {"subject": "Join us"}, "mail", "Was sent a mail Join us"),
    ("mail_opened", {"subject": "Join us"}, "mail", "Opened a mail Join us"),
    ("mail_clicked", {"subject": "Join us"}, "mail", "Followed a link Join us"),
    ("mail_bounced", {"subject": "Join us"}, "mail", "Could not be reached by a mail Join us"),
    ("form_submitted", {"form": "Safety week"}, "forms", "Submitted a form Safety week"),
    (
        "campaign_step",
        {"campaign": 9, "words": "wait", "name": "Spring"},
        "campaigns",
        "Moved on in a campaign Wait, in “Spring”",
    ),
    ("segment_entered", {"segment_id": 1}, "segments", "Came into a segment Friends"),
    ("segment_left", {"segment_id": 99}, "segments", "Left a segment one that is no longer here"),
    ("tag_added", {"tag": "VIP", "cause": "import:99"}, "tags", "Was given the tag VIP from a file"),
    ("tag_removed", {"tag": "VIP", "cause": ""}, "tags", "Lost the tag VIP"),
    ("consent_granted", {"purpose_id": 1}, "consent", "Agreed News"),
    ("consent_withdrawn", {"purpose_id": 1}, "consent", "Withdrew consent News"),
    ("contact_silenced", {}, "consent", "Is not to be contacted"),
    ("contact_created", {}, "", "Became a contact"),
    ("course_completed", {"title": "Safety"}, "courses", "Completed a course Safety"),
]


def test_timeline_tells_what_happened_and_is_narrowed(event, as_mara):
    lena = make_contact(source="hand", email="lena@example.com")
    Fact.objects.all().delete()
    known = {"is_registered": True, "is_approved": True, "was_registered": True, "is_final": True}
    Participation.objects.create(
        contact=lena, event=event, attended_seconds=1800, attended_percent=50, sessions_attended=1, **known
    )
    Segment.objects.create(pk=1, name="Friends", rules={"all": []}, created_at=clock.now())
    Purpose.objects.create(pk=1, name="News", wording="Yes", created_at=clock.now())
    with transaction.atomic():
        append(
            NewFact(
                kind=kind, happened_at=clock.now(), dedupe_key=kind, contact_id=lena.pk, data=data,
                event_id=event.pk if "Ladder" in told else None,
            )
            for kind, data, _, told in TOLD
        )  # fmt: skip
    page = reverse("contact", args=[lena.pk])
    for narrowed in ("", "nonsense", *SUBJECTS):
        expected = {told for _, _, subject, told in TOLD if narrowed in ("", "nonsense", subject)}
        assert expected == set(read_timeline(as_mara.get(page, {"about": narrowed}))), narrowed


def read_timeline(answer) -> list[str]:
    entries = re.findall(
        r'<li class="timeline-entry">(.*?)<span class="timeline-when', answer.content.decode(), re.DOTALL
    )
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in entries]


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
