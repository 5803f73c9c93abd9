"""Whose account it is that somebody has just connected."""

from dataclasses import dataclass

from greenroom.goto import (
    BearerToken,
    GoTo,
    GotoError,
    PermissionDeniedError,
    ResourceNotFoundError,
    Token,
    admin,
    scim,
)
from greenroom.hub.connections.errors import AuthorizationError
from greenroom.hub.connections.goto import client
from greenroom.hub.core.texts import storable

_KEY_LENGTH = 64
# The Admin API is only for accounts of one of GoTo's platforms; SCIM, which tells less, needs a scope.
_NOT_FOR_US = (PermissionDeniedError, ResourceNotFoundError)


@dataclass(frozen=True, slots=True)
class Identity:
    """An organizer, as far as GoTo tells; what it does not tell is empty."""

    organizer_key: str
    name: str = ""
    email: str = ""
    time_zone: str = ""
    account_key: str = ""
    account_name: str = ""

    @property
    def name_for_people(self) -> str:
        """The name, or else what a person may recognise."""
        return self.name or self.email or f"Organizer {self.organizer_key}"

    def told(self) -> dict[str, str]:
        """Return what GoTo told, as columns of `Connection`."""
        columns = {
            "organizer_name": storable(self.name, 255),
            "organizer_email": storable(self.email, 254),
            "time_zone": storable(self.time_zone, 64),
            "account_key": storable(self.account_key, _KEY_LENGTH),
            "account_name": storable(self.account_name, 255),
        }
        return {name: value for name, value in columns.items() if value}


def find_identity(token: Token) -> Identity:
    """
    Ask GoTo whom a token belongs to: one call to the Admin API, and one to SCIM where that is refused.

    Raises:
        AuthorizationError: GoTo does not tell.
    """
    try:
        with client(BearerToken(token.access_token), is_waited_for=True) as goto:
            found = _from_admin(goto) or _from_scim(goto, token)
    except _NOT_FOR_US as error:
        raise AuthorizationError(
            "scope_missing",
            "GoTo does not tell this hub whose account it is. "
            "Give its GoTo client the scope identity:scim.me, then connect once more.",
        ) from error
    except GotoError as error:
        raise _unknown() from error
    if not 0 < len(found.organizer_key) <= _KEY_LENGTH:
        raise _unknown()
    return found


def _unknown() -> AuthorizationError:
    return AuthorizationError("unknown_organizer", "GoTo did not tell whose account this is. Try again shortly.")


def _from_admin(goto: GoTo) -> Identity | None:
    try:
        me = goto.send(admin.get_me())
    except _NOT_FOR_US:
        return None
    account = next((one for one in me.accounts if one.key == me.account_key), None)
    return Identity(
        organizer_key=me.key,
        name=f"{me.first_name} {me.last_name}".strip(),
        email=me.email,
        time_zone=me.time_zone,
        account_key=me.account_key or "",
        account_name=account.name if account else "",
    )


def _from_scim(goto: GoTo, token: Token) -> Identity:
    """SCIM knows the person and not the account; the token's answer may have their address."""
    me = goto.send(scim.get_me())
    full_name = f"{me.name.given_name} {me.name.family_name}".strip() if me.name else ""
    user_name = me.user_name if "@" in me.user_name else ""
    return Identity(
        organizer_key=me.id,
        name=full_name or me.display_name,
        email=user_name or token.principal or "",
        time_zone=me.timezone,
    )
