"""
The process that runs jobs.

`greenroom worker` calls `main`. With `DISPATCH=db` it claims jobs in small batches and hands them to its
threads; with `DISPATCH=celery` it starts a Celery worker instead. Beside either of them one loop sweeps
expired leases, fires schedules and, with Celery, resends lost messages. Any number of these processes may
run, on any number of machines: every decision is taken by the database. Their clocks should agree within a
few seconds, as leases are compared.
"""

import os
import queue
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections, connections

from greenroom.hub.core import checkpoints, clock
from greenroom.hub.core.errors import HubError
from greenroom.hub.jobs import dispatch, retry, services
from greenroom.hub.jobs.companions import Companion, list_companions
from greenroom.hub.jobs.errors import RetryLaterError, UnknownTaskError
from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.registry import get_task, list_queues
from greenroom.hub.jobs.schedules import fire_due_schedules

POLL_SECONDS = 0.25
BATCH = 20
KEEPER_PAUSE = timedelta(seconds=1)
# A claimed job that no thread has come round to in this time goes back in line for other workers.
LONGEST_HOLD = timedelta(seconds=1)
STOP_WITHIN = timedelta(seconds=25)

log = structlog.get_logger(__name__)


def run_until_idle(limit: int = 1000, *, with_schedules: bool = False) -> int:
    """
    Run all due jobs, and those they enqueue, one after another in this thread, without waiting.

    For tests and simulations. Jobs whose time has not come stay; a failing job is put back as always, so it
    is run again only when the clock has moved. Returns how many were run.

    Raises:
        RuntimeError: `limit` jobs were run and there are more; something enqueues itself.
    """
    if with_schedules:
        fire_due_schedules()
    for number in range(limit):
        jobs = services.claim(worker="inline")
        if not jobs:
            return number
        run_job(jobs[0])
    if services.claim(worker="inline"):
        raise RuntimeError(f"There are still due jobs after {limit}")
    return limit


def run_job(job: Job, **more: Any) -> bool:
    """
    Run a claimed job and say in its row how it went. False when its lease was lost meanwhile.

    Args:
        more: arguments for the task beside the job's own.
    """
    checkpoints.reached("jobs.claimed")
    try:
        task = get_task(job.name)
        if task.lease:
            services.extend_lease(job, task.lease)
        task.call(**job.args, **more)
    except Exception as error:  # noqa: BLE001 - whatever a task raises is recorded in its row
        return _record_failure(job, error)
    checkpoints.reached("jobs.before_finish")
    return services.finish(job)


def _record_failure(job: Job, error: Exception) -> bool:
    wait = retry.wait_before_retry(error, job.attempts, job.max_attempts, secrets.SystemRandom().random())
    name = retry.describe(error)
    is_surprise = not isinstance(error, HubError)
    # A task that waits for its time has not failed.
    if isinstance(error, RetryLaterError) and error.__cause__ is None:
        log.info("job_postponed", job=job.pk, task=job.name, attempt=job.attempts, reason=name)
    else:
        exc_info = error if is_surprise else None
        log.warning("job_failed", job=job.pk, task=job.name, attempt=job.attempts, error=name, exc_info=exc_info)
    if wait is None:
        return services.give_up(job, name)
    return services.put_back(job, run_at=clock.now() + wait, last_error=name)


class Leases:
    """The jobs this process has claimed; a thread keeps extending their leases."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._held: dict[int, Job] = {}
        self._stop = threading.Event()

    def add(self, job: Job) -> None:
        """Keep extending the lease of this job."""
        with self._lock:
            self._held[job.pk] = job

    def remove(self, job: Job) -> None:
        """Leave the lease of this job alone from now on."""
        with self._lock:
            self._held.pop(job.pk, None)

    def extend(self) -> None:
        """Extend all leases held, once."""
        with self._lock:
            held = list(self._held.values())
        for job in held:
            services.extend_lease(job, _lease_of(job))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Extend the leases three times in each lease while the block runs."""
        thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _beat(self) -> None:
        pause = settings.JOB_LEASE.total_seconds() / 3
        with _own_connection():
            while not self._stop.wait(pause):
                _survive("heartbeat_failed", self.extend)


def _lease_of(job: Job) -> timedelta:
    try:
        return get_task(job.name).lease or settings.JOB_LEASE
    except UnknownTaskError:
        return settings.JOB_LEASE


class Keeper:
    """What is done beside running jobs, once a second: sweep, schedules, messages, heartbeat."""

    def __init__(self, worker: str) -> None:
        """Keep house for `worker`."""
        self._worker = worker
        self._kept_at: datetime | None = None

    def turn(self) -> None:
        """Do it if it is time."""
        now = clock.now()
        # Both ways: a clock that was set back must not stop the housekeeping until it has caught up.
        if self._kept_at and abs(now - self._kept_at) < KEEPER_PAUSE:
            return
        self._kept_at = now
        services.record_heartbeat(self._worker)
        services.sweep()
        fire_due_schedules()
        if settings.DISPATCH == "celery":
            dispatch.resend()


