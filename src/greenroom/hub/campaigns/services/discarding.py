"""Doing away with e-mails that nothing sends any more."""

from greenroom.hub.campaigns.selectors import list_uses
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.mailing.models import Email
from greenroom.hub.mailing.services import put_away


def discard_email(*, email: Email) -> bool:
    """
    Delete an e-mail that was never sent, or archive one that was.

    Returns:
        Whether it is deleted.

    Raises:
        StateConflictError: it is still to be sent; the sentence says by what.
    """
    if uses := list_uses(email=email):
        raise StateConflictError(f"This e-mail is used by {', '.join(uses)}. Take it out there first.")
    return put_away(email=email)
