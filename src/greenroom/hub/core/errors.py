"""
What can go wrong in the hub, for whom, and what to do about it.

    HubError
      AccessDeniedError            403
      UnknownObjectError           404
      StateConflictError           409
        RegistrationClosedError
        ReconnectNeededError            a person must authorise the GoTo account again
      InvalidInputError            422  errors per field
      TemporarilyUnavailableError  503  retry_after

Services raise these; one handler for pages and one for the API give them a status and words.
"""

from collections.abc import Mapping


class HubError(Exception):
    """Base of all the hub's errors: `code` is for machines, `str(error)` is one sentence for a person."""

    code = "hub_error"
    status = 500
    retryable = False


class AccessDeniedError(HubError):
    """The person is known but may not do this."""

    code = "access_denied"
    status = 403


class UnknownObjectError(HubError):
    """There is no such thing, or none that this person may know of."""

    code = "unknown_object"
    status = 404


class StateConflictError(HubError):
    """The thing is in a state in which this cannot be done."""

    code = "state_conflict"
    status = 409


class RegistrationClosedError(StateConflictError):
    """The event takes no registrations now."""

    code = "registration_closed"


class ReconnectNeededError(StateConflictError):
    """GoTo no longer accepts our authorisation; a person has to give it again."""

    code = "reconnect_needed"


class InvalidInputError(HubError):
    """Something in the input is missing or wrong."""

    code = "invalid_input"
    status = 422

    def __init__(self, message: str, errors: Mapping[str, str] | None = None) -> None:
        """Keep the sentence, and one sentence per field in `errors`."""
        super().__init__(message)
        self.errors = dict(errors or {})


class TemporarilyUnavailableError(HubError):
    """It does not work now and will later."""

    code = "temporarily_unavailable"
    status = 503
    retryable = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """Keep the sentence, and the seconds after which to try again when they are known."""
        super().__init__(message)
        self.retry_after = retry_after
