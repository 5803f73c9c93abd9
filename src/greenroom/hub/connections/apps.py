"""Django's registration of the app."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """The `connections` app."""

    name = "greenroom.hub.connections"
    label = "connections"
