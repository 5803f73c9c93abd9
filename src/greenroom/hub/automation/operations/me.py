"""Who is calling: what platforms ask to test a key and to name a connection."""

from typing import Annotated

import msgspec

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.fields import told
from greenroom.hub.automation.registry import Visibility, operation


class MeInput(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to say."""


class Account(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A GoTo account the key may touch."""

    connection_id: Annotated[str, told("Connection Id", "What this hub calls the account.")]
    name: Annotated[str, told("Name", "The organizer and the account.")]
    state: Annotated[str, told("State", "active, reconnect_needed or disconnected.")]


class Me(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who is calling."""

    id: Annotated[str, told("Id", "Names the key; the same in every answer.")]
    label: Annotated[str, told("Label", "The person who made the key, and the account when it is only one.")]
    email: Annotated[str, told("Email", "The address of the person who made the key.")]
    verbs: Annotated[list[Verb], told("Verbs", "What the key may do.")]
    connections: Annotated[list[Account], told("Connections", "The GoTo accounts it may touch.")]


@operation(
    "GetMe",
    "GET",
    "/me",
    summary="Get account",
    verb=None,
    visibility=Visibility.INTERNAL,
    tags=["Account"],
)
def get_me(caller: Caller, wanted: MeInput) -> Me:
    """Returns who made the key, what it may do, and the GoTo accounts it may touch."""
    accounts = [
        Account(connection_id=str(one.pk), name=str(one), state=one.state)
        for one in caller.list_connections().order_by("pk")
    ]
    label = f"{caller.user} ({accounts[0].name})" if len(accounts) == 1 else str(caller.user)
    return Me(
        id=caller.owner,
        label=label,
        email=caller.user.email,
        verbs=sorted(caller.verbs),
        connections=accounts,
    )
