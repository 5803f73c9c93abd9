"""What one failing event means for the others."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from greenroom.goto import AuthenticationError, GotoError, RateLimitError, ResourceNotFoundError
from greenroom.hub.events.models import Event

# One event that GoTo fails over steps aside; so many one after the other mean that GoTo is down.
_FAILURES_IN_A_ROW = 3
_SETTLED = (Event.State.ENDED, Event.State.CANCELLED)


class Patience:
    """Lets an event step aside that GoTo fails over, and stops when it is GoTo that fails."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        """Begin with `errors`, to which what goes wrong is added."""
        self._errors = errors
        self._failures = 0

    @contextmanager
    def over(self, event: Event) -> Iterator[None]:
        """Note what goes wrong with this event; raise what would go wrong with the next one too."""
        try:
            yield
        except GotoError as error:
            self._failures += error.retryable
            if isinstance(error, AuthenticationError | RateLimitError) or self._failures == _FAILURES_IN_A_ROW:
                raise
            if isinstance(error, ResourceNotFoundError) and event.state in _SETTLED:
                return  # deleted at GoTo after it was over: what we have is all there will be
            self._errors.append({"event": event.pk, "code": error.code})
        else:
            self._failures = 0
