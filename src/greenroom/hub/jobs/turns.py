"""Which jobs are in line, known by their dedupe keys, and when their next turn is."""

from collections.abc import Collection
from datetime import datetime

from greenroom.hub.jobs.models import Job


def list_turns(dedupe_keys: Collection[str]) -> dict[str, datetime]:
    """Return when the waiting jobs with these keys have their next turn. One query."""
    waiting = Job.objects.filter(state=Job.State.READY, dedupe_key__in=dedupe_keys)
    return {key: run_at for key, run_at in waiting.values_list("dedupe_key", "run_at") if key}


def find_in_line(dedupe_keys: Collection[str]) -> set[str]:
    """Return those of the keys whose job waits or is being done. One query."""
    alive = Job.objects.filter(state__in=[Job.State.READY, Job.State.RUNNING], dedupe_key__in=dedupe_keys)
    return {key for key in alive.values_list("dedupe_key", flat=True) if key}
