"""The Admin API: its operations and models."""

from greenroom.goto.admin.models import (
    Account,
    Group,
    License,
    LicenseResults,
    Me,
    User,
    UserCreated,
    UserReq,
    UsersReqCreate,
)
from greenroom.goto.admin.operations import (
    CATALOG,
    create_users,
    get_groups,
    get_licenses,
    get_me,
    get_users,
    update_user,
)

__all__ = [
    "CATALOG",
    "Account",
    "Group",
    "License",
    "LicenseResults",
    "Me",
    "User",
    "UserCreated",
    "UserReq",
    "UsersReqCreate",
    "create_users",
    "get_groups",
    "get_licenses",
    "get_me",
    "get_users",
    "update_user",
]
