"""How SCIM words a refusal."""

from greenroom.sandbox.core import Core
from greenroom.sandbox.operations import INVALID_TOKEN, Answer, Operation, RefusalError

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="identity", error="invalid_token"'}


def refuse(status: int, code: str, description: str) -> RefusalError:
    """
    Build a refusal.

    The statuses are documented. The body is the one of SCIM 1.1, the version the file speaks of; assumed.
    """
    return RefusalError(Answer(status, {"Errors": [{"description": description, "code": str(status)}]}))


def bad_request(description: str) -> RefusalError:
    return refuse(400, "InvalidRequest", description)


def not_authorized(description: str = "Client is not sufficiently authorized.") -> RefusalError:
    return refuse(401, "NotAuthorized", description)


def no_such_group() -> RefusalError:
    """An unknown group has the status of a missing right (documented)."""
    return not_authorized("Client is not sufficiently authorized or group does not exist in organization.")


def no_such_user() -> RefusalError:
    return refuse(404, "NotFound", "User not found.")


def conflict(description: str) -> RefusalError:
    return refuse(409, "Conflict", description)


def invalid_token(core: Core, operation: Operation) -> Answer:
    """The gateway's answer; for one's own user an empty one with a challenge, 401 or 403 (sources differ)."""
    if operation.path != "/Users/me":
        return INVALID_TOKEN
    status = int(core.switches.text("me_invalid_token"))
    return Answer(status, b"", _CHALLENGE)
