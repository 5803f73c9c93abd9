"""Courses and who takes part (`course`), and how people stand (`completion`)."""

from greenroom.hub.courses.models.completion import (
    Certificate,
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
    Section,
    SectionItem,
    file_key,
    lesson_files,
)

__all__ = [
    "CalendarEntry",
    "CalendarFeed",
    "Certificate",
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
    "Section",
    "SectionItem",
    "file_key",
    "lesson_files",
]
