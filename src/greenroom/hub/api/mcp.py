"""
The door for programs that speak the Model Context Protocol: one address, one message per call, nothing kept between.

Clients of 2026-07-28 say with every call who they are; those before begin with `initialize`, which we answer without
making a session. A tool is an operation of the registry: same key, same limits, same refusals.

Source: modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from greenroom import __version__
from greenroom.hub.api.dispatch import guarded
from greenroom.hub.api.problems import RefusedCallError
from greenroom.hub.api.reading import read_members, read_object
from greenroom.hub.automation.callers import Caller
from greenroom.hub.automation.platforms.tools import ITEMS, NEXT_CURSOR, list_tools
from greenroom.hub.automation.registry import Operation, Reply, get_operation
from greenroom.hub.core.errors import HubError, InvalidInputError

MODERN = "2026-07-28"
LEGACY = ("2025-11-25", "2025-06-18", "2025-03-26")

_META = "io.modelcontextprotocol/"
_SERVER = {"name": "greenroom", "title": "Greenroom", "version": __version__}
_CAPABILITIES: dict[str, Any] = {"tools": {}}
_INSTRUCTIONS = (
    "Webinars, trainings and meetings of the connected GoTo accounts: find and plan events, sign people up, see who "
    "came. Every key is a text. Times are in UTC."
)
_MAY_BE_KEPT = {"ttlMs": 300_000, "cacheScope": "public"}

_INVALID_REQUEST, _UNKNOWN_METHOD, _INVALID_PARAMS = -32600, -32601, -32602
_PARSE_ERROR, _HEADER_MISMATCH, _UNSUPPORTED_VERSION = -32700, -32020, -32022


class _RpcError(Exception):
    """What is told as an error of JSON-RPC."""

    def __init__(self, code: int, sentence: str, *, status: int = 400, data: Any = None) -> None:
        super().__init__(sentence)
        self.code, self.status, self.data = code, status, data


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """A request of JSON-RPC: `id` is None for a notification, which wants no answer."""

    id: str | int | None
    method: str
    params: Mapping[str, Any]
    is_modern: bool


@csrf_exempt
def mcp(request: HttpRequest) -> HttpResponse:
    """Answer one message."""
    return guarded(request, lambda caller: _answer(request, caller))


def _answer(request: HttpRequest, caller: Caller) -> HttpResponse:
    if request.method != "POST":
        raise RefusedCallError(405, "method_not_allowed", "This address takes POST.", {"Allow": "POST"})
    if request.headers.get("Origin", settings.PUBLIC_URL) != settings.PUBLIC_URL:
        raise RefusedCallError(403, "foreign_origin", "Pages of other sites may not call this address.")
    body: dict[str, Any] = {}
    try:
        body = _read(request)
        message = _message(request, body)
        if message.id is None:
            return HttpResponse(status=202)
        answer = {"jsonrpc": "2.0", "id": message.id, "result": _result(caller, message)}
        return _json(answer, 200)
    except _RpcError as error:
        told: dict[str, Any] = {"code": error.code, "message": str(error)}
        if error.data is not None:
            told["data"] = error.data
        named = {"id": body["id"]} if _is_id(body.get("id")) else {}
        return _json({"jsonrpc": "2.0", **named, "error": told}, error.status)


def _json(document: Mapping[str, Any], status: int) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(document), content_type="application/json", status=status)


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        return read_object(request)
    except RefusedCallError as error:
        if error.status != 400:
            raise
        raise _RpcError(_PARSE_ERROR, str(error)) from None


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _message(request: HttpRequest, body: Mapping[str, Any]) -> _Message:
    method, params = body.get("method"), body.get("params", {})
    if body.get("jsonrpc") != "2.0" or not isinstance(method, str) or ("id" in body and not _is_id(body["id"])):
        raise _RpcError(_INVALID_REQUEST, "This is no request of JSON-RPC 2.0.")
    if not isinstance(params, dict):
        raise _RpcError(_INVALID_PARAMS, "params is no object.")
    is_modern = _is_modern(request, params)
    if is_modern and "id" in body:
        _check_metadata(request, method, params)
    return _Message(id=body.get("id"), method=method, params=params, is_modern=is_modern)


def _is_modern(request: HttpRequest, params: Mapping[str, Any]) -> bool:
    """Whether a call says who it is by itself. One of an unknown version does, so that it is told which we know."""
    meta = params.get("_meta")
    if isinstance(meta, dict) and _META + "protocolVersion" in meta:
        return True
    return request.headers.get("MCP-Protocol-Version", LEGACY[0]) not in LEGACY


def _check_metadata(request: HttpRequest, method: str, params: Mapping[str, Any]) -> None:
    """Refuse a call whose headers say something else than its body, or whose version we do not speak."""
    meta = params.get("_meta")
    for name in ("protocolVersion", "clientCapabilities"):
        if not isinstance(meta, dict) or _META + name not in meta:
            raise _RpcError(_INVALID_PARAMS, f"params._meta lacks {_META}{name}.")
    version = meta[_META + "protocolVersion"] if isinstance(meta, dict) else None
    said = {"MCP-Protocol-Version": version, "Mcp-Method": method}
    if method == "tools/call":
        said["Mcp-Name"] = params.get("name")
    for header, value in said.items():
        if _decoded(request.headers.get(header)) != value:
            raise _RpcError(_HEADER_MISMATCH, f"The header {header} does not match the body.")
    if version != MODERN:
        data = {"supported": [MODERN, *LEGACY], "requested": version}
        raise _RpcError(_UNSUPPORTED_VERSION, "Unsupported protocol version", data=data)


def _decoded(header: str | None) -> str | None:
    if header is None or not (header.startswith("=?base64?") and header.endswith("?=")):
        return header
    try:
        return base64.b64decode(header[9:-2], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _result(caller: Caller, message: _Message) -> dict[str, Any]:
    match message.method, message.is_modern:
        case "server/discover", True:
            versions = {"supportedVersions": [MODERN, *LEGACY]}
            result = {**versions, "capabilities": _CAPABILITIES, "instructions": _INSTRUCTIONS, **_MAY_BE_KEPT}
        case "initialize", False:
            result = _greeting(message.params)
        case "ping", False:
            result = {}
        case "tools/list", _:
            result = {"tools": list_tools(), **_MAY_BE_KEPT} if message.is_modern else {"tools": list_tools()}
        case "tools/call", _:
            result = _call(caller, message.params)
        case _:
            status = 404 if message.is_modern else 200
            raise _RpcError(_UNKNOWN_METHOD, f"There is no method {message.method}.", status=status)
    if message.is_modern:
        result |= {"resultType": "complete", "_meta": {_META + "serverInfo": _SERVER}}
    return result


def _greeting(params: Mapping[str, Any]) -> dict[str, Any]:
    wanted = params.get("protocolVersion")
    return {
        "protocolVersion": wanted if wanted in LEGACY else LEGACY[0],
        "capabilities": _CAPABILITIES,
        "serverInfo": _SERVER,
        "instructions": _INSTRUCTIONS,
    }


def _call(caller: Caller, params: Mapping[str, Any]) -> dict[str, Any]:
    name, arguments = params.get("name"), params.get("arguments", {})
    try:
        operation = get_operation(str(name))
    except KeyError:
        raise _RpcError(_INVALID_PARAMS, f"Unknown tool: {name}") from None
    if not isinstance(arguments, dict):
        raise _RpcError(_INVALID_PARAMS, "arguments is no object.")
    try:
        reply = operation.carry_out(caller, read_members(operation, arguments))
    except HubError as error:
        return _refused(error)
    return _carried_out(operation, reply)


def _refused(error: HubError) -> dict[str, Any]:
    """Tell what went wrong so that a model can put it right."""
    lines = [str(error)]
    if isinstance(error, InvalidInputError):
        lines += [f"{name}: {sentence}" for name, sentence in error.errors.items()]
    return {"content": [{"type": "text", "text": "\n".join(lines)}], "isError": True}


def _carried_out(operation: Operation[Any, Any], reply: Reply[Any]) -> dict[str, Any]:
    if reply.body is None:
        return {"content": [{"type": "text", "text": "Done."}], "isError": False}
    told: Any = reply.body
    if isinstance(told, list):
        told = {ITEMS: told, NEXT_CURSOR: reply.next_cursor} if operation.is_paged else {ITEMS: told}
    text = msgspec.json.encode(told).decode()
    return {"content": [{"type": "text", "text": text}], "structuredContent": told, "isError": False}
