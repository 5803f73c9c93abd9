"""The operations, a module per subject. Importing this package fills the registry."""

from greenroom.hub.automation.operations import me, trainings

__all__ = ["me", "trainings"]
