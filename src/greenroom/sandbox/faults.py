"""Faults on demand: rules that make the next matching calls go wrong."""

from typing import Literal

from msgspec import Struct

Kind = Literal["status", "timeout_before", "timeout_after", "nonsense", "slow"]


class Fault(Struct, forbid_unknown_fields=True):
    """
    One rule.

    `timeout_after` lets the call take effect and loses the answer; `timeout_before` loses the call. Both answer
    504 after `seconds` of real time. `slow` waits `seconds` and answers as usual. `nonsense` answers HTML with 200.
    """

    kind: Kind
    product: str | None = None
    operation: str | None = None
    status: int = 500
    retry_after: int | None = None
    times: int = 1
    seconds: float = 0.0
    body: str | None = None
    id: int = 0

    def matches(self, product: str, operation: str) -> bool:
        return self.product in (None, product) and self.operation in (None, operation)


class Faults:
    """The rules still to happen, oldest first."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._last_id = 0

    def all(self) -> list[Fault]:
        return list(self._rules)

    def add(self, fault: Fault) -> Fault:
        self._last_id += 1
        fault.id = self._last_id
        self._rules.append(fault)
        return fault

    def clear(self) -> None:
        self._rules.clear()

    def take(self, product: str, operation: str) -> Fault | None:
        """Use up one time of the first rule that matches."""
        for fault in self._rules:
            if fault.matches(product, operation):
                fault.times -= 1
                if fault.times <= 0:
                    self._rules.remove(fault)
                return fault
        return None
