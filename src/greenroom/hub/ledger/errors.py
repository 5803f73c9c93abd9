"""
What can go wrong in the ledger.

    HubError
      UnknownReaderError   no code of that name in this release
"""

from greenroom.hub.core.errors import HubError


class UnknownReaderError(HubError):
    """A name that no reader of this release has."""

    code = "unknown_reader"
