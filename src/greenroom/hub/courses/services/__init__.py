"""Changing courses (`authoring`, `materials`, `enrolment`) and what people have completed (`completion`)."""

from greenroom.hub.courses.services.authoring import (
    add_event_item,
    add_lesson,
    add_section,
    change_item,
    check_can_be_added,
    create_course,
    remove_item,
)
from greenroom.hub.courses.services.completion import evaluate_event, evaluate_item
from greenroom.hub.courses.services.enrolment import enroll, unenroll
from greenroom.hub.courses.services.materials import (
    add_file_item,
    add_link_item,
    add_recording_item,
    add_text_item,
    change_material,
)

__all__ = [
    "add_event_item",
    "add_file_item",
    "add_lesson",
    "add_link_item",
    "add_recording_item",
    "add_section",
    "add_text_item",
    "change_item",
    "change_material",
    "check_can_be_added",
    "create_course",
    "enroll",
    "evaluate_event",
    "evaluate_item",
    "remove_item",
    "unenroll",
]
