"""What every part of the sandbox works with: state, clock, switches, and the one lock around them."""

import threading
import time
from collections.abc import Callable

import httpx2

from greenroom.sandbox.clock import Clock
from greenroom.sandbox.counters import Counters
from greenroom.sandbox.faults import Faults
from greenroom.sandbox.persistence import Store
from greenroom.sandbox.state import State
from greenroom.sandbox.switches import Switches

WEBHOOK_TIMEOUT_SECONDS = 5.0


class Core:
    """
    The sandbox without its doors.

    Whoever reads or changes `state` holds `lock`. Calls to other machines (callback checks, webhook deliveries)
    happen outside it: the other side may call the sandbox back before it answers.
    """

    def __init__(
        self,
        *,
        path: str | None,
        clock: Clock,
        webhook_transport: httpx2.BaseTransport | None,
        public_url: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.lock = threading.RLock()
        self.store = Store(path) if path is not None else None
        self.state = State(self.store)
        self.clock = clock
        self.public_url = public_url.rstrip("/")
        self.smtp_port: int | None = None  # where a served sandbox takes mail
        self.counters = Counters()
        self.faults = Faults(self.state.faults)
        self.sleep = sleep
        self._webhook_transport = webhook_transport
        self._restore_clock()

    @property
    def switches(self) -> Switches:
        return Switches(self.state.meta.switches)

    def http_client(self) -> httpx2.Client:
        """A client for calls to callback URLs."""
        return httpx2.Client(
            transport=self._webhook_transport, timeout=WEBHOOK_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
        )

    def save(self) -> None:
        """Write what changed. Hold the lock."""
        self.state.save()

    def remember_clock(self) -> None:
        """Keep the clock's setting for the next start."""
        self.state.meta.clock_frozen_at = self.clock.now() if self.clock.is_frozen else None
        self.state.meta.clock_offset_seconds = self.clock.offset_seconds
        self.state.meta.clock_speed = self.clock.speed
        self.state.meta.clock_since = self.clock.since
        self.state.save_meta()

    def _restore_clock(self) -> None:
        meta = self.state.meta
        if self.clock.is_frozen:
            return
        if meta.clock_speed != 1.0:
            self.clock.set_speed(meta.clock_speed)
        if meta.clock_frozen_at is not None:
            self.clock.freeze(meta.clock_frozen_at)
        elif meta.clock_offset_seconds or meta.clock_speed != 1.0:
            self.clock.offset_by(meta.clock_offset_seconds, since=meta.clock_since)
