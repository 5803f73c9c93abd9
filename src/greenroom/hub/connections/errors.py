"""
What can go wrong while connecting a GoTo account.

    HubError
      AuthorizationError           400, `code` tells which of the cases below
"""

from greenroom.hub.core.errors import HubError


class AuthorizationError(HubError):
    """Connecting did not succeed; nothing was changed."""

    code = "authorization_failed"
    status = 400

    def __init__(self, code: str, message: str) -> None:
        """Keep the case and one sentence."""
        super().__init__(message)
        self.code = code
