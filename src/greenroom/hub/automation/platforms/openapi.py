"""
The API as OpenAPI 3.1, with a webhook for every trigger.

Source: spec.openapis.org/oas/v3.1.1.
"""

from http import HTTPStatus
from typing import Any

import msgspec

from greenroom import __version__
from greenroom.hub.automation.callers import MEANING, Verb
from greenroom.hub.automation.platforms.examples import example_of, example_of_output
from greenroom.hub.automation.platforms.schemas import (
    Member,
    Schema,
    Schemas,
    describe_registry,
    without_null,
)
from greenroom.hub.automation.registry import Operation, Trigger, list_operations, list_triggers

PREFIX = "#/components/schemas/"
API = "/api/v1"

_ABOUT = (
    "Events, registrants and attendance of the GoTo accounts that are connected here. Every key is a text. Every call "
    "carries a key of this hub; make one under API keys. A key may make 100 calls in 60 seconds; RateLimit headers say "
    "how many are left. What goes wrong is a problem document (RFC 9457) whose detail says what to do."
)
_ALWAYS = (401, 403, 404, 409, 422, 429, 500, 503)
_WITH_BODY = (400, 413, 415)
_MEANINGS = {
    400: "What was sent cannot be read.",
    401: "There is no key, or none that is valid.",
    403: "The key, or whoever made it, may not do this.",
    404: "There is no such thing, or none that this key may know of.",
    409: "The thing is in a state in which this cannot be done.",
    410: "This is no longer there; the answer says where to go on.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "Something in the input is missing or wrong; `errors` names it.",
    429: "Too many calls. `Retry-After` says when to go on.",
    500: "Something went wrong in the hub.",
    503: "It does not work now and will later. `Retry-After` says when to try again.",
}
PROBLEM: Schema = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "properties": {
        "type": {"type": "string", "title": "Type", "description": "Names the kind of problem."},
        "title": {"type": "string", "title": "Title", "description": "The status in words."},
        "status": {"type": "integer", "title": "Status", "description": "The status of the answer."},
        "detail": {"type": "string", "title": "Detail", "description": "What happened and what to do."},
        "message": {"type": "string", "title": "Message", "description": "The same as detail, for Power Automate."},
        "code": {"type": "string", "title": "Code", "description": "The kind of problem in a word, for programs."},
        "request_id": {
            "type": "string",
            "title": "Request Id",
            "description": "By this the call is found in the hub's log.",
        },
        "errors": {
            "type": "array",
            "title": "Errors",
            "description": "Each member that is wrong.",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "title": "Pointer", "description": "Where, as a JSON pointer."},
                    "detail": {"type": "string", "title": "Detail", "description": "What is wrong with it."},
                },
                "required": ["pointer", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "message", "code", "request_id"],
}
_HEADERS = {
    "RateLimit-Policy": ("How many calls are allowed in how many seconds.", '"connection";q=100;w=60'),
    "RateLimit": ("How many calls are left, and the seconds until all are back.", '"connection";r=99;t=60'),
    "X-Request-Id": ("By this the call is found in the hub's log.", "5a0a1f1de0c14ba3a4a3c9a2d4a7d3f0"),
    "Retry-After": ("Seconds to wait before the next try.", "20"),
    "Link": ('Where the next page is: `<address>; rel="next"`. Missing on the last page.', ""),
}
_TOLD_ALWAYS = ("RateLimit-Policy", "RateLimit", "X-Request-Id")


def make_openapi(public_url: str) -> dict[str, Any]:
    """Return the document for the hub at this address, such as https://hub.example.com."""
    schemas = describe_registry(PREFIX)
    paths: dict[str, dict[str, Any]] = {}
    for operation in list_operations():
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    webhooks = {trigger.name: {"post": _webhook(trigger, schemas)} for trigger in list_triggers()}
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Greenroom",
            "version": __version__,
            "summary": "The hub of your GoTo events.",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url + API}],
        "security": [{"bearer": []}, {"header": []}, {"oauth": []}],
        "tags": [{"name": name} for name in _tags()],
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "schemas": {**schemas.used_in([paths, webhooks]), "Problem": PROBLEM},
            "responses": {f"Problem{status}": _problem(status) for status in _MEANINGS},
            "headers": {name: _header(*words) for name, words in _HEADERS.items()},
            "parameters": {"IdempotencyKey": _IDEMPOTENCY_KEY},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A key that begins with grk_."},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key."},
                "oauth": _oauth(public_url),
            },
        },
    }


def _oauth(public_url: str) -> dict[str, Any]:
    flow = {
        "authorizationUrl": f"{public_url}/oauth/authorize",
        "tokenUrl": f"{public_url}/oauth/token",
        "refreshUrl": f"{public_url}/oauth/token",
        "scopes": {str(verb): f"To {MEANING[verb]}." for verb in Verb},
    }
    return {"type": "oauth2", "description": "With PKCE (S256).", "flows": {"authorizationCode": flow}}


