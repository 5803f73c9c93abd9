"""Courses."""

from datetime import UTC, datetime

from django.core.files.base import ContentFile

from greenroom.hub.courses.models import Course, Enrollment, Lesson, Section, SectionItem
from greenroom.hub.events.models import Event
from greenroom.hub.users.models import User


def make_course(title: str = "Workplace safety", *, is_published: bool = True) -> Course:
    """Make an empty course."""
    return Course.objects.create(title=title, slug=title.lower().replace(" ", "-"), is_published=is_published)


def make_section(course: Course, title: str = "Before you climb") -> Section:
    """Make a lesson with one section."""
    lesson = Lesson.objects.create(course=course, title="Working at height", position=10)
    return Section.objects.create(lesson=lesson, title=title, position=10)


def make_item(section: Section, event: Event, **fields: object) -> SectionItem:
    """Put an event into a section."""
    return SectionItem.objects.create(
        section=section, kind=SectionItem.Kind.LIVE_EVENT, event=event, position=10, **fields
    )


def make_file(section: Section, name: str = "Ladders.pdf", content: bytes = b"%PDF", **fields: object) -> SectionItem:
    """Put a file into a section."""
    file = ContentFile(content, name)
    return SectionItem.objects.create(
        section=section, kind="file", file=file, file_name=name, file_size=len(content), position=40, **fields
    )


def make_recording(section: Section, event: Event, key: str = "1", name: str = "") -> SectionItem:
    """Put a recording of an event into a section."""
    recording = event.recordings.create(recording_key=key, name=name, started_at=event.starts_at)
    return SectionItem.objects.create(section=section, kind="recording", recording=recording, position=50)


def make_enrollment(course: Course, user: User, role: str = "learner") -> Enrollment:
    """Give somebody a role, since the first of March 2026."""
    return Enrollment.objects.create(course=course, user=user, role=role, enrolled_at=datetime(2026, 3, 1, tzinfo=UTC))
