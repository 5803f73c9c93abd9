"""Django's registration of the app."""

from importlib import import_module

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The `api` app."""

    name = "greenroom.hub.api"
    label = "api"

    def ready(self) -> None:
        """Add the operations that count polls to the registry."""
        import_module("greenroom.hub.api.triggers")
