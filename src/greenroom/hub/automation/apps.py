"""Django's registration of the app."""

from importlib import import_module

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """The `automation` app."""

    name = "greenroom.hub.automation"
    label = "automation"

    def ready(self) -> None:
        """Fill the registry."""
        import_module("greenroom.hub.automation.operations")
        import_module("greenroom.hub.automation.triggers")
