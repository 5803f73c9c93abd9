"""The operations, a module per subject. Importing this package fills the registry."""

from greenroom.hub.automation.operations import (
    asking,
    contacts,
    courses,
    events,
    feed,
    hooks,
    me,
    meetings,
    registrants,
    reports,
    team,
    trainings,
    webinars,
)

__all__ = [
    "asking",
    "contacts",
    "courses",
    "events",
    "feed",
    "hooks",
    "me",
    "meetings",
    "registrants",
    "reports",
    "team",
    "trainings",
    "webinars",
]
