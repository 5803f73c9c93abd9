"""
What can go wrong with a GoTo account.

    HubError
      AuthorizationError             400, `code` tells which of the cases below
      StateConflictError
        AccountNotOpenError          409
      TemporarilyUnavailableError
        DailyBudgetSpentError        503, `retry_after` leads to midnight UTC
"""

from greenroom.hub.core.errors import HubError, StateConflictError, TemporarilyUnavailableError


class AuthorizationError(HubError):
    """Connecting did not succeed; nothing was changed."""

    code = "authorization_failed"
    status = 400

    def __init__(self, code: str, message: str) -> None:
        """Keep the case and one sentence."""
        super().__init__(message)
        self.code = code


class AccountNotOpenError(StateConflictError):
    """The event belongs to an account that a site administrator has not opened to whoever wants to use it."""

    code = "account_not_open"


class DailyBudgetSpentError(TemporarilyUnavailableError):
    """GoTo was not asked: this hub has made all the calls of the day that it may."""

    code = "daily_budget"

    def __init__(self, retry_after: float | None = None) -> None:
        """Keep the seconds until the day is over."""
        super().__init__("Today's calls to GoTo are used up; there are new ones from midnight UTC.", retry_after)
