"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """The `jobs` app."""

    name = "greenroom.hub.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Import each app's `tasks.py`, whose decorators fill the registries of tasks and schedules."""
        autodiscover_modules("tasks")
