"""Changing courses (`authoring`, `enrolment`) and what people have completed (`completion`)."""

from greenroom.hub.courses.services.authoring import (
    add_event_item,
    add_lesson,
    add_section,
    add_text_item,
    change_item,
    check_can_be_added,
    create_course,
    remove_item,
)
from greenroom.hub.courses.services.completion import evaluate_event, evaluate_item
from greenroom.hub.courses.services.enrolment import enroll, unenroll

__all__ = [
    "add_event_item",
    "add_lesson",
    "add_section",
    "add_text_item",
    "change_item",
    "check_can_be_added",
    "create_course",
    "enroll",
    "evaluate_event",
    "evaluate_item",
    "remove_item",
    "unenroll",
]
