"""How GoToTraining words a refusal."""

from typing import Any

from greenroom.sandbox.operations import Answer, RefusalError

# Beyond 2^53 on purpose: GoTo's incident numbers are (observed).
_INCIDENT = 7_203_685_477_580_123_457


def refuse(status: int, code: str, description: str, **members: Any) -> RefusalError:
    """
    Build a product error.

    The shape and the words are observed in an integration; the status of some is assumed.
    """
    return RefusalError(
        Answer(status, {"errorCode": code, "description": description, "incident": _INCIDENT, **members})
    )


def invalid_request(description: str) -> RefusalError:
    return refuse(400, "InvalidRequest", description)


def access_denied(description: str = "The token's user may not act for this organizer.") -> RefusalError:
    return refuse(403, "AccessDenied", description)


def no_such_training() -> RefusalError:
    return refuse(404, "NoSuchTraining", "The training does not exist.")


def no_such_registrant() -> RefusalError:
    return refuse(404, "NoSuchRegistrant", "The registrant does not exist.")


def no_such_session() -> RefusalError:
    return refuse(404, "NoSuchSession", "The session does not exist.")


def no_such_recording() -> RefusalError:
    return refuse(404, "NoSuchRecording", "The recording does not exist.")


def training_over() -> RefusalError:
    return refuse(409, "TrainingOver", "The training is over.")


def training_in_session() -> RefusalError:
    return refuse(409, "TrainingInSession", "The training is in session.")
