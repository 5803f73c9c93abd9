"""The triggers, a module per subject. Importing this package fills the registry."""

from greenroom.hub.automation.triggers import accounts, courses, events, hooks, meetings, people, trainings, webinars

__all__ = ["accounts", "courses", "events", "hooks", "meetings", "people", "trainings", "webinars"]
