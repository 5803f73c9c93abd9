"""GoToAssist Seeit: its operations and models."""

from greenroom.goto.seeit.models import (
    Session,
    SessionDataStatus,
    SessionDetails,
    SessionStatus,
)
from greenroom.goto.seeit.operations import (
    BASE_URL,
    CATALOG,
    sessions_get,
    sessions_post,
    sessions_uuid_get,
)

__all__ = [
    "BASE_URL",
    "CATALOG",
    "Session",
    "SessionDataStatus",
    "SessionDetails",
    "SessionStatus",
    "sessions_get",
    "sessions_post",
    "sessions_uuid_get",
]
