"""Whoever is erased is found in no column of any table; and what goes is what they were told before."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import CharField, JSONField, TextField
from tests.factories.courses import make_enrollment
from tests.factories.forms import make_form, send
from tests.factories.users import make_user

from greenroom.hub.contacts.addresses import digest
from greenroom.hub.contacts.models import Contact, Suppression
from greenroom.hub.contacts.services import (
    add_field,
    add_purpose,
    add_tags,
    erase_contact,
    export_person,
    record_consent,
    set_values,
)
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.courses.models import Certificate, Completion
from greenroom.hub.events.models import Event, EventSession, SessionAnswers
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register
from greenroom.hub.mailing.services import queue_letter
from greenroom.hub.segments.services import save_segment
from greenroom.hub.users.models import User
from greenroom.hub.webforms.models import WebForm
from greenroom.hub.webforms.tokens import sign_shown

EMAIL, FIRST, LAST = "zebulonia@example.com", "Zebulonia", "Quastenberg"
# What of a row is not the person's to know (links that admit their bearer), or only our own spelling of the rest.
UNTOLD = {
    *("join_url", "nonce", "visitor_digest", "confirmed_by_digest", "dedupe_key", "searched", "alias_key", "word"),
    *(
        "registrant_key",
        "attendee_key",
        "key",
        "password",
        "linked_email",
        "cause",
        "kind",
        "source",
        "status",
        "state",
    ),
    *("channel", "headers"),
}


@pytest.fixture
def person(world, pull, run_jobs, ada, course, item) -> Contact:
    """Zebulonia has to do with everything there is."""
    row = {"email": EMAIL, "first_name": FIRST, "last_name": LAST}
    past = world.schedule_webinar("Scaffolds", starts_in=timedelta(hours=-1), registrants=[row])
    world.write_attendance(past, {EMAIL: [[0, 45]]})
    pull(world.schedule_webinar("Ropes", starts_in=timedelta(days=1), registrants=[row]))
    world.advance(minutes=20)
    pull(past)
    account = make_user(FIRST, last_name=LAST, email=EMAIL)
    make_enrollment(course, account)
    Completion.objects.create(item=item, user=account, status="completed", evaluated_at=world.now)
    Certificate.objects.create(
        code="ABCD2345EFGH6789", course=course, user=account, person_name=f"{FIRST} {LAST}", course_title="Safety",
        attended_seconds=60, completed_on=world.now.date(), issued_at=world.now,
    )  # fmt: skip
    asked = [{"question": "Which knot?", "asked_by": EMAIL, "asked_at": None, "answers": ["This"]}]
    session = EventSession.objects.get(event__event_key=past)
    SessionAnswers.objects.update_or_create(session=session, defaults={"questions": asked, "read_at": world.now})
    for title in ("Hoists", "Cranes"):
        event = pull(world.schedule_webinar(title, starts_in=timedelta(days=2)))
        fields = {"firstName": FIRST, "lastName": LAST, "email": EMAIL}
        register(event=event, answers=Answers(fields), user=account)
        if title == "Hoists":
            run_jobs()
    form = make_form(ada, event=event)
    for confirms in (False, True):
        WebForm.objects.filter(pk=form.pk).update(asks_to_confirm=confirms)
        form.refresh_from_db()
        shown = sign_shown(form.pk)
        world.advance(minutes=1)
        send(form, {"First name": FIRST, "Last name": LAST, "E-mail address": EMAIL}, shown=shown)
    contact = Contact.objects.get(email=EMAIL)
    set_values(values=[(contact.pk, add_field(label="Pet", kind="text"), f"Cat of {FIRST}")])
    add_tags(contacts=[contact.pk], names=["Quastenberg family"])
    news = add_purpose(name="News", wording="Write to me.")
    record_consent(contacts=[contact.pk], purpose=news, state="granted", source="form", details={"by": EMAIL})
    save_segment(name="All", rules={"not": {"all": []}}, actor=ada)
    queue_letter(to=EMAIL, subject=f"For {FIRST}", text="Hello", dedupe_key="one")
    run_jobs()
    return contact


def list_texts() -> Iterator[tuple[str, int, str, str]]:
    """Give every text of every row as it is read, what is kept encrypted too: table, key, column, text."""
    for model in apps.get_models():
        columns = [one for one in model._meta.concrete_fields if isinstance(one, CharField | TextField | JSONField)]
        for row in model._base_manager.all():
            for column in columns:
                value = getattr(row, column.attname)
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                yield model._meta.label, row.pk, column.name, text


def find_places() -> set[str]:
    words = (EMAIL, "zebulonia", "quastenberg")
    return {f"{label}.{name}" for label, _, name, text in list_texts() if any(word in text.lower() for word in words)}


def test_erased_person_is_found_in_no_table(person, world, run_jobs):
    assert 15 < len(find_places())
    erase_contact(contact=person, with_account=True)
    run_jobs()
    assert set() == find_places()
    assert [digest(EMAIL)] == [one.digest for one in Suppression.objects.all()]
    assert [] == [one["email"] for event in Event.objects.all() for one in world.registrants_at_goto(event.event_key)
                  if event.ends_at > world.now]  # fmt: skip
    assert ["completed"] == [one.status for one in Completion.objects.all()]
    assert [True] == [one.revoked_at is not None for one in Certificate.objects.all()]


def test_everything_that_goes_was_told_before(person, run_jobs):
    told = json.dumps(export_person(contact=person), cls=DjangoJSONEncoder, ensure_ascii=False)
    before = {place: text for *place_, text in list_texts() if (place := tuple(place_))}
    erase_contact(contact=person, with_account=True)
    after = {place: text for *place_, text in list_texts() if (place := tuple(place_))}
    for place, text in before.items():
        label, _, name = place
        if name not in UNTOLD and after.get(place) != text and label.split(".")[0] not in ("jobs", "account"):
            for word in _words_in(text):
                assert word in told, (label, name)


def _words_in(text: str) -> list[str]:
    """Return what of a text has to be told: of JSON its values alone."""
    try:
        value = json.loads(text)
    except ValueError:
        return [json.dumps(text, ensure_ascii=False)[1:-1]]
    return [one for one in _values_in(value) if len(one) > 1]


def _values_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _values_in(one)]
    if isinstance(value, list):
        return [text for one in value for text in _values_in(one)]
    return [json.dumps(value, ensure_ascii=False)[1:-1]] if isinstance(value, str) else []


def test_account_stays_unless_asked_for_and_that_of_an_admin_always(person, ada):
    erase_contact(contact=person)
    assert User.objects.get(email=EMAIL).is_active
    staff = Contact.objects.create(email=ada.email, source="hand", created_at=person.created_at)
    staff.addresses.create(email=ada.email)
    with pytest.raises(StateConflictError):
        erase_contact(contact=staff, with_account=True)
    assert Contact.objects.filter(pk=staff.pk).exists()


def test_what_goto_tells_again_of_an_erased_person_is_blanked_again(person, world, pull, run_jobs):
    erase_contact(contact=person)
    past = Event.objects.get(title="Scaffolds")
    past.registrants.update(email=EMAIL, first_name=FIRST)
    pull(past.event_key)
    world.advance(hours=30)
    pull(past.event_key)
    run_jobs()
    assert {""} == set(past.registrants.values_list("email", flat=True))
