"""Django's registration of the app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The `intake` app."""

    name = "greenroom.hub.intake"
    label = "intake"
