"""
Everything the client raises.

    GotoError
      TransportError               no answer came                             retryable
        RequestTimeoutError          the answer took too long
      ApiError                     GoTo answered with an error: status, goto_code, message
        BadRequestError              400
        AuthenticationError          401, or 403 with InvalidToken
          ReconnectRequiredError       the refresh token is worthless: a person must connect again
        PermissionDeniedError        403
        ResourceNotFoundError        404
        ConflictError                409  registrant_key, when GoTo tells it
        RateLimitError               429  retry_after: seconds, or None       retryable
          DailyBudgetError             nothing sent: our own day's budget is used up
        ServerError                  5xx                                      retryable
      UnexpectedResponseError      the body is not what the contract says
      AuthorizationRefusedError    the person, or GoTo, said no on the consent page
      WebhookSignatureError        the delivery is not provably GoTo's

No error holds a token, a link, a body or an e-mail address: what GoTo says in prose is cleaned first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

MESSAGE_LENGTH = 200
_SECRETS = re.compile(
    r"\S+@\S+"  # e-mail addresses
    r"|\b[a-z][a-z0-9+.-]*://\S+"  # links, which may admit their bearer
    r"|\b(?=[\w.-]*[A-Za-z])[\w-]{24,}(?:\.[\w-]+)*"  # tokens; a GoTo key is digits only and stays
    r"|\b[\w-]+\.[\w-]+\.[\w-]{8,}",  # signed tokens with short parts
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class GotoError(Exception):
    """
    Base of everything the client raises.

    Attributes:
        code: stable word for machines.
        retryable: the same call may succeed later without anybody changing anything.
    """

    code = "goto_error"
    retryable = False


class TransportError(GotoError):
    """
    No answer came: refused or lost connection, broken transfer.

    Attributes:
        request_sent: GoTo may have received, and acted on, the request.
    """

    code = "transport"
    retryable = True

    def __init__(self, message: str = "GoTo could not be reached.", *, request_sent: bool = True) -> None:
        super().__init__(message)
        self.request_sent = request_sent


class RequestTimeoutError(TransportError):
    """The connection or the answer took longer than allowed."""

    code = "timeout"

    def __init__(self, message: str = "GoTo did not answer in time.", *, request_sent: bool = True) -> None:
        super().__init__(message, request_sent=request_sent)


class ApiError(GotoError):
    """
    GoTo answered with an error status.

    Attributes:
        status: the HTTP status.
        goto_code: GoTo's own word (`errorCode`, `int_err_code`, OAuth's `error`), or None.
        message: GoTo's sentence, without addresses, links and tokens, at most 200 characters; may be empty.
        request_id: what GoTo's gateway calls the request, for their support; or None.
        product, operation: which call it was.
        retry_after: seconds GoTo asks us to wait, or None.
    """

    code = "api"

    def __init__(
        self,
        status: int,
        *,
        product: str = "",
        operation: str = "",
        goto_code: str | None = None,
        message: str = "",
        request_id: str | None = None,
        retry_after: float | None = None,
        registrant_key: str | None = None,
    ) -> None:
        self.status = status
        self.product = product
        self.operation = operation
        self.goto_code = goto_code
        self.message = message
        self.request_id = request_id
        self.retry_after = retry_after
        self.registrant_key = registrant_key
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        """Say in one line what failed and how."""
        call = f"{self.product}.{self.operation}" if self.operation else "The call"
        said = ": ".join(part for part in (self.goto_code, self.message) if part)
        return f"{call} failed with status {self.status}{f' ({said})' if said else ''}."

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive pickling: exceptions cross process borders with their attributes."""
        return _rebuild, (type(self), {name: self.__dict__[name] for name in _MEMBERS})


_MEMBERS = (
    "status",
    "product",
    "operation",
    "goto_code",
    "message",
    "request_id",
    "retry_after",
    "registrant_key",
)


def _rebuild(kind: type[ApiError], members: dict[str, Any]) -> ApiError:
    """Make an unpickled error whole again."""
    return kind(**members)


class BadRequestError(ApiError):
    """GoTo did not accept the values sent (400)."""

    code = "bad_request"


class AuthenticationError(ApiError):
    """The access token, or the OAuth client, is not accepted."""

    code = "authentication"


class ReconnectRequiredError(AuthenticationError):
    """The refresh token or code is lapsed, used or foreign: a person must authorise again."""

    code = "reconnect_required"


class PermissionDeniedError(ApiError):
    """The token is valid but may not do this (403)."""

    code = "permission_denied"


class ResourceNotFoundError(ApiError):
    """No such webinar, training, registrant... (404)."""

    code = "not_found"


class ConflictError(ApiError):
    """
    The state of things forbids it (409).

    `registrant_key` names the registrant that exists, when GoTo tells it.
    """

    code = "conflict"


