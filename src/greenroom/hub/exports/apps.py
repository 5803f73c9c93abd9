"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ExportsConfig(AppConfig):
    """The `exports` app."""

    name = "greenroom.hub.exports"
    label = "exports"

    def ready(self) -> None:
        """Find the tables of all apps."""
        autodiscover_modules("exports")
