"""Who may do what on the whole site."""

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.users.models import User


def may_market(user: User) -> bool:
    """Tell whether a person may see contacts and write to them: marketers and site admins."""
    return user.is_marketer or user.is_site_admin


def require_marketer(user: User) -> None:
    """Let only marketers and site admins pass; for everybody else there is nothing here."""
    if not may_market(user):
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")


def require_site_admin(user: User) -> None:
    """Let only site admins pass; for everybody else there is nothing here."""
    if not user.is_site_admin:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
