"""Django's registration of the app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The `api` app."""

    name = "greenroom.hub.api"
    label = "api"
