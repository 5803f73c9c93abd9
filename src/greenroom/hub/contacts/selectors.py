"""Fetching contacts."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from greenroom.hub.contacts.models import Contact, ContactWord, Participation
from greenroom.hub.contacts.words import words_of
from greenroom.hub.events.models import Registrant
from greenroom.hub.ledger.models import Fact

_LAST = chr(0x10FFFF)


def list_contacts(*, text: str = "") -> QuerySet[Contact]:
    """Return contacts, the latest first; each word of `text` begins a word of their name, address or organization."""
    contacts = Contact.objects.order_by("-pk")
    for word in words_of(text):
        begins = ContactWord.objects.filter(word__gte=word, word__lt=word + _LAST)
        contacts = contacts.filter(Exists(begins.filter(contact=OuterRef("pk"))))
    return contacts


def list_participations(*, contact: Contact) -> QuerySet[Participation]:
    """Return what a contact has to do with events, the latest event first. One query."""
    return contact.participations.select_related("event").order_by("-event__starts_at", "-pk")


def list_facts_of(*, contact: Contact) -> QuerySet[Fact]:
    """Return everything that happened to a contact, under whatever address, the latest first."""
    emails = contact.addresses.values("email")
    signed_up = Registrant.objects.filter(email__in=emails).values("pk")
    about = Q(contact_id=contact.pk) | Q(registrant_id__in=signed_up) | Q(registrant_id=None, email__in=emails)
    return Fact.objects.filter(about).order_by("-happened_at", "-pk")
