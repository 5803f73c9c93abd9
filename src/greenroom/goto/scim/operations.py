"""
The operations of GoTo's SCIM API (identity), all 17: oneself, and the users and groups of an organization.

GoTo's own file declares a filter and no paging for the lists; what a list says beyond what it holds is in
`Page.total`. Own data needs the scope identity:scim.me; the rest identity:scim.org and the role ROLE_ORG_READ or
ROLE_ORG_WRITE.

Source of every operation: contract/scim.yaml, entry of the same name (documented). Errors are told by status:
AuthenticationError (401), PermissionDeniedError (403), ServerError (502 and 504); the shape of SCIM's error
bodies is unconfirmed, so `message` may be empty.
"""

from __future__ import annotations

from typing import Any

from greenroom.goto._operation import Catalog, Endpoint, Operation, Reply
from greenroom.goto._paging import Page
from greenroom.goto.errors import UnexpectedResponseError
from greenroom.goto.scim.models import (
    Group,
    GroupCollection,
    GroupDefinition,
    ResourceSchema,
    ServiceProviderConfigs,
    User,
    UserCollection,
    UserDefinition,
)

CATALOG = Catalog("scim", "/identity/v1")
_GROUP = "/Groups/{groupKey}"
_ME = "/Users/me"
_USER = "/Users/{userKey}"


@CATALOG.operation("getGroups", "GET", "/Groups", optional_query=("filter",))
def get_groups(call: Endpoint, *, filter: str | None = None) -> Operation[Page[Group]]:
    """
    List the organization's groups.

    Args:
        filter: such as `displayName sw "Sales"`; with eq, sw or co.

    Raises:
        BadRequestError: the filter is malformed.
    """
    return call.reading(lambda reply: _found(call, GroupCollection, reply), query={"filter": filter})


@CATALOG.operation("createGroup", "POST", "/Groups", success=(201,))
def create_group(call: Endpoint, group: GroupDefinition) -> Operation[Group]:
    """
    Make a group. Never repeated by itself.

    Raises:
        BadRequestError: the name is missing or too long, or there are too many members.
        ConflictError: the name is taken.
    """
    return call.returning(Group, body=group)


@CATALOG.operation("getGroup", "GET", _GROUP)
def get_group(call: Endpoint, group_key: str) -> Operation[Group]:
    """Fetch one group."""
    return call.returning(Group, group_key)


@CATALOG.operation("replaceGroup", "PUT", _GROUP)
def replace_group(call: Endpoint, group_key: str, group: GroupDefinition) -> Operation[Group]:
    """
    Replace a group's definition, whole.

    Raises:
        AuthenticationError: the role is missing, or there is no such group: GoTo says 401 to both.
        ConflictError: the name is taken.
    """
    return call.returning(Group, group_key, body=group)


@CATALOG.operation("updateGroup", "PATCH", _GROUP)
def update_group(call: Endpoint, group_key: str, group: GroupDefinition) -> Operation[Group]:
    """
    Change some of a group. Never repeated by itself: it may add members.

    Raises:
        AuthenticationError: the role is missing, or there is no such group: GoTo says 401 to both.
        ConflictError: the name is taken.
    """
    return call.returning(Group, group_key, body=group)


@CATALOG.operation("deleteGroup", "DELETE", _GROUP)
def delete_group(call: Endpoint, group_key: str, *, gone_is_success: bool = False) -> Operation[None]:
    """Remove a group from the organization, not from the account."""
    return call.returning_nothing(group_key, gone_is_success=gone_is_success)


@CATALOG.operation("getUserSchema", "GET", "/Schemas/Users")
def get_user_schema(call: Endpoint) -> Operation[ResourceSchema]:
    """Fetch what users are made of."""
    return call.returning(ResourceSchema)


@CATALOG.operation("getServiceProviderConfigs", "GET", "/ServiceProviderConfigs")
def get_service_provider_configs(call: Endpoint) -> Operation[ServiceProviderConfigs]:
    """Fetch what GoTo's SCIM can do."""
    return call.returning(ServiceProviderConfigs)


@CATALOG.operation("getUsers", "GET", "/Users", optional_query=("filter",))
def get_users(call: Endpoint, *, filter: str | None = None) -> Operation[Page[User]]:
    """
    List the organization's users.

    Args:
        filter: such as `userName eq "ada@example.com"`; with eq or sw.

    Raises:
        BadRequestError: the filter is malformed.
    """
    return call.reading(lambda reply: _found(call, UserCollection, reply), query={"filter": filter})


@CATALOG.operation("createUsers", "POST", "/Users", success=(201,))
def create_users(call: Endpoint, user: UserDefinition) -> Operation[User]:
    """
    Make one user, GoTo's plural notwithstanding. Never repeated by itself.

    Raises:
        BadRequestError: a value is not acceptable.
        ConflictError: the user name is taken.
    """
    return call.returning(User, body=user)


@CATALOG.operation("getMe", "GET", _ME)
def get_me(call: Endpoint) -> Operation[User]:
    """
    Find out whom the token belongs to; `id` is the organizer key.

    Raises:
        AuthenticationError: the token is not accepted; this call is seen to answer it with an empty body.
    """
    return call.returning(User)


@CATALOG.operation("replaceMe", "PUT", _ME)
def replace_me(call: Endpoint, user: UserDefinition) -> Operation[User]:
    """
    Replace one's own definition, whole.

    Raises:
        BadRequestError: a value is not acceptable.
        ConflictError: the address is taken.
    """
    return call.returning(User, body=user)


@CATALOG.operation("updateMe", "PATCH", _ME)
def update_me(call: Endpoint, user: UserDefinition) -> Operation[User]:
    """
    Change some of one's own definition.

    Raises:
        BadRequestError: a value is not acceptable.
        ConflictError: the address is taken.
    """
    return call.returning(User, body=user)


@CATALOG.operation("getUser", "GET", _USER)
def get_user(call: Endpoint, user_key: str) -> Operation[User]:
    """
    Fetch one user.

    Raises:
        ResourceNotFoundError: there is no such user.
    """
    return call.returning(User, user_key)


@CATALOG.operation("replaceUser", "PUT", _USER)
def replace_user(call: Endpoint, user_key: str, user: UserDefinition) -> Operation[User]:
    """
    Replace a user's definition, whole.

    Raises:
        ResourceNotFoundError: there is no such user.
        ConflictError: the address is taken.
    """
    return call.returning(User, user_key, body=user)


@CATALOG.operation("updateUser", "PATCH", _USER)
def update_user(call: Endpoint, user_key: str, user: UserDefinition) -> Operation[User]:
    """
    Change some of a user.

    Raises:
        ResourceNotFoundError: there is no such user.
        ConflictError: the address is taken.
    """
    return call.returning(User, user_key, body=user)


@CATALOG.operation("deleteUser", "DELETE", _USER)
def delete_user(call: Endpoint, user_key: str, *, gone_is_success: bool = False) -> Operation[None]:
    """
    Remove a user from the organization, not from the account.

    Raises:
        ResourceNotFoundError: there is none, unless `gone_is_success`.
    """
    return call.returning_nothing(user_key, gone_is_success=gone_is_success)


def _found(call: Endpoint, kind: type[UserCollection | GroupCollection], reply: Reply) -> Page[Any]:
    """Read what a query found; the list may be missing where the total is 0. Source: RFC 7644, 3.4.2."""
    found = call.decode(kind, reply)
    if found.resources is None and found.total_results != 0:
        raise UnexpectedResponseError(call.product, call.name, "$.resources")
    return Page(found.resources or (), total=found.total_results)