def _tags() -> list[str]:
    tags = {tag for operation in list_operations() for tag in operation.tags}
    return sorted(tags.union(tag for trigger in list_triggers() for tag in trigger.tags))


def _operation(operation: Operation[Any, Any], schemas: Schemas) -> dict[str, Any]:
    members = schemas.members_of(operation)
    in_body = [member for member in members if member.place == "body"]
    parameters = [_parameter(member) for member in members if member.place != "body"]
    if operation.method == "POST":
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
    told: dict[str, Any] = {
        "operationId": operation.operation_id,
        "summary": operation.summary,
        "description": operation.description + _right(operation.verb),
        "tags": list(operation.tags),
        "parameters": parameters,
        "responses": _responses(operation, schemas, has_body=bool(in_body)),
    }
    if in_body:
        body = body_schema(in_body)
        told["requestBody"] = {
            "required": bool(body["required"]),
            "content": {"application/json": {"schema": body, "example": example_of(body, schemas)}},
        }
    return told


def _right(verb: Verb | None) -> str:
    return f" The key must be allowed to {MEANING[verb]}." if verb else ""


def body_schema(members: list[Member]) -> Schema:
    """Return the schema of the body that has these members and no others."""
    return {
        "type": "object",
        "properties": {member.name: member.schema for member in members},
        "required": [member.name for member in members if member.is_required],
        "additionalProperties": False,
    }


def _parameter(member: Member) -> dict[str, Any]:
    schema = {name: value for name, value in without_null(member.schema).items() if name != "description"}
    return {
        "name": member.name,
        "in": member.place,
        "required": member.is_required,
        "description": member.description,
        "schema": schema,
    }


def _responses(operation: Operation[Any, Any], schemas: Schemas, *, has_body: bool) -> dict[str, Any]:
    answers = {operation.status: "It went well.", **operation.other_statuses}
    problems = _ALWAYS + (_WITH_BODY if has_body or not operation.is_search else ())
    told = {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in problems}
    for status, meaning in answers.items():
        told[str(status)] = _answer(operation, schemas, status, meaning)
    return dict(sorted(told.items()))


def _answer(operation: Operation[Any, Any], schemas: Schemas, status: int, meaning: str) -> dict[str, Any]:
    names = (*_TOLD_ALWAYS, "Link") if operation.is_paged else _TOLD_ALWAYS
    answer: dict[str, Any] = {
        "description": meaning,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
    }
    if status != HTTPStatus.NO_CONTENT:
        schema, example = schemas.of(operation.output), example_of_output(operation.output, schemas)
        answer["content"] = {"application/json": {"schema": schema, "example": example}}
    return answer


def _problem(status: int) -> dict[str, Any]:
    names = ["X-Request-Id", *(["Retry-After"] if status in {429, 503} else [])]
    return {
        "description": _MEANINGS[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {"application/problem+json": {"schema": {"$ref": PREFIX + "Problem"}}},
    }


def _header(description: str, example: str) -> dict[str, Any]:
    told: dict[str, Any] = {"description": description, "schema": {"type": "string"}}
    return {**told, "example": example} if example else told


_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A text of your own, new for each act. A call that is repeated with it within a day is answered as "
    "the first one was, and nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def _webhook(trigger: Trigger, schemas: Schemas) -> dict[str, Any]:
    return {
        "operationId": trigger.operation_id,
        "summary": trigger.summary,
        "description": trigger.description,
        "tags": list(trigger.tags),
        "parameters": [_signature_header(name, meaning) for name, meaning in _SIGNATURE_HEADERS.items()],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": _envelope(trigger, schemas), "example": _sent(trigger)},
            },
        },
        "responses": {
            "2XX": {"description": "Taken. Anything else is tried again for three days."},
            "410": {"description": "No longer wanted: the subscription is switched off."},
        },
    }


_SIGNATURE_HEADERS = {
    "webhook-id": "Names the message; the same on every attempt.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "Signatures as Standard Webhooks defines them: v1,<base64> of id.timestamp.body.",
}


def _signature_header(name: str, meaning: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": meaning, "schema": {"type": "string"}}


def _envelope(trigger: Trigger, schemas: Schemas) -> Schema:
    members: Schema = {
        "id": {"type": "string", "description": "The same as the header webhook-id."},
        "type": {"const": trigger.name},
        "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
        "sequence": {"type": "string", "description": "Grows with time: of two messages, the larger is the newer."},
        "account": {
            "type": "string",
            "description": "The hub's number of the GoTo account; empty if it is about none.",
        },
        "product": {"type": "string", "description": "webinar, training, meeting, assist, or empty."},
        "data": schemas.of(trigger.data),
    }
    return {"type": "object", "properties": members, "required": list(members)}


def _sent(trigger: Trigger) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "type": trigger.name,
        "timestamp": "2026-03-04T09:00:00Z",
        "sequence": "1",
        "account": "1",
        "product": trigger.product,
        "data": msgspec.to_builtins(trigger.samples[0]),
    }
