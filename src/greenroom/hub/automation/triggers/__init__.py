"""The triggers, a module per subject. Importing this package fills the registry."""

from greenroom.hub.automation.triggers import (
    accounts,
    contacts,
    courses,
    events,
    hooks,
    meetings,
    people,
    trainings,
    webinars,
)

__all__ = ["accounts", "contacts", "courses", "events", "hooks", "meetings", "people", "trainings", "webinars"]
