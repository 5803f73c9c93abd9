"""
What the Admin API answers. No specification of it is published.

Source: GoTo's token migration guide and integrators' code (observed).
"""

from __future__ import annotations

import msgspec

from greenroom.goto._types import Key, Model


class Account(Model, frozen=True, kw_only=True):
    """
    An account a person belongs to.

    Attributes:
        key: the account key.
        name: its name.
    """

    key: Key
    name: str = ""


class Me(Model, frozen=True, kw_only=True):
    """
    Whom a token belongs to.

    Attributes:
        key: the organizer key, which is also the user key.
        account_key: of the default account.
        email, first_name, last_name, locale, time_zone: the person.
        accounts: all accounts of the person; the first is the default one.
    """

    key: Key
    account_key: Key | None = None
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    locale: str = ""
    time_zone: str = ""
    accounts: tuple[Account, ...] = ()


class User(Model, frozen=True, kw_only=True):
    """
    A user of an account.

    Attributes:
        key: the organizer key.
        email, first_name, last_name, locale: the person.
        admin: may administer the account.
        group_key, group_name: where they belong.
        license_keys: what they hold.
        products: product names, as GoTo writes them.
        status: as GoTo writes it.
    """

    key: Key
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    locale: str = ""
    admin: bool | None = None
    group_key: Key | None = None
    group_name: str = ""
    license_keys: tuple[Key, ...] = ()
    products: tuple[str, ...] = ()
    status: str | None = None


class UserResults(Model, frozen=True, kw_only=True):
    """
    Part of an account's users.

    Attributes:
        results: the users; empty when none match.
        total: how many match; None when GoTo does not tell.
    """

    results: tuple[User, ...] = ()
    total: int | None = msgspec.field(default=None)
