"""Django's registration of the app."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """The `users` app."""

    name = "greenroom.hub.users"
    label = "users"
