"""People get what is kept of them, and are forgotten."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection as database

from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.services import (
    Person,
    add_purpose,
    add_tags,
    check_import,
    erase_contact,
    erase_inactive,
    export_person,
    keep_people,
    make_contact,
    open_import,
    record_consent,
)
from greenroom.hub.contacts.services.importing import take_in
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.ledger.models import Fact

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena(world, pull, run_jobs) -> Contact:
    """Lena was at an event that is over, and signed up for one to come."""
    people = [{"email": "lena@example.com", "first_name": "Lena", "last_name": "Lang"}]
    past = world.schedule_webinar("Ladder safety", starts_in=timedelta(hours=-1), registrants=people)
    world.write_attendance(past, {"lena@example.com": [[0, 45]]})
    world.lena_signed_up_for = world.schedule_webinar("Ropes", starts_in=timedelta(days=1), registrants=people)
    world.advance(minutes=20)
    pull()
    run_jobs()
    contact = Contact.objects.get()
    news = add_purpose(name="News", wording="Write to me.")
    record_consent(contacts=[contact.pk], purpose=news, state="granted", source="form", details={"form": "Spring"})
    add_tags(contacts=[contact.pk], names=["VIP"])
    return contact


def test_person_gets_everything_that_is_kept_of_them_and_no_join_link(lena):
    told = json.loads(json.dumps(export_person(contact=lena), cls=DjangoJSONEncoder))
    assert ("Lena", ["lena@example.com"], ["VIP"]) == (told["first_name"], told["addresses"], told["tags"])
    assert {"Ladder safety", "Ropes"} == {one["title"] for one in told["events"]}
    assert {"registered", "attended", "consent_granted"} <= {one["what"] for one in told["history"]}
    assert ("granted", "Write to me.") == (told["consents"][0]["state"], told["evidence"][0]["words"])
    assert "join" not in json.dumps(told).replace("joined", "")


def list_places_of(word: str) -> set[str]:
    """Return the tables and columns in which a word stands."""
    found = set()
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            for column in database.introspection.get_table_description(cursor, table):
                name = database.ops.quote_name(column.name)
                cursor.execute(
                    f"SELECT count(*) FROM {database.ops.quote_name(table)} WHERE CAST({name} AS text) LIKE %s",
                    [f"%{word}%"],
                )
                if cursor.fetchone()[0]:
                    found.add(f"{table}.{column.name}")
    return found


def test_erased_person_is_withdrawn_at_goto_and_found_nowhere_once_the_events_are_over(lena, world, pull, run_jobs):
    facts = Fact.objects.count()
    erase_contact(contact=lena)
    run_jobs()
    assert [] == world.registrants_at_goto(world.lena_signed_up_for)
    assert not Contact.objects.exists()
    assert facts <= Fact.objects.count()
    own = {one for one in list_places_of("lena@example") if one.startswith(("contacts_", "ledger_", "segments_"))}
    assert set() == own


def test_erased_person_is_brought_back_by_a_form_alone(lena, ada):
    erase_contact(contact=lena)
    assert 0 == keep_people([Person("lena@example.com")], source="goto")
    with pytest.raises(InvalidInputError) as caught:
        make_contact(source="hand", email="Lena@Example.com")
    assert ["email"] == list(caught.value.errors)
    source = open_import(file=BytesIO(b"email\nlena@example.com"), name="x.csv", actor=ada)
    check_import(source=source, mapping=["email"])
    take_in.call(import_id=source.pk)
    assert ["This person was erased."] == [one.reason for one in source.bad_rows.all()]
    assert make_contact(source="form", email="lena@example.com") == Contact.objects.get()


def test_contacts_of_whom_nothing_was_heard_are_erased_where_the_site_says_so(lena, world, settings):
    Contact.objects.exclude(pk=lena.pk).delete()
    old = make_contact(source="import", email="old@example.com")
    world.advance(days=400)
    fresh = make_contact(source="import", email="fresh@example.com")
    assert 0 == erase_inactive()
    settings.CONTACT_RETENTION_DAYS = 365
    assert 1 == erase_inactive()
    assert {lena, fresh} == set(Contact.objects.all())
    assert not Contact.objects.filter(pk=old.pk).exists()
