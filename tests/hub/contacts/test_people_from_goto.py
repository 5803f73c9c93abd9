"""Contacts, and what they have to do with events, follow from what GoTo tells."""

from datetime import timedelta

import pytest

from greenroom.hub.contacts.models import Contact, ContactAddress, Participation
from greenroom.hub.contacts.selectors import list_facts_of
from greenroom.hub.contacts.services import make_contact, note_participations_of_events
from greenroom.hub.events.models import Event, Registrant

pytestmark = pytest.mark.django_db


@pytest.fixture
def sync(pull, run_jobs):
    def sync(key: str) -> Event:
        event = pull(key)
        run_jobs()
        return event

    return sync


def participations() -> dict[str, tuple[bool, int, int, bool]]:
    """Return who is registered, for how long they attended, how often, and whether that is final; by address."""
    rows = Participation.objects.select_related("contact").order_by("contact__email")
    return {
        one.contact.email: (one.is_registered, one.attended_seconds, one.sessions_attended, one.is_final)
        for one in rows
    }


def test_people_who_signed_up_at_goto_are_contacts_with_their_names(world, sync):
    sync(world.schedule_webinar(registrants=[{"email": "Lena@Example.com", "first_name": "Lena", "last_name": "Lang"}]))
    contact = Contact.objects.get()
    assert ("lena@example.com", "Lena", "Lang", "goto") == (
        contact.email, contact.first_name, contact.last_name, contact.source,
    )  # fmt: skip
    assert {"lena@example.com": (True, 0, 0, False)} == participations()


@pytest.mark.parametrize(
    ("policy", "left_out", "expected"),
    [
        ("everybody", "", "ann@shop.example ben@mail.harbor.example cy@myharbor.example lena@example.com"),
        ("everybody", "harbor.example", "ann@shop.example cy@myharbor.example lena@example.com"),
        ("known", "", "lena@example.com"),
    ],
)
def test_site_says_of_whom_contacts_are_made(world, sync, settings, policy, left_out, expected):
    settings.CONTACTS_FROM_GOTO, settings.CONTACT_DOMAINS_LEFT_OUT = policy, [left_out]
    make_contact(source="hand", email="lena@example.com")
    emails = ("ann@shop.example", "Ben@mail.HARBOR.example", "cy@myharbor.example", "lena@example.com")
    sync(world.schedule_webinar(registrants=[{"email": email} for email in emails]))
    assert expected == " ".join(sorted(one.email for one in Contact.objects.all()))
    assert participations()["lena@example.com"][0]


def test_nobody_is_made_twice_whatever_the_case_of_their_address(world, sync):
    make_contact(source="hand", email="LENA@example.com", first_name="Magdalena")
    for _ in range(2):
        sync(world.schedule_webinar(registrants=[{"email": "Lena@Example.com", "first_name": "L"}]))
    assert ["Magdalena"] == list(Contact.objects.values_list("first_name", flat=True))
    assert 2 == Participation.objects.count()


def test_attendance_counts_by_all_addresses_and_sign_ups_of_a_person(world, sync):
    contact = make_contact(source="hand", email="lena@example.com")
    ContactAddress.objects.create(contact=contact, email="lena@home.example")
    people = {"lena@example.com": [[0, 10]], "lena@home.example": [[10, 30]], "otto@example.com": [[0, 60]]}
    key = world.schedule_webinar(starts_in=timedelta(hours=-1), registrants=[{"email": one} for one in people])
    world.write_attendance(key, people)
    sync(key)
    assert {
        "lena@example.com": (True, 1800, 2, False), "otto@example.com": (True, 3600, 1, False),
    } == participations()  # fmt: skip


def test_who_never_came_is_known_to_be_absent_only_when_attendance_is_final(world, sync):
    key = world.schedule_webinar(
        starts_in=timedelta(hours=-1), registrants=[{"email": "lena@example.com"}, {"email": "otto@example.com"}]
    )
    world.write_attendance(key, {"otto@example.com": [[0, 60]]})
    sync(key)
    assert (True, 0, 0, False) == participations()["lena@example.com"]
    for _ in range(3):
        world.advance(hours=40)
        sync(key)
    assert {
        "lena@example.com": (True, 0, 0, True), "otto@example.com": (True, 3600, 1, True),
    } == participations()  # fmt: skip


def test_corrected_attendance_corrects_what_a_contact_did(world, sync):
    key = world.schedule_webinar(starts_in=timedelta(hours=-1), registrants=[{"email": "lena@example.com"}])
    world.write_attendance(key, {"lena@example.com": [[0, 60]]})
    session = sync(key).sessions.get()
    make_contact(source="hand", email="walk.in@example.com")
    session.attendees.create(
        attendee_key="1", email="walk.in@example.com", intervals=[], attended_seconds=5, reported_seconds=5
    )
    note_participations_of_events([session.event_id])
    assert {
        "lena@example.com": (True, 3600, 1, False), "walk.in@example.com": (False, 5, 1, False),
    } == participations()  # fmt: skip
    session.attendees.filter(email="lena@example.com").update(attended_seconds=60)
    session.attendees.filter(email="walk.in@example.com").delete()
    note_participations_of_events([session.event_id])
    assert {"lena@example.com": (True, 60, 1, False)} == participations()


@pytest.mark.parametrize(
    ("seconds", "percent"), [(0, 0), (1, 0), (35, 0), (36, 1), (1799, 49), (3600, 100), (9999, 100)]
)
def test_percent_is_of_the_length_of_all_sessions_rounded_down(world, sync, seconds, percent):
    key = world.schedule_webinar(starts_in=timedelta(hours=-1), registrants=[{"email": "lena@example.com"}])
    world.write_attendance(key, {"lena@example.com": [[0, 60]]})
    session = sync(key).sessions.get()
    session.attendees.update(attended_seconds=seconds)
    note_participations_of_events([session.event_id])
    assert percent == Participation.objects.get().attended_percent


def test_a_cancelled_sign_up_stays_in_the_timeline_and_counts_no_more(world, sync):
    key = world.schedule_webinar(registrants=[{"email": "lena@example.com"}, {"email": "otto@example.com"}])
    sync(key)
    lena = Contact.objects.get(email="lena@example.com")
    world.ask_goto(f"webinars/{key}/registrants/{Registrant.objects.get(email=lena.email).registrant_key}", "DELETE")
    for _ in range(3):
        world.advance(minutes=30)
        sync(key)
    assert not participations()[lena.email][0]
    assert ["cancelled", "contact_created", "registered"] == [fact.kind for fact in list_facts_of(contact=lena)]
