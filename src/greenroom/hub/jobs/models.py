"""The rows that background work consists of. The row is the truth; engines only carry its id."""

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """
    One piece of work: which task, with what, when, and how it stands.

    A running job belongs to whoever knows its `lease_token`, until `lease_until` has passed and the sweeper
    has taken it back. `last_error` holds an error's class and code, never its text, which could name a
    person.
    """

    class State(models.TextChoices):
        """Where a job stands."""

        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    queue = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    args = models.JSONField(default=dict)
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.READY)
    run_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, blank=True)
    worker = models.CharField(max_length=200, blank=True)
    dedupe_key = models.TextField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    # When a message about this job was last given to a broker; empty as long as workers poll.
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"], condition=Q(state="ready"), name="job_one_ready_per_dedupe_key"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["ready", "running", "done", "failed"]), name="job_state_known"
            ),
        ]
        indexes = [
            # The line in which ready jobs wait; the queue comes last so that it is filtered without the
            # table.
            models.Index(
                fields=["-priority", "run_at", "id", "queue"],
                condition=Q(state="ready"),
                name="job_ready_line",
            ),
            # "Is anything due?" in one probe, however many jobs wait for a later day.
            models.Index(fields=["run_at"], condition=Q(state="ready"), name="job_ready_due"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="job_running_lease"),
            models.Index(fields=["finished_at"], condition=Q(finished_at__isnull=False), name="job_finished"),
        ]

    def __str__(self) -> str:
        """Name the job."""
        return f"{self.name} {self.pk} ({self.state})"


class ScheduleSlot(models.Model):
    """A slot of a schedule that was fired; the unique key makes it fire once, however many workers run."""

    schedule = models.CharField(max_length=200)
    slot = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "slot"], name="schedule_slot_fires_once")]

    def __str__(self) -> str:
        """Name the slot."""
        return f"{self.schedule} {self.slot:%Y-%m-%d %H:%M:%S}"


class WorkerHeartbeat(models.Model):
    """When a worker process was last seen."""

    worker = models.CharField(max_length=200, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        """Name the worker."""
        return self.worker
