"""
What can go wrong around a job.

    HubError
      RetryLaterError   retryable   the task asks for another turn
      UnknownTaskError  retryable   no code of that name here; another release may have it
"""

from greenroom.hub.core.errors import HubError


class RetryLaterError(HubError):
    """The task could not do its work now and asks for another turn; the turn counts as an attempt."""

    code = "retry_later"
    retryable = True

    def __init__(self, reason: str, after: float | None = None) -> None:
        """
        Ask for another turn.

        Args:
            reason: a code kept in the row as its last error; no personal data.
            after: seconds to wait; None leaves it to the back-off.
        """
        super().__init__(f"The job asks for another turn: {reason}.")
        self.code = reason
        self.retry_after = after


class UnknownTaskError(HubError):
    """A job names a task that this release does not have."""

    code = "unknown_task"
    retryable = True
