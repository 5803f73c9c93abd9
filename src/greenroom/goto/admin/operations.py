"""
The six known operations of the Admin API. GoTo publishes no specification of it that we could read.

Source: GoTo's token migration guide and integrators' code (observed), which also gave the names, as there are no
published operation ids; only for accounts of platform GLOBAL. All but `get_me` need an account admin's token.
"""

from __future__ import annotations

from typing import TypeVar

from greenroom.goto._operation import Catalog, Endpoint, Operation, Reply, is_gone
from greenroom.goto._paging import Offset, Page
from greenroom.goto.admin.models import (
    Group,
    License,
    LicenseResults,
    Me,
    User,
    UserCreated,
    UserReq,
    UsersReqCreate,
)

Item = TypeVar("Item")

CATALOG = Catalog("admin", "/admin/rest/v1")
_ACCOUNT = "/accounts/{accountKey}"
_LISTED = ("pageSize", "offset", "filter")
# Integrators ask for 25 at a time; the most GoTo gives is not known.
_RESULTS = Offset("results", key=("key",), size_param="pageSize", size_max=25)


@CATALOG.operation("getMe", "GET", "/me", optional_query=("includeAdmins", "includeInvitation"))
def get_me(
    call: Endpoint, *, include_admins: bool | None = None, include_invitation: bool | None = None
) -> Operation[Me]:
    """
    Find out whom the token belongs to: organizer key, account key, name.

    Args:
        include_admins, include_invitation: False makes the answer lighter.
    """
    query = {"includeAdmins": include_admins, "includeInvitation": include_invitation}
    return call.returning(Me, query=query)


@CATALOG.operation("getUsers", "GET", _ACCOUNT + "/users", optional_query=_LISTED, paging=_RESULTS)
def get_users(
    call: Endpoint,
    account_key: str,
    *,
    page_size: int | None = None,
    offset: int | None = None,
    filter: str | None = None,
) -> Operation[Page[User]]:
    """
    List an account's users; needs an account admin's token.

    Args:
        page_size: 25 is what integrators use.
        offset: how many to skip.
        filter: GoTo's own language, such as `(email="(?i)ada@example.com")`.

    Source: observed; GoTo answers 404 when nothing matches, which is an empty page here.
    """
    query = {"pageSize": page_size, "offset": offset, "filter": filter}
    return call.reading(lambda reply: _part(call, User, reply), account_key, query=query, accepts=is_gone)


@CATALOG.operation("createUsers", "POST", _ACCOUNT + "/users", success=(200, 201))
def create_users(call: Endpoint, account_key: str, users: UsersReqCreate) -> Operation[list[UserCreated]]:
    """
    Make users, and answer them and those who were there already.

    Raises:
        ConflictError: a user exists, where GoTo does not answer them instead (observed of the one-user form).

    Source: the list form of GoTo's guides (observed); the status of success is assumed.
    """
    return call.reading(lambda reply: _created(call, reply), account_key, body=users)


@CATALOG.operation("updateUser", "PUT", _ACCOUNT + "/users/{userKey}", success=(200, 204))
def update_user(call: Endpoint, account_key: str, user_key: str, user: UserReq) -> Operation[None]:
    """
    Change a user.

    Raises:
        ResourceNotFoundError: there is no such user (assumed).

    Source: observed; what it answers is not known and not read.
    """
    return call.returning_nothing(account_key, user_key, body=user)


@CATALOG.operation("getLicenses", "GET", _ACCOUNT + "/licenses")
def get_licenses(call: Endpoint, account_key: str) -> Operation[list[License]]:
    """List an account's licenses."""
    return call.reading(lambda reply: _licenses(call, reply), account_key)


@CATALOG.operation("getGroups", "GET", _ACCOUNT + "/groups", optional_query=_LISTED, paging=_RESULTS)
def get_groups(
    call: Endpoint,
    account_key: str,
    *,
    page_size: int | None = None,
    offset: int | None = None,
    filter: str | None = None,
) -> Operation[Page[Group]]:
    """
    List an account's groups.

    Args: as of `get_users`.

    Source: observed; GoTo answers 404 when nothing matches, which is an empty page here.
    """
    query = {"pageSize": page_size, "offset": offset, "filter": filter}
    return call.reading(lambda reply: _part(call, Group, reply), account_key, query=query, accepts=is_gone)


def _part(call: Endpoint, item: type[Item], reply: Reply) -> Page[Item]:
    """Read a part of a list; one that GoTo says is not there is empty."""
    return Page(()) if reply.status == 404 else call.read_page(_RESULTS, item, reply)


def _created(call: Endpoint, reply: Reply) -> list[UserCreated]:
    """Read users who were made: a list, or the one of the older form."""
    if reply.content.lstrip().startswith(b"{"):
        return [call.decode(UserCreated, reply)]
    return call.decode(list[UserCreated], reply)


def _licenses(call: Endpoint, reply: Reply) -> list[License]:
    return list(call.decode(LicenseResults, reply).results)
