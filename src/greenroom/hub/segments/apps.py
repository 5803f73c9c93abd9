"""Django's registration of the app."""

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    """The `segments` app."""

    name = "greenroom.hub.segments"
    label = "segments"
