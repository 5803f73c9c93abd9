"""GoTo's authorisation server, and who we are there."""

from django.conf import settings

from greenroom.goto import AuthServer, OAuthClient, Timeouts
from greenroom.hub.core import clock

# Somebody who looks at a page that asks GoTo is told soon.
TIMEOUTS_WHILE_WAITED_FOR = Timeouts(connect=3.0, read=5.0, total=8.0)


def oauth_client() -> OAuthClient:
    """Return our registration at GoTo."""
    return OAuthClient(
        client_id=settings.GOTO_CLIENT_ID,
        client_secret=settings.GOTO_CLIENT_SECRET or None,
        redirect_uri=f"{settings.PUBLIC_URL}/connections/callback/",
    )


def auth_server() -> AuthServer:
    """Return GoTo's authorisation server; a context manager."""
    return AuthServer(
        oauth_client(),
        auth_url=settings.GOTO_AUTH_URL,
        transport=settings.GOTO_TRANSPORT,
        timeout=TIMEOUTS_WHILE_WAITED_FOR,
        clock=clock.now,
    )
