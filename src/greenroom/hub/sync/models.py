"""Pulling from GoTo."""

from django.conf import settings
from django.db import models

from greenroom.hub.connections.models import Connection


class SyncRun(models.Model):
    """One pass over one product of one connection, with its progress."""

    class State(models.TextChoices):
        """How far it got."""

        WAITING = "waiting", "Waiting to start"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs")
    product = models.CharField(max_length=16)
    event_key = models.CharField(max_length=64, blank=True, help_text="Only this event, when set.")
    is_full = models.BooleanField(default=False, help_text="Reads everything, also what is not due.")
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    events_total = models.PositiveIntegerField(default=0)
    events_done = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=64, blank=True)
    # What went wrong with single events, which does not stop the others: [{"event": title, "code": ...}].
    event_errors = models.JSONField(default=list)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(help_text="When whoever carries it out was last heard of.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "product", "event_key"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_open_run",
            )
        ]

    @property
    def is_open(self) -> bool:
        """Whether it is still going to do something."""
        return self.state in OPEN_STATES


OPEN_STATES = (SyncRun.State.WAITING, SyncRun.State.RUNNING)
