"""The operations, a module per subject. Importing this package fills the registry."""

from greenroom.hub.automation.operations import events, hooks, me, meetings, registrants, trainings, webinars

__all__ = ["events", "hooks", "me", "meetings", "registrants", "trainings", "webinars"]
