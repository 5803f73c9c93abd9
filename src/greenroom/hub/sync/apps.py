"""Django's registration of the app."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """The `sync` app."""

    name = "greenroom.hub.sync"
    label = "sync"
