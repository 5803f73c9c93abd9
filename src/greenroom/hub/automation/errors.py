"""
What can go wrong between programs and this hub.

    HubError
      StaleCursorError   410  a cursor to poll with that leads nowhere any more
"""

from greenroom.hub.core.errors import HubError


class StaleCursorError(HubError):
    """A cursor that is too old, or ahead of all there is; `oldest_cursor` is the oldest to begin again with."""

    code = "stale_cursor"
    status = 410

    def __init__(self, message: str, oldest_cursor: str) -> None:
        """Keep the sentence and the cursor."""
        super().__init__(message)
        self.oldest_cursor = oldest_cursor
