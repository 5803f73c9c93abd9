"""Who may do what on the whole site."""

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.users.models import User


def require_site_admin(user: User) -> None:
    """Let only site admins pass; for everybody else there is nothing here."""
    if not user.is_site_admin:
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
