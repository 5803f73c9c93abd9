"""What is sent: one item of a trigger, in the form a hook asks for."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from django.conf import settings

from greenroom.hub.automation.items import flatten, item_id
from greenroom.hub.automation.models import Hook
from greenroom.hub.automation.registry import Trigger
from greenroom.hub.core import clock
from greenroom.hub.core.encryption import Ciphertext, encrypt
from greenroom.hub.ledger.models import Fact

CONTENT_TYPES = {
    Hook.Form.ENVELOPE: "application/json",
    Hook.Form.FLAT: "application/json",
    Hook.Form.CLOUDEVENTS: "application/cloudevents+json",
}
_encode = msgspec.json.Encoder().encode


@dataclass(kw_only=True)
class Message:
    """
    An item on its way.

    Attributes:
        id: the same for every hook, attempt and replay; receivers know by it what they have had.
        sequence: grows with time, so that a receiver can tell which of two items about one thing is older.
        account: the hub's number of the GoTo account; empty where the item is about none.
    """

    id: str
    type: str
    happened_at: datetime
    sequence: str
    account: str
    product: str
    data: msgspec.Struct

    @cached_property
    def _encrypted(self) -> dict[str, Ciphertext]:
        return {}

    def body(self, form: str) -> bytes:
        """Return what is sent in a form."""
        return _encode(_FORMS[Hook.Form(form)](self))

    def encrypted_body(self, form: str) -> Ciphertext:
        """Return the same as it is kept. Made once for each form, however many hooks there are."""
        if form not in self._encrypted:
            self._encrypted[form] = Ciphertext(encrypt(self.body(form).decode()))
        return self._encrypted[form]


def message_of(trigger: Trigger, fact: Fact, data: msgspec.Struct, *, product: str) -> Message:
    """Make the message of an item. Its id follows from the fact, so what is replayed has the same one."""
    return Message(
        id=item_id(trigger, fact),
        type=trigger.name,
        happened_at=fact.happened_at,
        sequence=str(fact.pk),
        account=str(fact.connection_id or ""),
        product=product,
        data=data,
    )


def sample_of(trigger: Trigger) -> Message:
    """Make a message that shows what will come. It has an id of its own each time."""
    return Message(
        id=f"evt_test_{secrets.token_hex(12)}",
        type=trigger.name,
        happened_at=clock.now(),
        sequence="0",
        account="",
        product=trigger.product,
        data=trigger.samples[0],
    )


def _envelope(message: Message) -> Mapping[str, Any]:
    return {
        "id": message.id,
        "type": message.type,
        "timestamp": message.happened_at,
        "sequence": message.sequence,
        "account": message.account,
        "product": message.product,
        "data": message.data,
    }


def _flat(message: Message) -> Mapping[str, Any]:
    return flatten(message.data, name=message.id, type=message.type, happened_at=message.happened_at)


def _cloudevent(message: Message) -> Mapping[str, Any]:
    return {
        "specversion": "1.0",
        "id": message.id,
        "source": f"{settings.PUBLIC_URL}/accounts/{message.account}",
        "type": message.type,
        "time": message.happened_at,
        "datacontenttype": "application/json",
        "sequence": message.sequence,
        "data": message.data,
    }


_FORMS: Mapping[Hook.Form, Callable[[Message], Mapping[str, Any]]] = {
    Hook.Form.ENVELOPE: _envelope,
    Hook.Form.FLAT: _flat,
    Hook.Form.CLOUDEVENTS: _cloudevent,
}
