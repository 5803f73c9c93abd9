"""Where GoTo finds us, and whether it can."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from greenroom.hub.connections.models import Connection


def callback_url(connection: Connection) -> str:
    """Return where GoTo delivers what happens to the events of one organizer."""
    return f"{settings.PUBLIC_URL}/hooks/goto/{connection.pk}"


def may_ask_for_webhooks() -> bool:
    """
    Tell whether GoTo is to send us webhooks, by the setting or because it can reach us.

    GoTo delivers to https only; a GoTo on this machine, which is the sandbox, takes what it gets.
    """
    if settings.WEBHOOKS != "auto":
        return settings.WEBHOOKS == "on"
    return settings.IS_HTTPS or _is_local(settings.GOTO_API_URL)


def _is_local(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "http" or parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:  # a name
        return False
