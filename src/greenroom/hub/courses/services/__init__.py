"""
Changing courses (`authoring`, `materials`, `enrolment`), what was completed, and `calendars`.

`completion` follows from what people did, `marks` are what instructors say, `course_completion` follows from both.
"""

from greenroom.hub.courses.services.authoring import (
    add_event_item,
    add_lesson,
    add_section,
    change_course,
    change_item,
    change_lesson,
    change_release,
    change_section,
    check_can_be_added,
    create_course,
    remove_item,
    set_points,
    set_rule,
)
from greenroom.hub.courses.services.calendars import keep_calendar, open_feed, revoke_feed
from greenroom.hub.courses.services.certificates import get_certificate, restore_certificate, revoke_certificate
from greenroom.hub.courses.services.completion import evaluate_event, evaluate_item
from greenroom.hub.courses.services.course_completion import set_policy
from greenroom.hub.courses.services.enrolment import (
    change_enrollment,
    enroll,
    grant_results,
    leave,
    take_part,
    unenroll,
)
from greenroom.hub.courses.services.enrolment_file import carry_out_enrollments, plan_enrollments
from greenroom.hub.courses.services.invitations import (
    accept_invitation,
    get_invitation,
    make_invitation,
    revoke_invitation,
)
from greenroom.hub.courses.services.marks import NewMark, keep_marks, mark, note_click, take_back_marks
from greenroom.hub.courses.services.materials import (
    add_file_item,
    add_link_item,
    add_recording_item,
    add_text_item,
    change_material,
)
from greenroom.hub.courses.services.notices import choose_notices, put_away, tell_people
from greenroom.hub.courses.services.people import forget_learner, tell_learning

__all__ = [
    "NewMark",
    "accept_invitation",
    "add_event_item",
    "add_file_item",
    "add_lesson",
    "add_link_item",
    "add_recording_item",
    "add_section",
    "add_text_item",
    "carry_out_enrollments",
    "change_course",
    "change_enrollment",
    "change_item",
    "change_lesson",
    "change_material",
    "change_release",
    "change_section",
    "check_can_be_added",
    "choose_notices",
    "create_course",
    "enroll",
    "evaluate_event",
    "evaluate_item",
    "forget_learner",
    "get_certificate",
    "get_invitation",
    "grant_results",
    "keep_calendar",
    "keep_marks",
    "leave",
    "make_invitation",
    "mark",
    "note_click",
    "open_feed",
    "plan_enrollments",
    "put_away",
    "remove_item",
    "restore_certificate",
    "revoke_certificate",
    "revoke_feed",
    "revoke_invitation",
    "set_points",
    "set_policy",
    "set_rule",
    "take_back_marks",
    "take_part",
    "tell_learning",
    "tell_people",
    "unenroll",
]
