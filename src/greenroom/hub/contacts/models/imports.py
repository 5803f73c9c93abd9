"""Files of contacts that people bring."""

from django.conf import settings
from django.db import models

from greenroom.hub.contacts.models.consents import Purpose
from greenroom.hub.core.encryption import EncryptedTextField


class Import(models.Model):
    """
    A file of contacts, and how far it was taken in.

    Its rows lie in parts. Each part is taken in with the cursor after it in one transaction: a process that dies loses
    at most the part in hand, and the next one goes on behind the last.
    """

    class State(models.TextChoices):
        """How far it got."""

        NEW = "new", "To be checked"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked"
        RUNNING = "running", "Being taken in"
        DONE = "done", "Done"

    file_name = models.CharField(max_length=200)
    encoding = models.CharField(max_length=32)
    delimiter = models.CharField(max_length=1)
    columns = models.JSONField(help_text="What the first line says.")
    rows_total = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=list, help_text="For each column where it goes; empty is nowhere.")
    tags = models.JSONField(default=list, help_text="For everybody in the file.")
    purpose = models.ForeignKey(Purpose, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.TextField(blank=True, help_text="How everybody in the file agreed to the purpose.")
    overwrites = models.BooleanField(default=False, help_text="Else only what is empty is filled.")
    state = models.CharField(max_length=16, choices=State, default=State.NEW)
    cursor = models.PositiveIntegerField(default=0, help_text="Parts that were taken in.")
    made = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    set_aside = models.PositiveIntegerField(default=0)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["requested_at"], name="contact_import_by_age")]

    def __str__(self) -> str:
        """Return the file's name."""
        return self.file_name

    @property
    def rows_done(self) -> int:
        """How many rows were looked at."""
        return self.made + self.changed + self.unchanged + self.set_aside


class ImportPart(models.Model):
    """Some rows of a file. In the database, since the worker may be on another machine."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    rows = EncryptedTextField(help_text="A JSON array of [line, cells, problem]: holds personal data.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="import_part_unique")]


class BadRow(models.Model):
    """A row that was set aside, and why."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="bad_rows")
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    cells = EncryptedTextField(help_text="A JSON array: holds personal data.")

    class Meta:
        ordering = ["line", "pk"]
