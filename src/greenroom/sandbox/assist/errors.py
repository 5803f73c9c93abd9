"""How GoToAssist Remote Support words a refusal."""

from greenroom.sandbox.operations import Answer, RefusalError


def refuse(status: int, code: str, description: str) -> RefusalError:
    """Build a refusal. No source has one but "more than 50 is a bad request"; shape and statuses are assumed."""
    return RefusalError(Answer(status, {"errorCode": code, "description": description}))


def bad_request(description: str) -> RefusalError:
    return refuse(400, "InvalidRequest", description)


def not_found(description: str) -> RefusalError:
    return refuse(404, "NotFound", description)
