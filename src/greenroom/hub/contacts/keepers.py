"""
What other parts keep of people: told to them when they ask, and forgotten when they are erased.

    @tells("forms")
    def tell_submissions(person: DataSubject) -> Any: ...

    @forgets
    def forget_submissions(person: DataSubject) -> None: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from greenroom.hub.contacts.models import Contact
from greenroom.hub.users.models import User


@dataclass(frozen=True, slots=True)
class DataSubject:
    """
    Somebody of whom something is kept.

    Attributes:
        emails: all their addresses.
        account: with which they sign in, as far as it is asked for.
    """

    contact: Contact
    emails: tuple[str, ...]
    account: User | None


Teller = Callable[[DataSubject], Any]
Forgetter = Callable[[DataSubject], None]

_tellers: dict[str, Teller] = {}
_forgetters: list[Forgetter] = []


def tells(name: str) -> Callable[[Teller], Teller]:
    """Have what a part keeps of a person told under this name, as JSON takes it."""

    def register(teller: Teller) -> Teller:
        _tellers[name] = teller
        return teller

    return register


def forgets(forgetter: Forgetter) -> Forgetter:
    """Have a part forget a person, in the transaction of their erasure; what hangs on the contact goes anyway."""
    _forgetters.append(forgetter)
    return forgetter


def tell_all(person: DataSubject) -> dict[str, Any]:
    """Return what all parts keep of a person, by name."""
    return {name: teller(person) for name, teller in sorted(_tellers.items())}


def forget_all(person: DataSubject) -> None:
    """Have all parts forget a person."""
    for forgetter in _forgetters:
        forgetter(person)
