"""Django's registration of the app."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """The `campaigns` app."""

    name = "greenroom.hub.campaigns"
    label = "campaigns"
