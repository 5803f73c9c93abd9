"""Django's registration of the app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The `web` app."""

    name = "greenroom.hub.web"
    label = "web"
