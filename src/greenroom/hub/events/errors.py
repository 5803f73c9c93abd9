"""
What can go wrong with events.

    HubError
      UnreadableLinkError          422  nothing in the text points to an event
      UnknownEventError            404  the link is GoTo's, but no connected account has the event
      ChangedMeanwhileError        409  somebody else has changed the event since it was looked at
      UnreadableNewsError               a webhook's body is not what GoTo describes; `code` tells which case
"""

from greenroom.hub.core.errors import HubError, InvalidInputError, StateConflictError, UnknownObjectError


class UnreadableLinkError(InvalidInputError):
    """What was pasted is no link, key or number of a GoTo event."""

    code = "unreadable_link"


class UnknownEventError(UnknownObjectError):
    """None of the connected accounts has the event."""

    code = "unknown_event"


class ChangedMeanwhileError(StateConflictError):
    """Somebody else has changed the event, here or at GoTo, since it was looked at; nothing was overwritten."""

    code = "changed_meanwhile"

    def __init__(self) -> None:
        """Say it in one sentence."""
        super().__init__(
            "Somebody else has changed this event since you opened it, so nothing was overwritten. "
            "Look at it as it is now, and change it again."
        )


class UnreadableNewsError(HubError):
    """A webhook's body is not what GoTo describes."""

    code = "unreadable_news"
    status = 400

    def __init__(self, code: str) -> None:
        """Keep the case; it names a place in the body, never what stands there."""
        super().__init__("The body of a webhook is not what GoTo describes.")
        self.code = code
