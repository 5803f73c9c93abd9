"""How often the sandbox was called, and by whom."""

from collections import Counter, deque
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from greenroom.sandbox.times import write_instant_ms

KEPT_CALLS = 10_000


class CallRecord(NamedTuple):
    """One call: when it was answered by the sandbox's clock, and when it came in by the machine's."""

    at: datetime
    arrived: float
    client_id: str | None
    product: str
    operation: str
    method: str
    path: str
    status: int


class Counters:
    """Totals since the last clearing and the latest calls. In memory only."""

    def __init__(self) -> None:
        self._totals: Counter[tuple[str | None, str, str, int]] = Counter()
        self._recent: deque[CallRecord] = deque(maxlen=KEPT_CALLS)

    def add(self, call: CallRecord) -> None:
        self._totals[call.client_id, call.product, call.operation, call.status] += 1
        self._recent.append(call)

    def clear(self) -> None:
        self._totals.clear()
        self._recent.clear()

    @property
    def total(self) -> int:
        return sum(self._totals.values())

    def latest(self, count: int) -> list[CallRecord]:
        """The latest calls, the last one first."""
        return list(islice(reversed(self._recent), count))

    def report(self) -> dict[str, Any]:
        """Totals, counts per kind of call, and the latest calls, oldest first."""
        return {
            "total": self.total,
            "calls": [
                {"client_id": client_id, "product": product, "operation": operation, "status": status, "count": count}
                for (client_id, product, operation, status), count in sorted(
                    self._totals.items(), key=lambda item: (item[0][1], item[0][2], item[0][3], str(item[0][0]))
                )
            ],
            "recent": [
                {
                    "at": write_instant_ms(call.at),
                    "monotonic_seconds": call.arrived,
                    "client_id": call.client_id,
                    "product": call.product,
                    "operation": call.operation,
                    "method": call.method,
                    "path": call.path,
                    "status": call.status,
                }
                for call in self._recent
            ],
        }
