"""
What can go wrong in the ledger.

    HubError
      UnknownReaderError   no code of that name in this release
      LedgerMovedError     retryable   the ledger was restored on another PostgreSQL server
"""

from greenroom.hub.core.errors import HubError


class UnknownReaderError(HubError):
    """A name that no reader of this release has."""

    code = "unknown_reader"


class LedgerMovedError(HubError):
    """The facts were numbered by another server; `adopting` says what that means."""

    code = "ledger_moved"
    retryable = True
