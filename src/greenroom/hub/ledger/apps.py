"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class LedgerConfig(AppConfig):
    """The `ledger` app."""

    name = "greenroom.hub.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Import each app's `readers.py`, whose decorators fill the registry of readers."""
        autodiscover_modules("readers")
