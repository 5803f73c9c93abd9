"""Having something done to an event at GoTo for a program, which waits for the answer as long as that is not long."""

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from greenroom.hub.automation.callers import Caller
from greenroom.hub.automation.naming import renamed
from greenroom.hub.automation.registry import Reply
from greenroom.hub.automation.shapes.acts import Act, to_act
from greenroom.hub.automation.shapes.events import Date
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.events.act_state import job_key_of
from greenroom.hub.events.models import EventAct
from greenroom.hub.jobs.at_once import ask_and_carry_out

ACT_PENDING = {202: "GoTo has not answered yet. This is kept and goes on by itself; Get act tells how it stands."}

_AT_MOST = timedelta(days=3660)


def carry_out(ask: Callable[[], EventAct], names: Mapping[str, str] | None = None) -> EventAct:
    """
    Ask for an act, carry it to GoTo, and return it as it stands then.

    It is pending when GoTo does not answer soon: nothing is lost, and a job goes on.

    Args:
        names: how members are called in the caller's input, by their names in the acts, where they differ.

    Raises:
        InvalidInputError: what is wished cannot be; `errors` names the members as they were sent.
        StateConflictError: GoTo refused it, or it cannot be done now.
    """
    try:
        act = ask_and_carry_out(ask, lambda act: job_key_of(act.pk), is_waited_for=True)
    except InvalidInputError as error:
        raise renamed(error, names or {}) from error
    act = EventAct.objects.select_related("event__connection").get(pk=act.pk)
    if act.state == EventAct.State.REFUSED:
        raise StateConflictError(act.refusal)
    return act


def status_of(act: EventAct) -> int | None:
    """Return the status of the answer: 202 while an act is not done."""
    return None if act.state == EventAct.State.DONE else 202


def as_reply(act: EventAct) -> Reply[Act]:
    """Return the answer that tells how an act stands."""
    return Reply(body=to_act(act), status=status_of(act))


def key_of_act(caller: Caller, operation_id: str) -> str:
    """Return what an act is known by: the same for a repeated call, if the caller gave it an Idempotency-Key."""
    if not caller.idempotency_key:
        return f"api:{uuid.uuid4()}"
    told = f"{caller.owner}\0{operation_id}\0{caller.idempotency_key}"
    return f"api:{hashlib.sha256(told.encode()).hexdigest()}"


def find_account(caller: Caller, connection_id: str) -> Connection:
    """
    Return the account in which something is to be made: the one that is named, or the only one there is.

    Raises:
        InvalidInputError: there is none, or more than one and none is named.
    """
    accounts = caller.list_connections().filter(state=Connection.State.ACTIVE)
    if connection_id:
        named = int(connection_id) if connection_id.isdecimal() and len(connection_id) < 19 else 0
        accounts = accounts.filter(pk=named)
    found = list(accounts[:2])
    if len(found) == 1:
        return found[0]
    problem = "Say in which GoTo account." if found else "There is no such connected GoTo account that you run."
    raise InvalidInputError(problem, {"connection_id": f"{problem} List accounts tells which there are."})


def ranges_of(times: Sequence[Date]) -> tuple[tuple[datetime, datetime], ...]:
    """
    Return dates as the acts take them.

    Raises:
        InvalidInputError: one lies further away than anybody plans.
    """
    latest = clock.now() + _AT_MOST
    errors = {
        f"/times/{number}/ends_at": "This is more than ten years away."
        for number, date in enumerate(times)
        if max(date.starts_at, date.ends_at) > latest
    }
    if errors:
        raise InvalidInputError("Some of this cannot be taken.", errors)
    return tuple((date.starts_at, date.ends_at) for date in times)
