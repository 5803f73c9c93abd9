"""One view for every operation of the registry."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from greenroom.hub.api.callers import identify
from greenroom.hub.api.idempotency import answer_once
from greenroom.hub.api.limits import CALLS, Standing, take
from greenroom.hub.api.problems import (
    RefusedCallError,
    answer_problem,
    answer_unexpected,
    quota_exceeded,
    request_id,
)
from greenroom.hub.api.reading import read_input
from greenroom.hub.automation.callers import Caller
from greenroom.hub.automation.registry import Operation
from greenroom.hub.core.errors import HubError

Operations = Mapping[str, Operation[Any, Any]]
_encode = msgspec.json.Encoder().encode


def endpoint(operations: Operations) -> Callable[..., HttpResponse]:
    """Return the view of one address, which has an operation for each method it takes."""
    allowed = ", ".join(sorted([*operations, "OPTIONS", *(["HEAD"] if "GET" in operations else [])]))

    @csrf_exempt
    def view(request: HttpRequest, **path: str) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": allowed})
        return guarded(request, lambda caller: _call(request, caller, operations, path, allowed))

    return view


def guarded(request: HttpRequest, carry_out: Callable[[Caller], HttpResponse]) -> HttpResponse:
    """Answer a call: identify the caller, count the call, and turn whatever goes wrong into a problem document."""
    standing: Standing | None = None
    try:
        caller = identify(request)
        standing = take(caller.owner, CALLS)
        if standing.is_exceeded:
            raise _too_many(standing)
        answer = carry_out(caller)
    except HubError as error:
        answer = answer_problem(request, error)
    except Exception as error:  # noqa: BLE001 - the top of the API: nothing but a document leaves it
        answer = answer_unexpected(request, error)
    for name, value in (standing.headers if standing else {}).items():
        # An operation may have told of a limit of its own.
        answer[name] = f"{value}, {answer[name]}" if name in answer.headers else value
    answer["X-Request-Id"] = request_id(request)
    answer["Cache-Control"] = "no-store"
    return answer


def _too_many(standing: Standing) -> RefusedCallError:
    limit = standing.limit
    sentence = f"This key may make {limit.calls} calls in {limit.seconds} seconds. Go on in {standing.reset} seconds."
    return quota_exceeded(sentence, policy=limit.name, retry_after=standing.reset)


def _call(
    request: HttpRequest, caller: Caller, operations: Operations, path: Mapping[str, str], allowed: str
) -> HttpResponse:
    method = "GET" if request.method == "HEAD" else request.method or ""
    operation = operations.get(method)
    if operation is None:
        raise RefusedCallError(405, "method_not_allowed", f"This address takes {allowed}.", {"Allow": allowed})
    wanted = read_input(request, operation, path)
    key = request.headers.get("Idempotency-Key")
    if key is None or operation.method != "POST":
        return _carry_out(request, operation, caller, wanted)
    return answer_once(
        owner=caller.owner,
        operation_id=operation.operation_id,
        key=key,
        content=_encode(wanted),
        carry_out=lambda: _carry_out_safely(request, operation, replace(caller, idempotency_key=key), wanted),
    )


def _carry_out_safely(
    request: HttpRequest, operation: Operation[Any, Any], caller: Caller, wanted: Any
) -> HttpResponse:
    """Carry out a call whose refusal is an answer to keep."""
    try:
        return _carry_out(request, operation, caller, wanted)
    except HubError as error:
        return answer_problem(request, error)


def _carry_out(request: HttpRequest, operation: Operation[Any, Any], caller: Caller, wanted: Any) -> HttpResponse:
    reply = operation.carry_out(caller, wanted)
    headers = dict(reply.headers)
    if reply.next_cursor:
        headers["Link"] = _link_to_next(request, reply.next_cursor)
    if reply.status == 204:
        return HttpResponse(status=204, headers=headers)
    return HttpResponse(_encode(reply.body), content_type="application/json", status=reply.status, headers=headers)


def _link_to_next(request: HttpRequest, cursor: str) -> str:
    query = request.GET.copy()
    query["cursor"] = cursor
    return f'<{settings.PUBLIC_URL}{request.path}?{query.urlencode()}>; rel="next"'
