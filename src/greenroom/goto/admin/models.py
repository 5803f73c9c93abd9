"""
What the Admin API answers and takes. No specification of it is published.

Source: GoTo's token migration guide and integrators' code (observed).
"""

from __future__ import annotations

from greenroom.goto._types import Body, Key, Model


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


class UserCreated(Model, frozen=True, kw_only=True):
    """
    A user who was made, or was there already.

    Attributes:
        key: the organizer key.
        email: their address.
    """

    key: Key
    email: str = ""


class License(Model, frozen=True, kw_only=True):
    """
    A license of an account.

    Attributes:
        key: GoTo's key; users are given it.
        products: product names, as GoTo writes them.
    """

    key: Key
    products: tuple[str, ...] = ()


class LicenseResults(Model, frozen=True, kw_only=True):
    """
    An account's licenses.

    Attributes:
        results: the licenses.
    """

    results: tuple[License, ...]


class Group(Model, frozen=True, kw_only=True):
    """
    A group of an account's users.

    Attributes:
        key: GoTo's key.
        name: its name (assumed).
    """

    key: Key
    name: str = ""


class UserReq(Body, frozen=True, kw_only=True):
    """
    A user to make or change.

    Attributes:
        email, first_name, last_name: who; all needed to make one, None leaves one as it is in a change (assumed).
        license_keys: what they may use.
        admin: may administer the account (assumed; only reading it was seen).
        group_key: where they belong (assumed).
        locale: such as en_US (assumed).
    """

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    license_keys: tuple[str, ...] | None = None
    admin: bool | None = None
    group_key: str | None = None
    locale: str | None = None


class UsersReqCreate(Body, frozen=True, kw_only=True):
    """
    Users to make.

    Attributes:
        users: who.
        suppress_email: GoTo does not write to them.
    """

    users: tuple[UserReq, ...]
    suppress_email: bool | None = None
