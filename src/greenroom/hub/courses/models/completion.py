"""How people stand: with each item and with a course, what was said by hand, and how it came to that."""

from django.conf import settings
from django.db import models

from greenroom.hub.courses.models.course import Course, SectionItem


class Completion(models.Model):
    """How one person stands with one item: by what they did, unless an instructor has said otherwise."""

    class Status(models.TextChoices):
        """The result."""

        COMPLETED = "completed", "Completed"
        PARTIAL = "partial", "Partly attended"
        ABSENT = "absent", "Absent"
        EXCUSED = "excused", "Excused"

    class Basis(models.TextChoices):
        """What the result rests on."""

        RULE = "rule", "The item's rule"
        MARK = "mark", "An instructor's mark"

    item = models.ForeignKey(SectionItem, on_delete=models.CASCADE, related_name="completions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="completions")
    status = models.CharField(max_length=16, choices=Status)
    basis = models.CharField(max_length=16, choices=Basis, default=Basis.RULE, db_default=Basis.RULE)
    attended_seconds = models.PositiveIntegerField(default=0, db_default=0)
    attended_dates = models.PositiveIntegerField(default=0, db_default=0)
    percent = models.DecimalField(max_digits=4, decimal_places=1, default=0, db_default=0)
    completed_at = models.DateTimeField(null=True, help_text="When the session ended that completed it.")
    evaluated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="one_completion_per_person")]
        indexes = [models.Index(fields=["user", "status"], name="completion_by_user")]


class Mark(models.Model):
    """What an instructor said of one person and one item. It holds whatever GoTo tells, until it is taken back."""

    item = models.ForeignKey(SectionItem, on_delete=models.CASCADE, related_name="marks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=16, choices=Completion.Status)
    reason = models.CharField(max_length=500)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="one_mark_per_person")]


class CompletionChange(models.Model):
    """
    One change of how somebody stands with an item; never changed itself.

    Nobody in `changed_by` means that it followed from attendance, the rule, or what the learner did.
    """

    item = models.ForeignKey(SectionItem, on_delete=models.CASCADE, related_name="completion_changes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    was = models.CharField(max_length=16, blank=True, help_text="Empty: nothing was known.")
    became = models.CharField(max_length=16, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "item", "changed_at"], name="one_completion_change_at_a_time")
        ]


class ItemClick(models.Model):
    """That somebody did something with an item here, and when for the first time."""

    class Kind(models.TextChoices):
        """What they did."""

        JOINED = "joined", "Went through Join"
        OPENED = "opened", "Opened it"
        DONE = "done", "Said that they are done"

    item = models.ForeignKey(SectionItem, on_delete=models.CASCADE, related_name="clicks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    clicked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "kind", "user"], name="first_click_per_person")]


class CoursePolicy(models.Model):
    """When a course is completed, and what for."""

    course = models.OneToOneField(Course, on_delete=models.CASCADE, related_name="policy")
    percent = models.PositiveSmallIntegerField(default=100, help_text="Of the required items.")
    complete_by = models.DateTimeField(null=True)
    gives_certificate = models.BooleanField(default=False)
    credits = models.CharField(max_length=60, blank=True, help_text="What stands on certificates of hours or credits.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(percent__gte=1, percent__lte=100), name="policy_percent_is_share")
        ]


class CourseCompletion(models.Model):
    """That somebody has completed a course. It goes when a completion that it rests on is taken back."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="completed")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="completed_courses")
    completed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="one_course_completion_per_person")]


class Certificate(models.Model):
    """
    What somebody can show to others of a completed course. Who has its code can see it.

    It says what was true when it was issued: names that change later do not change it.
    """

    code = models.CharField(max_length=20, unique=True)
    course = models.ForeignKey(Course, null=True, on_delete=models.SET_NULL, related_name="certificates")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="certificates"
    )
    person_name = models.CharField(max_length=260)
    course_title = models.CharField(max_length=200)
    attended_seconds = models.PositiveIntegerField()
    credits = models.CharField(max_length=60, blank=True, db_default="")
    earned_points = models.DecimalField(max_digits=9, decimal_places=3, db_default=0, default=0)
    possible_points = models.PositiveIntegerField(db_default=0, default=0, help_text="0 where the course gives none.")
    completed_on = models.DateField(help_text="The day where the person lives.")
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    is_withheld = models.BooleanField(default=False, db_default=False, help_text="Revoked by hand: no other is issued.")

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "user"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_valid_certificate_per_person",
            )
        ]


class CertificateChange(models.Model):
    """That a certificate was revoked or brought back; never changed itself. Nobody in `changed_by`: it followed."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="changes")
    is_revoked = models.BooleanField(help_text="What it became.")
    reason = models.CharField(max_length=500)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at", "-pk"]
