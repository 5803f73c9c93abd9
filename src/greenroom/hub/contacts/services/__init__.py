"""What is done with contacts."""

from greenroom.hub.contacts.services.consents import (
    add_purpose,
    change_purpose,
    record_consent,
    resume_contacting,
    stop_contacting,
)
from greenroom.hub.contacts.services.keeping import Person, change_contact, keep_people, make_contact
from greenroom.hub.contacts.services.participations import note_participations, note_participations_of_events

__all__ = [
    "Person",
    "add_purpose",
    "change_contact",
    "change_purpose",
    "keep_people",
    "make_contact",
    "note_participations",
    "note_participations_of_events",
    "record_consent",
    "resume_contacting",
    "stop_contacting",
]
