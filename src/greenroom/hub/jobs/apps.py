"""Django's registration of the app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The `jobs` app."""

    name = "greenroom.hub.jobs"
    label = "jobs"
