"""What went wrong, as a problem document (RFC 9457)."""

import traceback
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import structlog
from django.http import HttpRequest, HttpResponse

from greenroom.hub.core.errors import HubError, InvalidInputError, TemporarilyUnavailableError

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"
_QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"


class RefusedCallError(HubError):
    """Something that only the API says, such as that there is no key."""

    def __init__(
        self, status: int, code: str, sentence: str, headers: Mapping[str, str] | None = None, **members: Any
    ) -> None:
        """Keep status, code and sentence; `members` are further ones of the document."""
        super().__init__(sentence)
        self.status, self.code = status, code
        self.headers, self.members = dict(headers or {}), members


def quota_exceeded(
    sentence: str, *, policy: str, retry_after: int, headers: Mapping[str, str] | None = None
) -> RefusedCallError:
    """Make the refusal of a caller who came too often; `policy` names the limit."""
    return RefusedCallError(
        429,
        "quota_exceeded",
        sentence,
        {"Retry-After": str(retry_after), **(headers or {})},
        **{"violated-policies": [policy]},
    )


def answer_problem(request: HttpRequest, error: HubError) -> HttpResponse:
    """Make the document for an error."""
    document = {
        "type": _QUOTA_EXCEEDED if error.status == HTTPStatus.TOO_MANY_REQUESTS else f"urn:greenroom:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": str(error),
        # Power Automate shows this member to people.
        "message": str(error),
        "code": error.code,
        "request_id": request_id(request),
    }
    if isinstance(error, InvalidInputError) and error.errors:
        document["errors"] = [{"pointer": _pointer(name), "detail": text} for name, text in error.errors.items()]
    if isinstance(error, RefusedCallError):
        document |= error.members
    answer = HttpResponse(msgspec.json.encode(document), content_type=CONTENT_TYPE, status=error.status)
    for name, value in getattr(error, "headers", {}).items():
        answer[name] = value
    if isinstance(error, TemporarilyUnavailableError):
        answer["Retry-After"] = str(round(error.retry_after or 30))
    return answer


def answer_unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    """Tell of an error of ours without telling what it is, and log it with the number the caller is given."""
    # Not the error's own words: they may quote what was sent.
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error("api.failed", request_id=request_id(request), error=type(error).__name__, places=places)
    return answer_problem(
        request,
        RefusedCallError(500, "internal_error", "Something went wrong on our side. Nothing was lost; try again."),
    )


def request_id(request: HttpRequest) -> str:
    """Return the number by which this call can be found in the log."""
    return str(request.META.setdefault("greenroom.request_id", uuid.uuid4().hex))


def _pointer(name: str) -> str:
    return name if name.startswith("/") else f"/{name}"
