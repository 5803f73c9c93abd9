"""Courses: what people learn, in which order, and what they have done of it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from greenroom.hub.events.models import Event


class Course(models.Model):
    """A course: lessons, and the people who take or teach it."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    is_published = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class Enrollment(models.Model):
    """One person's role in one course."""

    class Role(models.TextChoices):
        """What the person does there."""

        INSTRUCTOR = "instructor", "Instructor"
        EDITOR = "editor", "Editor"
        LEARNER = "learner", "Learner"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrollments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrollments")
    role = models.CharField(max_length=16, choices=Role)
    enrolled_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="one_role_per_course")]


class Lesson(models.Model):
    """A page of a course."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="lessons")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    position = models.PositiveIntegerField()

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
    One thing in a section: a live event, or a text.

    The same event may stand in several places; it stays one event with one list of registrants. Removing an item marks
    it, so that what people did with it is kept; nothing is asked of GoTo.
    """

    class Kind(models.TextChoices):
        """What it is."""

        LIVE_EVENT = "live_event", "Live event"
        TEXT = "text", "Text"

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=16, choices=Kind)
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True, help_text="Instead of the event's own title.")
    text = models.TextField(blank=True)
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="items")
    is_required = models.BooleanField(default=True)
    completion_rule = models.JSONField(null=True, help_text="`completion_rule.CompletionRule`")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="live_event", event__isnull=False) | models.Q(kind="text", event__isnull=True),
                name="item_has_what_its_kind_needs",
            )
        ]
        indexes = [models.Index(fields=["event"], name="item_by_event", condition=models.Q(event__isnull=False))]


class Completion(models.Model):
    """How one person stands with one item, as far as GoTo's attendance tells."""

    class Status(models.TextChoices):
        """The result of the item's rule."""

        COMPLETED = "completed", "Completed"
        PARTIAL = "partial", "Partly attended"
        ABSENT = "absent", "Absent"

    item = models.ForeignKey(SectionItem, on_delete=models.CASCADE, related_name="completions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="completions")
    status = models.CharField(max_length=16, choices=Status)
    attended_seconds = models.PositiveIntegerField()
    percent = models.DecimalField(max_digits=4, decimal_places=1)
    completed_at = models.DateTimeField(null=True)
    evaluated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="one_completion_per_person")]
        indexes = [models.Index(fields=["user", "status"], name="completion_by_user")]
