"""
The two operations of the Admin API that tell who is who.

Source: GoTo's token migration guide and integrators' code (observed); only for accounts of platform GLOBAL.
"""

from __future__ import annotations

from greenroom.goto._operation import Catalog, Endpoint, Operation, Reply, is_gone
from greenroom.goto.admin.models import Me, UserResults

CATALOG = Catalog("admin", "/admin/rest/v1")


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


@CATALOG.operation("getUsers", "GET", "/accounts/{accountKey}/users", optional_query=("pageSize", "offset", "filter"))
def get_users(
    call: Endpoint,
    account_key: str,
    *,
    page_size: int | None = None,
    offset: int | None = None,
    filter: str | None = None,
) -> Operation[UserResults]:
    """
    List an account's users; needs an account admin's token.

    Args:
        page_size: 25 is what integrators use.
        offset: how many to skip.
        filter: GoTo's own language, such as `(email="(?i)ada@example.com")`.

    Source: observed; GoTo answers 404 when nothing matches, which is an empty result here.
    """
    query = {"pageSize": page_size, "offset": offset, "filter": filter}
    return call.reading(lambda reply: _users(call, reply), account_key, query=query, accepts=is_gone)


def _users(call: Endpoint, reply: Reply) -> UserResults:
    return UserResults() if reply.status == 404 else call.decode(UserResults, reply)
