"""Courses: what people learn, in which order, and who takes part."""

import secrets
from datetime import datetime
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models.functions import Now

from greenroom.hub.events.models import Event, Recording


def lesson_files() -> FileSystemStorage:
    """Return where the files of lessons are kept: in the data folder, out of reach of the web server."""
    return FileSystemStorage(location=settings.DATA_DIR / "files", file_permissions_mode=0o600)


def file_key(_item: models.Model, _name: str) -> str:
    """Return the name a file is kept under. What the person called it never becomes a path."""
    return secrets.token_hex(16)


class Course(models.Model):
    """A course: lessons, and the people who take or teach it."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    is_published = models.BooleanField(default=False)
    publish_at = models.DateTimeField(null=True, help_text="Learners see it from then on; null is at once.")
    close_at = models.DateTimeField(null=True, help_text="Then nobody new takes part or registers; null is never.")
    is_open = models.BooleanField(default=False, help_text="Whoever signs in may take part, as a learner.")
    capacity = models.PositiveIntegerField(
        null=True, help_text="How many learners there may be when people take themselves in; null is no limit."
    )
    trusts_assistants = models.BooleanField(default=False, help_text="They may start events and judge results.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        """Return the title."""
        return self.title

    def is_shown(self, now: datetime) -> bool:
        """Tell whether those who take or observe the course see it; `release.is_shown` is the same for rows."""
        return self.is_published and (self.publish_at is None or now >= self.publish_at)

    def has_closed(self, now: datetime) -> bool:
        """Tell whether nobody new takes part or registers any more; `release.takes_people` is the contrary for rows."""
        return self.close_at is not None and now >= self.close_at


class Enrollment(models.Model):
    """One person's role in one course."""

    class Role(models.TextChoices):
        """What the person does there."""

        INSTRUCTOR = "instructor", "Instructor"
        EDITOR = "editor", "Editor"
        ASSISTANT = "assistant", "Assistant"
        LEARNER = "learner", "Learner"
        OBSERVER = "observer", "Observer"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrollments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrollments")
    role = models.CharField(max_length=16, choices=Role)
    enrolled_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="one_role_per_course")]


class ObserverGrant(models.Model):
    """That an observer sees the results of one learner of their course, or of everybody who learns there."""

    observer = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="grants")
    learner = models.ForeignKey(
        Enrollment, null=True, on_delete=models.CASCADE, related_name="+", help_text="Null is everybody."
    )
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["observer", "learner"], name="one_grant_per_learner"),
            models.UniqueConstraint(
                fields=["observer"], condition=models.Q(learner__isnull=True), name="one_grant_of_everybody"
            ),
        ]


class Lesson(models.Model):
    """A page of a course."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="lessons")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    position = models.PositiveIntegerField()
    available_from = models.DateTimeField(null=True, help_text="Learners find it open from then on; null is always.")
    available_until = models.DateTimeField(null=True, help_text="And from then on no more; null is never.")

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class Section(models.Model):
    """A part of a lesson, with its items in order."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="sections")
    title = models.CharField(max_length=200)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class SectionItem(models.Model):
    """
    One thing in a section: a live event, or material to read, open or watch.

    The same event may stand in several places; it stays one event with one list of registrants. Removing an item marks
    it, so that what people did with it is kept; nothing is asked of GoTo.
    """

    class Kind(models.TextChoices):
        """What it is."""

        LIVE_EVENT = "live_event", "Live event"
        RECORDING = "recording", "Recording"
        TEXT = "text", "Text"
        LINK = "link", "Link"
        FILE = "file", "File"

    class Points(models.TextChoices):
        """What points are given for."""

        DONE = "done", "All points when it is completed"
        PERCENT = "percent", "In proportion to the share attended"
        DATES = "dates", "In proportion to the dates attended"

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=16, choices=Kind)
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True, help_text="Instead of what it is called by itself.")
    text = models.TextField(blank=True)
    url = models.CharField(max_length=2000, blank=True)
    file = models.FileField(storage=lesson_files, upload_to=file_key, blank=True)
    file_name = models.CharField(max_length=200, blank=True, help_text="As whoever brought it called it.")
    file_size = models.PositiveBigIntegerField(null=True, help_text="Bytes.")
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="items")
    recording = models.ForeignKey(
        Recording, null=True, on_delete=models.PROTECT, related_name="items", help_text="Its event is not in `event`."
    )
    picks_date = models.BooleanField(
        default=False, help_text="Learners pick one of the dates that share the event's recurrence key."
    )
    is_required = models.BooleanField(default=True)
    completion_rule = models.JSONField(null=True, help_text="`completion_rule.CompletionRule`")
    points_for = models.CharField(max_length=16, choices=Points, blank=True, default="", db_default="")
    max_points = models.PositiveSmallIntegerField(default=10, db_default=10)
    available_from = models.DateTimeField(null=True, help_text="Learners find it open from then on; null is always.")
    available_until = models.DateTimeField(null=True, help_text="And from then on no more; null is never.")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="live_event", event__isnull=False, recording__isnull=True)
                | models.Q(kind="recording", event__isnull=True, recording__isnull=False)
                | (models.Q(kind="text") | models.Q(kind="link", url__gt="") | models.Q(kind="file", file__gt=""))
                & models.Q(event__isnull=True, recording__isnull=True),
                name="item_has_what_its_kind_needs",
            )
        ]
        indexes = [models.Index(fields=["event"], name="item_by_event", condition=models.Q(event__isnull=False))]

    @property
    def shown_title(self) -> str:
        """Return the item's own title, or what it is called by itself; empty for a text without one."""
        if self.title or self.kind == self.Kind.TEXT:
            return self.title
        if self.event:
            return self.event.title
        if self.recording:
            return self.recording.name or self.recording.event.title
        return self.file_name or self.host

    @property
    def host(self) -> str:
        """Return where a link leads, for people to read."""
        return urlsplit(self.url).netloc


class CalendarEntry(models.Model):
    """
    One date of an event as calendars know it: `uid` stays when the date moves, and when it is cancelled.

    Apart from `events.EventTime`, whose rows are what GoTo lists now and come and go with it.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="calendar_entries")
    uid = models.UUIDField(default=uuid4, unique=True)
    title = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    sequence = models.PositiveIntegerField(default=0, help_text="How often it has been changed.")
    changed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["event", "starts_at"], name="calendar_by_event")]


class CalendarFeed(models.Model):
    """
    A secret address that shows one person's dates to their calendar: of one course, or of all they take part in.

    Only the hash of its token is kept.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    course = models.ForeignKey(Course, null=True, on_delete=models.CASCADE, related_name="+", help_text="Null is all.")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "course"], name="one_calendar_per_course"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(course__isnull=True), name="one_calendar_of_all_courses"
            ),
        ]


class Invitation(models.Model):
    """A link by which people who sign in take themselves into a course, as learners. Only its token's hash is kept."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    most_uses = models.PositiveIntegerField()
    uses = models.PositiveIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(uses__lte=models.F("most_uses")), name="invitation_is_not_used_too_often"
            )
        ]
