"""What is done with contacts."""

from greenroom.hub.contacts.services.consents import (
    add_purpose,
    change_purpose,
    record_consent,
    resume_contacting,
    stop_contacting,
)
from greenroom.hub.contacts.services.erasing import (
    erase_contact,
    erase_inactive,
    export_person,
    forget_again,
    forget_in_events,
)
from greenroom.hub.contacts.services.fields import add_field, change_field, delete_field, read_value, set_values
from greenroom.hub.contacts.services.importing import (
    check_import,
    open_import,
    purge_imports,
    run_import,
)
from greenroom.hub.contacts.services.keeping import Person, change_contact, keep_people, make_contact
from greenroom.hub.contacts.services.merging import merge_contacts, undo_merge
from greenroom.hub.contacts.services.participations import note_participations, note_participations_of_events
from greenroom.hub.contacts.services.tags import add_tags, remove_tags, split_tags

__all__ = [
    "Person",
    "add_field",
    "add_purpose",
    "add_tags",
    "change_contact",
    "change_field",
    "change_purpose",
    "check_import",
    "delete_field",
    "erase_contact",
    "erase_inactive",
    "export_person",
    "forget_again",
    "forget_in_events",
    "keep_people",
    "make_contact",
    "merge_contacts",
    "note_participations",
    "note_participations_of_events",
    "open_import",
    "purge_imports",
    "read_value",
    "record_consent",
    "remove_tags",
    "resume_contacting",
    "run_import",
    "set_values",
    "split_tags",
    "stop_contacting",
    "undo_merge",
]
