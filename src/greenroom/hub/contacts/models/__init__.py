"""What is kept of contacts."""

from greenroom.hub.contacts.models.consents import Channel, Consent, ConsentRecord, Purpose
from greenroom.hub.contacts.models.labels import ContactTag, CustomField, FieldValue, Tag
from greenroom.hub.contacts.models.merges import Merge
from greenroom.hub.contacts.models.people import Contact, ContactAddress, ContactWord, Participation, TouchedContact

__all__ = [
    "Channel",
    "Consent",
    "ConsentRecord",
    "Contact",
    "ContactAddress",
    "ContactTag",
    "ContactWord",
    "CustomField",
    "FieldValue",
    "Merge",
    "Participation",
    "Purpose",
    "Tag",
    "TouchedContact",
]