class Worker:
    """Claims jobs in one thread and runs them in some others."""

    def __init__(self, stop: threading.Event, queues: Sequence[str] | None, threads: int) -> None:
        """Serve `queues` (None: all) until `stop` is set."""
        self.name = worker_name()
        self._stop = stop
        self._queues = queues
        self._leases = Leases()
        self._keeper = Keeper(self.name)
        self._line: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._filled_at = clock.now()
        # Set by a thread that came for work and found the line short; threads that are all busy do not claim
        # more.
        self._is_short = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]

    def run(self) -> None:
        """Run until stopped, then finish what has been begun and put the rest back."""
        log.info("worker_started", worker=self.name, queues=self._queues or "all")
        with _own_connection(), self._leases.kept():
            for thread in self._threads:
                thread.start()
            while not self._stop.is_set():
                if not _survive("worker_turn_failed", self._turn):
                    self._is_short.set()
                    self._stop.wait(1)
            self._leave()
        log.info("worker_stopped", worker=self.name)

    def _turn(self) -> None:
        """Keep house, then refill the line or wait a moment."""
        self._keeper.turn()
        if self._line.qsize() and abs(clock.now() - self._filled_at) > LONGEST_HOLD:
            self._put_line_back()
        if not self._is_short.wait(POLL_SECONDS) or self._stop.is_set():
            return
        self._is_short.clear()
        if not self._fill():
            self._is_short.set()
            self._stop.wait(POLL_SECONDS)

    def _fill(self) -> bool:
        jobs = services.claim(worker=self.name, limit=BATCH - self._line.qsize(), queues=self._queues)
        self._filled_at = clock.now()
        for job in jobs:
            self._leases.add(job)
            self._line.put(job)
        return bool(jobs)

    def _put_line_back(self) -> None:
        while job := self._next_in_line():
            self._leases.remove(job)
            services.release(job)

    def _next_in_line(self) -> Job | None:
        try:
            return self._line.get_nowait()
        except queue.Empty:
            return None

    def _work(self) -> None:
        with _own_connection():
            while True:
                if self._line.qsize() <= BATCH // 2:
                    self._is_short.set()
                is_idle = self._line.empty()
                job = self._line.get()
                if job is None:
                    return
                if is_idle:
                    # A connection that broke meanwhile must not cost the job an attempt.
                    close_old_connections()
                _survive("job_not_recorded", partial(self._run, job))

    def _run(self, job: Job) -> None:
        try:
            if not run_job(job):
                log.warning("lease_lost", job=job.pk, task=job.name)
        finally:
            self._leases.remove(job)

    def _leave(self) -> None:
        _survive("line_not_put_back", self._put_line_back)
        for _ in self._threads:
            self._line.put(None)
        deadline = clock.now() + STOP_WITHIN
        for thread in self._threads:
            # What is still running then is left to its lease: another worker will take it over.
            thread.join(max((deadline - clock.now()).total_seconds(), 0))
        _survive("heartbeat_not_removed", partial(services.forget_worker, self.name))


def run_worker(stop: threading.Event, *, queues: Sequence[str] | None = None, threads: int = 2) -> None:
    """Run jobs of these queues (None: all) in some threads until `stop` is set; ends within 30 seconds."""
    Worker(stop, queues, threads).run()


def run_keeper(stop: threading.Event) -> None:
    """Keep house until `stop` is set, without running jobs; it goes beside a Celery worker."""
    name = worker_name()
    keeper = Keeper(name)
    with _own_connection():
        while not stop.wait(POLL_SECONDS):
            _survive("keeper_turn_failed", keeper.turn)
        _survive("heartbeat_not_removed", partial(services.forget_worker, name))


def run_by_id(job_id: int) -> bool:
    """Claim one job and run it. False when it is taken, done or not due, or its lease was lost."""
    job = services.claim_one(job_id, worker=worker_name())
    if job is None:
        return False
    leases = Leases()
    leases.add(job)
    with leases.kept():
        return run_job(job)


def main(queues: Sequence[str] | None = None, *, threads: int = 2) -> None:
    """Run the worker that `settings.DISPATCH` asks for until SIGTERM or SIGINT; Django must be set up."""
    stop = threading.Event()
    if settings.DISPATCH == "celery":
        _run_beside(stop, run_keeper, partial(_run_celery_worker, queues, threads))
    else:
        _run_beside(stop, partial(run_worker, queues=queues, threads=threads), partial(_wait_for_signal, stop))


def _run_beside(stop: threading.Event, work: Callable[[threading.Event], None], wait: Callable[[], None]) -> None:
    """Run `work` and the companions in threads and `wait` in this one, which takes the signals; then all stop."""
    loops: list[Companion] = [work]
    loops += [partial(_accompany, name, function) for name, function in list_companions().items()]
    threads = [threading.Thread(target=loop, args=[stop], daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        wait()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _accompany(name: str, function: Companion, stop: threading.Event) -> None:
    """Run a companion, again and again should it fail, until `stop` is set."""
    with _own_connection():
        while not stop.is_set():
            if not _survive(f"{name}_failed", partial(function, stop)):
                stop.wait(1)


def _wait_for_signal(stop: threading.Event) -> None:
    """Wait for SIGTERM or SIGINT. A handler that set `stop` could deadlock with the thread it interrupts."""
    caught, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    with caught, told:
        caught.recv(1)
        signal.set_wakeup_fd(-1)


def _run_celery_worker(queues: Sequence[str] | None, threads: int) -> None:
    # Celery is an optional extra.
    from greenroom.hub.jobs.celery_app import run_celery_worker

    run_celery_worker(settings.CELERY_BROKER_URL, queues or list_queues(), threads)


def worker_name() -> str:
    """Name this process for people who look at rows: host, process, and something unique."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def _survive(event: str, function: Callable[[], object]) -> bool:
    """Call a step of a loop that must go on; False when it failed, which is logged as `event`."""
    try:
        function()
    except Exception as error:
        log.error(event, error=retry.describe(error), exc_info=error)
        # A connection that a restart of the database has broken is closed here and made anew by the next
        # statement.
        close_old_connections()
        return False
    return True


@contextmanager
def _own_connection() -> Iterator[None]:
    """Close this thread's database connections at its end."""
    try:
        yield
    finally:
        connections.close_all()
