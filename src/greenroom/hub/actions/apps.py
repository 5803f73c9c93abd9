"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ActionsConfig(AppConfig):
    """The `actions` app."""

    name = "greenroom.hub.actions"
    label = "actions"

    def ready(self) -> None:
        """Import each app's `performing`, whose decorators fill the registry."""
        autodiscover_modules("performing")
