"""The triggers, a module per subject. Importing this package fills the registry."""

from greenroom.hub.automation.triggers import trainings

__all__ = ["trainings"]
