"""What is done with contacts."""

from greenroom.hub.contacts.services.keeping import Person, change_contact, keep_people, make_contact
from greenroom.hub.contacts.services.participations import note_participations, note_participations_of_events

__all__ = [
    "Person",
    "change_contact",
    "keep_people",
    "make_contact",
    "note_participations",
    "note_participations_of_events",
]
