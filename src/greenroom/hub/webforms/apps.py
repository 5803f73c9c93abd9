"""Django's registration of the app."""

from django.apps import AppConfig


class WebformsConfig(AppConfig):
    """The `webforms` app."""

    name = "greenroom.hub.webforms"
    label = "webforms"
