"""What is kept of contacts."""

from greenroom.hub.contacts.models.consents import Channel, Consent, ConsentRecord, Purpose
from greenroom.hub.contacts.models.people import Contact, ContactAddress, ContactWord, Participation, TouchedContact

__all__ = [
    "Channel",
    "Consent",
    "ConsentRecord",
    "Contact",
    "ContactAddress",
    "ContactWord",
    "Participation",
    "Purpose",
    "TouchedContact",
]
