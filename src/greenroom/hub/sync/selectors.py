"""Fetching runs."""

from django.db.models import QuerySet

from greenroom.hub.sync.models import SyncRun


def list_runs() -> QuerySet[SyncRun]:
    """Return all runs, the newest first."""
    return SyncRun.objects.select_related("connection", "requested_by")
