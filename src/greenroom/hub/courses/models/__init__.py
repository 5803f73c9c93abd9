"""Courses and who takes part (`course`), how people stand (`completion`), `notices` and `roster`."""

from greenroom.hub.courses.models.completion import (
    Certificate,
    CertificateChange,
    Completion,
    CompletionChange,
    CourseCompletion,
    CoursePolicy,
    ItemClick,
    Mark,
)
from greenroom.hub.courses.models.course import (
    CalendarEntry,
    CalendarFeed,
    Course,
    Enrollment,
    Invitation,
    Lesson,
    ObserverGrant,
    Section,
    SectionItem,
    file_key,
    lesson_files,
)
from greenroom.hub.courses.models.notices import Notice, NoticeChoice
from greenroom.hub.courses.models.roster import RosterRegistration

__all__ = [
    "CalendarEntry",
    "CalendarFeed",
    "Certificate",
    "CertificateChange",
    "Completion",
    "CompletionChange",
    "Course",
    "CourseCompletion",
    "CoursePolicy",
    "Enrollment",
    "Invitation",
    "ItemClick",
    "Lesson",
    "Mark",
    "Notice",
    "NoticeChoice",
    "ObserverGrant",
    "RosterRegistration",
    "Section",
    "SectionItem",
    "file_key",
    "lesson_files",
]
