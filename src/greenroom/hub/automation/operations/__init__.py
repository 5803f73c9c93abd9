"""The operations, a module per subject. Importing this package fills the registry."""

from greenroom.hub.automation.operations import hooks, me, trainings

__all__ = ["hooks", "me", "trainings"]
