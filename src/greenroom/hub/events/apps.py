"""Django's registration of the app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The `events` app."""

    name = "greenroom.hub.events"
    label = "events"
