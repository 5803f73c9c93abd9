"""What may be waited for of the connected GoTo accounts."""

from typing import Annotated

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.narrowing import NoFilter
from greenroom.hub.automation.registry import About, Trigger, register_trigger
from greenroom.hub.automation.triggers.items import Mirror, of_each
from greenroom.hub.ledger.models import Fact


class AccountItem(msgspec.Struct, frozen=True, kw_only=True):
    """A GoTo account."""

    account_name: Annotated[str, told("Account", "The company's name at GoTo.")]
    organizer_key: Annotated[str, told("Organizer key", "What GoTo calls the organizer.")]
    organizer_name: Annotated[str, told("Organizer", "Whose account it is.")]
    organizer_email: Annotated[str, told("Organizer's address", "The organizer's e-mail address.")]
    state: Annotated[str, told("State", "active, reconnect_needed or disconnected, as it is now.")]


def _account(mirror: Mirror, fact: Fact) -> AccountItem | None:
    connection = mirror.connection(fact)
    if connection is None:
        return None
    return AccountItem(
        account_name=connection.account_name,
        organizer_key=connection.organizer_key,
        organizer_name=connection.organizer_name,
        organizer_email=connection.organizer_email,
        state=connection.state,
    )


register_trigger(
    Trigger(
        name="connection.reconnect_needed",
        operation_id="OnReconnectNeeded",
        summary="When an account has to be connected again",
        description="This operation triggers when GoTo no longer accepts our authorisation for an account, so that "
        "somebody has to connect it again.",
        kinds=("reconnect_needed",),
        data=AccountItem,
        filter=NoFilter,
        build=of_each(_account),
        samples=[
            AccountItem(
                account_name="Northwind Academy",
                organizer_key=f"421100000000000000{number}",
                organizer_name=name,
                organizer_email=f"{name.split()[0].lower()}@example.com",
                state="reconnect_needed",
            )
            for number, name in enumerate(("Olga Ortiz", "Hanna Berg", "Ivan Petrov"), start=1)
        ],
        about=About.ACCOUNT,
        tags=("Account",),
    )
)
