"""Django's registration of the app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The `ledger` app."""

    name = "greenroom.hub.ledger"
    label = "ledger"
