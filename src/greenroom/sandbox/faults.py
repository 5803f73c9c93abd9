"""Faults on demand: rules that make the next matching calls go wrong."""

from typing import Literal, NamedTuple

from msgspec import Struct

from greenroom.sandbox.tables import Table

Kind = Literal[
    "status",
    "timeout_before",
    "timeout_after",
    "cut_before",
    "cut_after",
    "nonsense",
    "slow",
    "revoked_token",
    "lost_rotation",
    "torn_page",
    "lying_total",
    "shrunken_list",
    "late_attendance",
    "changing_attendance",
    "schema_drift",
    "duplicate",
    "hold",
]

# What `change` may say, by kind of fault; the first is the default.
CHANGES: dict[str, tuple[str, ...]] = {
    "torn_page": ("repeat", "skip"),
    "schema_drift": ("unknown", "missing", "retyped"),
}
WEBHOOK_KINDS = ("duplicate", "hold")
ATTENDANCE_KINDS = ("late_attendance", "changing_attendance")
ATTENDANCE_OPERATIONS = (
    "getAttendees",
    "getWebinarSession",
    "getAttendeesForAllWebinarSessions",
    "getAttendanceDetails",
    "meetings.meetingId.attendees.get",
    "organizers.organizerKey.attendees.get",
    "groups.groupKey.attendees.get",
)


class FaultyCall(NamedTuple):
    """What a rule is matched with: a call to an API, or a message to a subscriber."""

    product: str
    operation: str
    page: int = 0


class Fault(Struct, forbid_unknown_fields=True):
    """
    One rule.

    `timeout_after` and `cut_after` let the call take effect and lose the answer; `timeout_before` and `cut_before`
    lose the call. A timeout answers 504 after `seconds` of real time, a cut hangs up. `slow` waits `seconds` and
    answers as usual. `nonsense` answers HTML with 200. The kinds that change a list or a body say how in
    `mutations`; the two for webhook messages in `webhook_delivery`.
    """

    kind: Kind
    product: str | None = None
    operation: str | None = None
    status: int = 500
    retry_after: int | str | None = None
    times: int = 1
    seconds: float = 0.0
    body: str | None = None
    change: str | None = None
    member: str | None = None
    by: int = 1
    keep: int | None = None
    rows: int | None = None
    with_refresh: bool = False
    id: int = 0

    def matches(self, call: FaultyCall) -> bool:
        if self.product not in (None, call.product) or self.operation not in (None, call.operation):
            return False
        if (self.kind in WEBHOOK_KINDS) != (call.product == "webhook"):
            return False
        if self.kind in ATTENDANCE_KINDS and call.operation not in ATTENDANCE_OPERATIONS:
            return False
        if self.kind == "torn_page":
            return call.page > 0
        if self.kind == "lost_rotation":
            return call.product == "oauth" and call.operation == "token"
        return True


def check(fault: Fault) -> None:
    """
    Check what the types of a rule cannot say.

    Raises:
        ValueError: the sentence says what is wrong.
    """
    if fault.times < 1 or fault.seconds < 0:
        raise ValueError("times must be at least 1, seconds at least 0.")
    choices = CHANGES.get(fault.kind, ())
    if fault.change is not None and fault.change not in choices:
        raise ValueError(f"change is one of {', '.join(choices)}." if choices else f"{fault.kind} takes no change.")
    if fault.keep is not None and fault.keep < 0:
        raise ValueError("keep must be at least 0.")
    if fault.rows is not None and fault.rows < 1:
        raise ValueError("rows must be at least 1.")


class Faults:
    """The rules still to happen, oldest first."""

    def __init__(self, rules: Table[Fault]) -> None:
        self._rules = rules

    def all(self) -> list[Fault]:
        return list(self._rules)

    def add(self, fault: Fault) -> Fault:
        fault.id = max((rule.id for rule in self._rules), default=0) + 1
        self._rules.put(str(fault.id), fault)
        return fault

    def remove(self, fault_id: str) -> None:
        """Take one rule back; nothing happens when it is used up."""
        self._rules.remove(fault_id)

    def clear(self) -> None:
        for fault in self._rules:
            self.remove(str(fault.id))

    def take(self, call: FaultyCall) -> Fault | None:
        """Use up one time of the first rule that matches."""
        fault = next((rule for rule in self._rules if rule.matches(call)), None)
        if fault is None:
            return None
        fault.times -= 1
        if fault.times > 0:
            self._rules.put(str(fault.id), fault)
        else:
            self._rules.remove(str(fault.id))
        return fault