class RateLimitError(ApiError):
    """Too many calls (429); `retry_after` is how many seconds GoTo asks us to wait, or None."""

    code = "rate_limit"
    retryable = True


class DailyBudgetError(RateLimitError):
    """Nothing was sent: our own budget of calls for the day is used up; `retry_after` leads to midnight (UTC)."""

    code = "daily_budget"

    def _sentence(self) -> str:
        return f"The day's budget of calls to {self.product or 'GoTo'} is used up."


class ServerError(ApiError):
    """GoTo failed (5xx)."""

    code = "server"
    retryable = True


class UnexpectedResponseError(GotoError):
    """
    The answer's body is not what the contract says.

    Attributes:
        product, operation: which call it was.
        path: where in the body, such as `$[0].email`; never what was there.
    """

    code = "unexpected_response"

    def __init__(self, product: str, operation: str, path: str = "$") -> None:
        super().__init__(f"{product}.{operation} answered something unexpected at {path}.")
        self.product = product
        self.operation = operation
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive pickling."""
        return type(self), (self.product, self.operation, self.path)


class AuthorizationRefusedError(GotoError):
    """
    The consent page sent the person back without a code.

    Attributes:
        reason: GoTo's word, such as `access_denied`; or `state_mismatch`, `code_missing` of our own.
    """

    code = "authorization_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason if _WORD.fullmatch(reason) else "unknown"
        super().__init__(f"GoTo did not authorise the connection ({self.reason}).")

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive pickling."""
        return type(self), (self.reason,)


class WebhookSignatureError(GotoError):
    """The delivery is unsigned, signed with another secret, altered, or too old."""

    code = "webhook_signature"


_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: ResourceNotFoundError,
    409: ConflictError,
    429: RateLimitError,
}


def error_members(content: bytes) -> dict[str, Any]:
    """Read an error body as a JSON object; anything else (HTML, empty, an array) is an empty one."""
    try:
        members = msgspec.json.decode(content)
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}


def is_token_refused(status: int, content: bytes) -> bool:
    """
    Tell whether an answer means "refresh the token".

    Source: behaviour of the gateway: 401, or 403 with `int_err_code` InvalidToken. Any other 403 is a
    missing right, and refreshing would not help.
    """
    if status == 403:
        return error_members(content).get("int_err_code") == "InvalidToken"
    return status == 401


def api_error(
    status: int,
    headers: Mapping[str, str],
    content: bytes,
    *,
    product: str,
    operation: str,
    now: Callable[[], datetime],
) -> ApiError:
    """Turn an error answer of any shape GoTo uses into the matching error."""
    members = error_members(content)
    goto_code = _first_word(members, "errorCode", "int_err_code", "error")
    kind = _kind_of(status, goto_code, is_token_refused(status, content))
    return kind(
        status,
        product=product,
        operation=operation,
        goto_code=goto_code,
        message=_first_sentence(members, "description", "message", "msg", "error_description"),
        request_id=_request_id(headers),
        retry_after=retry_after_seconds(headers, now),
        registrant_key=_key_text(members.get("registrantKey")),
    )


def _kind_of(status: int, goto_code: str | None, token_refused: bool) -> type[ApiError]:
    """Choose the class for a status and GoTo's word."""
    if goto_code == "invalid_grant" and status in (400, 401, 403):
        return ReconnectRequiredError
    if token_refused:
        return AuthenticationError
    if status >= 500:
        return ServerError
    return _BY_STATUS.get(status, ApiError)


def _first_word(members: Mapping[str, Any], *names: str) -> str | None:
    """Return the first member that looks like an error word and nothing else."""
    for name in names:
        value = members.get(name)
        if isinstance(value, str) and _WORD.fullmatch(value):
            return value
    return None


def _first_sentence(members: Mapping[str, Any], *names: str) -> str:
    """Return the first prose member, cleaned."""
    for name in names:
        value = members.get(name)
        if isinstance(value, str) and value.strip():
            return clean_sentence(value)
    return ""


def clean_sentence(text: str) -> str:
    """Take addresses, links, tokens and control characters out of prose and shorten it."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _SECRETS.sub("***", plain)[:MESSAGE_LENGTH].rstrip(". ")


def _key_text(value: object) -> str | None:
    """Read a key that may be a JSON number or a text of digits; anything else is no key."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdigit() else None


def _request_id(headers: Mapping[str, str]) -> str | None:
    """Find the gateway's request id, the only trace id GoTo gives."""
    value = headers.get("x-amzn-requestid") or headers.get("x-amz-apigw-id") or ""
    return value if _WORD.fullmatch(value) else None


def retry_after_seconds(headers: Mapping[str, str], now: Callable[[], datetime]) -> float | None:
    """Read Retry-After, seconds or a date; None when absent or unreadable, never negative."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value):
        return float(value)
    if not value:
        return None
    from email.utils import parsedate_to_datetime  # here, as it is slow to import and dates are rare

    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now()).total_seconds())
