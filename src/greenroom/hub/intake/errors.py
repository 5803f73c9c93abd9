"""
What can go wrong while taking in webhooks.

    HubError
      StateConflictError
        NothingToApplyError   409  the delivery was applied already, or is no longer kept
"""

from greenroom.hub.core.errors import StateConflictError


class NothingToApplyError(StateConflictError):
    """There is nothing left of a delivery that could be applied."""

    code = "nothing_to_apply"
