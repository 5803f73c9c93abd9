"""
What can go wrong with events.

    HubError
      UnreadableLinkError          422  nothing in the text points to an event
      UnknownEventError            404  the link is GoTo's, but no connected account has the event
"""

from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError


class UnreadableLinkError(InvalidInputError):
    """What was pasted is no link, key or number of a GoTo event."""

    code = "unreadable_link"


class UnknownEventError(UnknownObjectError):
    """None of the connected accounts has the event."""

    code = "unknown_event"
