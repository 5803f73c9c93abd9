"""What is kept of contacts."""

from greenroom.hub.contacts.models.consents import Channel, Consent, ConsentRecord, Purpose
from greenroom.hub.contacts.models.erasures import Suppression
from greenroom.hub.contacts.models.imports import BadRow, Import, ImportPart
from greenroom.hub.contacts.models.labels import ContactTag, CustomField, FieldValue, Tag
from greenroom.hub.contacts.models.merges import Merge
from greenroom.hub.contacts.models.people import Contact, ContactAddress, ContactWord, Participation, TouchedContact

__all__ = [
    "BadRow",
    "Channel",
    "Consent",
    "ConsentRecord",
    "Contact",
    "ContactAddress",
    "ContactTag",
    "ContactWord",
    "CustomField",
    "FieldValue",
    "Import",
    "ImportPart",
    "Merge",
    "Participation",
    "Purpose",
    "Suppression",
    "Tag",
    "TouchedContact",
]
