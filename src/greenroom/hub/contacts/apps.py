"""Django's registration of the app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """The `contacts` app."""

    name = "greenroom.hub.contacts"
    label = "contacts"
