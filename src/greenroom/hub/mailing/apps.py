"""Django's registration of the app."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """The `mailing` app."""

    name = "greenroom.hub.mailing"
    label = "mailing"
