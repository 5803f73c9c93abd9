"""Who may be written to for what: the person's own word counts most, and all evidence is kept."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.hub.contacts.models import Channel, Consent, ConsentRecord, Contact, Purpose
from greenroom.hub.contacts.selectors import list_consent_records, list_mailable, list_standings
from greenroom.hub.contacts.services import (
    Person,
    add_purpose,
    change_contact,
    keep_people,
    make_contact,
    record_consent,
    resume_contacting,
    stop_contacting,
)
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.ledger.models import Fact

pytestmark = pytest.mark.django_db

State, Source, Silence = Consent.State, ConsentRecord.Source, Contact.Silence


@pytest.fixture
def news(world) -> Purpose:
    return add_purpose(name="News", wording="Write to me about new webinars.")


@pytest.fixture
def lena() -> Contact:
    return make_contact(source="hand", email="lena@example.com", first_name="Lena")


def say(state: State, contact: Contact, purpose: Purpose, source: Source = Source.FORM, **more) -> int:
    return record_consent(contacts=[contact.pk], purpose=purpose, state=state, source=source, **more)


def may_mail(contact: Contact, purpose: Purpose | None) -> bool:
    return list_mailable(purpose=purpose).filter(pk=contact.pk).exists()


def test_who_comes_from_goto_gets_service_messages_only(news):
    keep_people([Person("ben@example.com", "Ben")], source=Contact.Source.GOTO)
    ben = Contact.objects.get()
    assert (True, False) == (may_mail(ben, None), may_mail(ben, news))
    assert [State.SERVICE_ONLY] == [one.state for one in list_standings(contact=ben)]


def test_consent_holds_for_its_purpose_and_channel_alone(news, lena):
    offers = add_purpose(name="Offers", wording="Send me offers.")
    assert 1 == say(State.GRANTED, lena, news)
    say(State.GRANTED, lena, offers, channel=Channel.PHONE)
    assert (True, False) == (may_mail(lena, news), may_mail(lena, offers))


def test_evidence_tells_who_when_how_and_the_words_that_were_shown(news, lena, ada, world):
    say(State.GRANTED, lena, news, details={"form": 7})
    world.advance(days=1)
    say(State.WITHDRAWN, lena, news, Source.HAND, actor=ada, wording="She called.")
    assert [
        (State.WITHDRAWN, Source.HAND, "She called.", ada, clock.now(), {}),
        (State.GRANTED, Source.FORM, news.wording, None, clock.now() - timedelta(days=1), {"form": 7}),
    ] == [
        (one.state, one.source, one.wording, one.actor, one.happened_at, one.details)
        for one in list_consent_records(contact=lena)
    ]
    kinds = Fact.objects.filter(contact_id=lena.pk).order_by("pk").values_list("kind", flat=True)
    assert ["contact_created", "consent_granted", "consent_withdrawn"] == list(kinds)


@pytest.mark.parametrize("source", [Source.HAND, Source.IMPORT, Source.API])
def test_what_a_person_took_back_nobody_else_gives_again(news, lena, source):
    say(State.WITHDRAWN, lena, news, Source.PREFERENCES)
    assert 0 == say(State.GRANTED, lena, news, source)
    assert 0 == say(State.SERVICE_ONLY, lena, news, source)
    assert not may_mail(lena, news)
    assert 1 == say(State.GRANTED, lena, news, Source.FORM)
    assert may_mail(lena, news)


def test_older_evidence_changes_nothing_that_is_newer(news, lena):
    say(State.GRANTED, lena, news)
    assert 0 == say(State.WITHDRAWN, lena, news, happened_at=clock.now() - timedelta(days=9))
    assert may_mail(lena, news)
    assert 2 == list_consent_records(contact=lena).count()


def test_who_is_not_to_be_contacted_gets_no_service_messages_either(news, lena, ada):
    say(State.GRANTED, lena, news)
    assert 1 == stop_contacting(contacts=[lena.pk], reason=Silence.HAND, source=Source.HAND, actor=ada)
    assert (False, False) == (may_mail(lena, None), may_mail(lena, news))
    resume_contacting(contact=lena, actor=ada)
    assert (True, True) == (may_mail(lena, None), may_mail(lena, news))


def test_only_a_person_takes_back_that_they_asked_to_be_left_alone(news, lena, ada):
    stop_contacting(contacts=[lena.pk], reason=Silence.HAND, source=Source.HAND)
    stop_contacting(contacts=[lena.pk], reason=Silence.ASKED, source=Source.PREFERENCES)
    assert 0 == stop_contacting(contacts=[lena.pk], reason=Silence.BOUNCED, source=Source.DELIVERY)
    with pytest.raises(StateConflictError, match="Only they can change it"):
        resume_contacting(contact=lena, actor=ada)
    say(State.GRANTED, lena, news, Source.HAND)
    assert not may_mail(lena, None)
    say(State.GRANTED, lena, news, Source.FORM)
    assert may_mail(lena, news)


def test_changing_a_contact_leaves_what_they_said(news, lena):
    say(State.GRANTED, lena, news)
    stop_contacting(contacts=[lena.pk], reason=Silence.ASKED, source=Source.MAIL)
    change_contact(contact=lena, email="lena@new.example", first_name="Lena")
    assert not may_mail(lena, None)


def test_who_has_no_address_cannot_be_mailed(news):
    nobody = make_contact(source="hand", first_name="Nobody")
    say(State.GRANTED, nobody, news)
    assert (False, False) == (may_mail(nobody, None), may_mail(nobody, news))


def test_a_thousand_people_take_a_constant_number_of_statements(news, django_assert_max_num_queries):
    keep_people([Person(f"p{number}@example.com") for number in range(1000)], source="import")
    everybody = [*Contact.objects.values_list("pk", flat=True), 10**9]
    with django_assert_max_num_queries(40):
        assert 1000 == record_consent(
            contacts=everybody, purpose=news, state=State.GRANTED, source=Source.IMPORT, wording="Box 4 of the card"
        )
    assert 1000 == list_mailable(purpose=news).count()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " ", "wording": "x"}, "name"),
        ({"name": "News", "wording": "x"}, "name"),
        ({"name": "x" * 101, "wording": "x"}, "name"),
        ({"name": "Offers", "wording": " "}, "wording"),
    ],
)
def test_purpose_needs_a_name_of_its_own_and_a_question(news, given, field):
    with pytest.raises(InvalidInputError) as caught:
        add_purpose(**given)
    assert [field] == list(caught.value.errors)


OWN = (Source.FORM, Source.MAIL, Source.PREFERENCES)
sayings = st.lists(
    st.tuples(st.sampled_from(State), st.sampled_from([Source.FORM, Source.MAIL, Source.HAND, Source.IMPORT]))
)


@settings(max_examples=40)
@given(sayings)
def test_nobody_is_mailed_against_their_own_last_word(news, said):
    contact = make_contact(source="hand", email=f"p{Contact.objects.count()}@example.com")
    for state, source in said:
        say(state, contact, news, source)
    own = [state for state, source in said if source in OWN]
    if own and own[-1] == State.WITHDRAWN:
        assert not may_mail(contact, news)
    if not any(state == State.GRANTED for state, _ in said):
        assert not may_mail(contact, news)
    if said and said[-1][0] == State.GRANTED and State.WITHDRAWN not in [state for state, _ in said]:
        assert may_mail(contact, news)
