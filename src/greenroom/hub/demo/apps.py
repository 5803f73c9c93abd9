"""Django's registration of the app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The `demo` app."""

    name = "greenroom.hub.demo"
    label = "demo"
