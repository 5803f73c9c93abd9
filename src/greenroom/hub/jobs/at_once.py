"""Carrying a job out while somebody waits for it, instead of leaving it to a worker."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction

from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.services import claim_one
from greenroom.hub.jobs.worker import run_job

T = TypeVar("T")


def ask_and_carry_out(ask: Callable[[], T], key_of: Callable[[T], str], **more: Any) -> T:
    """
    Write down what somebody asks, with its job, and carry the job out here unless a worker has it already.

    The job is taken in the transaction in which it is put in line: no worker sees it before. One that fails here goes
    back in line as it does anywhere; should this process die, it does when the lease ends.

    Args:
        ask: writes it down, and returns it as it was then.
        key_of: returns the dedupe key of its job.
        more: arguments for the task beside the job's own, such as `is_waited_for`.
    """
    with transaction.atomic():
        asked = ask()
        job = _take(key_of(asked))
    if job:
        run_job(job, **more)
    return asked


def _take(dedupe_key: str) -> Job | None:
    waiting = Job.objects.filter(dedupe_key=dedupe_key, state=Job.State.READY).values_list("pk", flat=True).first()
    return claim_one(waiting, worker="at_once") if waiting else None
