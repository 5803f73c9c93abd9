"""What this app does when something has happened."""

from collections.abc import Iterator, Sequence

from django.conf import settings

from greenroom.hub.contacts.addresses import normalize
from greenroom.hub.contacts.models import Contact, ContactAddress
from greenroom.hub.contacts.services import (
    Person,
    forget_again,
    forget_in_events,
    keep_people,
    note_participations,
    note_participations_of_events,
)
from greenroom.hub.events.models import Attendee, Registrant
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.readers import reader

_OF_PEOPLE = ("registered", "approved", "denied", "cancelled", "joined", "attended")
# Attendance was read: people may have less of it now, or none, of which no fact of theirs tells.
_OF_EVENTS = ("attendance_read", "attendance_final", "attendance_closed")


@reader("contacts.participations", kinds=[*_OF_PEOPLE, *_OF_EVENTS], batch=40)
def keep_contacts(facts: Sequence[Fact]) -> None:
    """Make contacts of people who signed up or attended, and note what they have to do with events."""
    people = [fact for fact in facts if fact.kind in _OF_PEOPLE and fact.email]
    whole = {fact.event_id for fact in facts if fact.kind in _OF_EVENTS and fact.event_id}
    keep_people(_choose(_tell(people)), source=Contact.Source.GOTO)
    emails = {fact.email for fact in people if fact.email}
    contacts = set(ContactAddress.objects.filter(email__in=emails).values_list("contact_id", flat=True))
    note_participations(events={fact.event_id for fact in people if fact.event_id} - whole, contacts=contacts)
    note_participations_of_events(whole)
    forget_again(people)
    forget_in_events(whole)


def _choose(people: Iterator[Person]) -> Iterator[Person]:
    """Give those of whom contacts are to be made; whoever is one already stays it."""
    if settings.CONTACTS_FROM_GOTO == "known":
        return
    left_out = tuple(f".{domain}" for domain in settings.CONTACT_DOMAINS_LEFT_OUT if domain)
    for one in people:
        domain = normalize(one.email).rpartition("@")[2]
        if not f".{domain}".endswith(left_out):
            yield one


def _tell(facts: Sequence[Fact]) -> Iterator[Person]:
    """Name the people that facts are about; facts hold no names. Two queries."""
    signed_up = {fact.registrant_id for fact in facts if fact.registrant_id}
    others = {fact.email for fact in facts if not fact.registrant_id}
    sessions = {fact.session_id for fact in facts if not fact.registrant_id}
    for found in (
        Registrant.objects.filter(pk__in=signed_up),
        Attendee.objects.filter(session__in=sessions, email__in=others),
    ):
        yield from (Person(*row) for row in found.values_list("email", "first_name", "last_name"))
