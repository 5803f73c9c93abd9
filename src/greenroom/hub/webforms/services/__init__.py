"""What is done with forms: `building` makes them, `submitting` takes what visitors send, `performing` acts on it."""

from greenroom.hub.webforms.services.building import (
    add_action,
    add_asked_fields,
    add_field,
    ask_organizers,
    change_action,
    change_field,
    change_form,
    close_form,
    create_form,
    delete_form,
    move_field,
    publish_form,
    remove_action,
    remove_field,
    step_field,
)
from greenroom.hub.webforms.services.performing import perform_acts, retry_acts
from greenroom.hub.webforms.services.submitting import (
    Sent,
    accept_submission,
    confirm_submission,
    forget_unaccepted,
    submit,
)
from greenroom.hub.webforms.services.viewing import count_view

__all__ = [
    "Sent",
    "accept_submission",
    "add_action",
    "add_asked_fields",
    "add_field",
    "ask_organizers",
    "change_action",
    "change_field",
    "change_form",
    "close_form",
    "confirm_submission",
    "count_view",
    "create_form",
    "delete_form",
    "forget_unaccepted",
    "move_field",
    "perform_acts",
    "publish_form",
    "remove_action",
    "remove_field",
    "retry_acts",
    "step_field",
    "submit",
]
