"""How GoToWebinar words a refusal."""

from typing import Any

from greenroom.sandbox.operations import Answer, RefusalError


def refuse(status: int, code: str, description: str, **members: Any) -> RefusalError:
    """
    Build a product error.

    The shape is observed in integrations; the error codes of GoToWebinar are assumed words.
    """
    return RefusalError(Answer(status, {"errorCode": code, "description": description, **members}))


def bad_request(description: str, **members: Any) -> RefusalError:
    return refuse(400, "InvalidRequest", description, **members)


def access_denied(description: str = "The token's user may not act for this organizer.") -> RefusalError:
    return refuse(403, "AccessDenied", description)


def not_found(description: str) -> RefusalError:
    return refuse(404, "NotFound", description)


def webinar_not_found() -> RefusalError:
    # The sentence is observed in an integration's tests.
    return not_found("Webinar with specified key does not exist.")
