"""The Admin API: its operations and models."""

from greenroom.goto.admin.models import (
    Account,
    Me,
    User,
    UserResults,
)
from greenroom.goto.admin.operations import (
    CATALOG,
    get_me,
    get_users,
)

__all__ = [
    "CATALOG",
    "Account",
    "Me",
    "User",
    "UserResults",
    "get_me",
    "get_users",
]
