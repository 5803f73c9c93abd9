"""Exports that were asked for, and what has been written of them."""

from django.conf import settings
from django.db import models

from greenroom.hub.core.encryption import EncryptedTextField


class Export(models.Model):
    """
    A table somebody takes away.

    Rows are written in batches, each with the cursor after it in one transaction: a process that dies loses at most the
    batch in hand, and the next one goes on behind the last batch that is there.
    """

    class Format(models.TextChoices):
        """What is downloaded."""

        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel (XLSX)"
        JSON = "json", "JSON"

    class State(models.TextChoices):
        """How far it got."""

        WRITING = "writing", "Being written"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    table = models.CharField(max_length=64)
    params = models.JSONField(default=dict)
    format = models.CharField(max_length=8, choices=Format)
    file_name = models.CharField(max_length=200)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="exports"
    )
    state = models.CharField(max_length=16, choices=State, default=State.WRITING)
    cursor = models.BigIntegerField(default=0, help_text="The last row that was written.")
    rows_written = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(default=0, help_text="As counted when it was asked for.")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["requested_at"], name="export_by_age")]

    def __str__(self) -> str:
        """Return the file's name."""
        return self.file_name


class ExportPart(models.Model):
    """Some rows of an export. In the database, since whoever serves the download may be another machine."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    rows = EncryptedTextField(help_text="A JSON array of arrays: holds personal data.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["export", "number"], name="export_part_unique")]
