"""How GoToMeeting words a refusal."""

from greenroom.sandbox.operations import Answer, RefusalError


def refuse(status: int, code: str, description: str) -> RefusalError:
    """
    Build a product error.

    The statuses are documented; that GoToMeeting has the shape of the other products is assumed, and so are the words.
    """
    return RefusalError(Answer(status, {"errorCode": code, "description": description}))


def invalid_request(description: str) -> RefusalError:
    return refuse(400, "InvalidRequest", description)


def access_denied(description: str = "The token's user may not act for this organizer.") -> RefusalError:
    return refuse(403, "AccessDenied", description)


def no_such_meeting() -> RefusalError:
    return refuse(404, "NoSuchMeeting", "The meeting does not exist.")


def no_such_organizer() -> RefusalError:
    return refuse(404, "NoSuchOrganizer", "The organizer does not exist.")
