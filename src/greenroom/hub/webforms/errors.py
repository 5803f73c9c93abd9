"""
What can go wrong with forms.

    HubError
      TooManySubmissionsError      429
      StateConflictError           409
        FormClosedError
"""

from greenroom.hub.core.errors import HubError, StateConflictError


class TooManySubmissionsError(HubError):
    """So much comes from one place, or for one address, that it looks made by a machine."""

    code = "too_many_submissions"
    status = 429
    retryable = True


class FormClosedError(StateConflictError):
    """The form takes no answers now."""

    code = "form_closed"
