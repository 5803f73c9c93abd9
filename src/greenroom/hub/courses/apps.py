"""Django's registration of the app."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """The `courses` app."""

    name = "greenroom.hub.courses"
    label = "courses"
