"""The operations, a module per subject. Importing this package fills the registry."""

from greenroom.hub.automation.operations import hooks, me, registrants, trainings, webinars

__all__ = ["hooks", "me", "registrants", "trainings", "webinars"]
