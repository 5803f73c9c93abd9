"""The answers of SCIM, field by field."""

from typing import Any

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import OrganizationGroup, User
from greenroom.sandbox.times import write_instant

CORE = "urn:scim:schemas:core:1.0"


def user(core: Core, person: User) -> dict[str, Any]:
    return {
        "id": person.key,
        "userName": person.email,
        "displayName": display_name(person),
        "name": {"givenName": person.first_name, "familyName": person.last_name},
        "locale": person.locale,
        "timezone": person.time_zone,
        "meta": {
            "created": write_instant(person.created_at),
            "location": f"{core.public_url}/identity/v1/Users/{person.key}",
        },
    }


def display_name(person: User) -> str:
    return person.display_name or person.name


def group(core: Core, item: OrganizationGroup) -> dict[str, Any]:
    return {
        "id": item.key,
        "displayName": item.name,
        "members": [{"type": member.kind, "value": member.key} for member in item.members],
        "meta": {
            "created": write_instant(item.created_at),
            "location": f"{core.public_url}/identity/v1/Groups/{item.key}",
        },
    }


def collection(resources: list[dict[str, Any]], total: int | None = None) -> dict[str, Any]:
    return {"resources": resources, "totalResults": len(resources) if total is None else total}


def user_schema() -> dict[str, Any]:
    attributes = [
        _attribute("id", "The user's unique key", is_read_only=True, is_case_exact=True),
        _attribute("userName", "The user's username, usually their email address", is_required=True),
        _attribute("displayName", "The user's display name"),
        _attribute("name", "The user's full name", kind="complex", parts=("givenName", "familyName")),
        _attribute("locale", "The user's language settings"),
        _attribute("timezone", "The user's time zone"),
        _attribute("password", "The user's password", is_case_exact=True),
        _attribute("meta", "User metadata", kind="complex", parts=("created", "location"), is_read_only=True),
    ]
    return {
        "id": f"{CORE}:User",
        "name": "User",
        "description": "A user of the organization",
        "schema": CORE,
        "endpoint": "/Users",
        "attributes": attributes,
    }


def _attribute(
    name: str,
    description: str,
    *,
    kind: str = "string",
    parts: tuple[str, ...] = (),
    is_required: bool = False,
    is_read_only: bool = False,
    is_case_exact: bool = False,
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": name,
        "type": kind,
        "description": description,
        "readOnly": is_read_only,
        "required": is_required,
        "caseExact": is_case_exact,
    }
    if parts:
        told["subAttributes"] = [_part(part, is_read_only=is_read_only) for part in parts]
    return told | {"multiValued": False, "schema": CORE}


def _part(name: str, *, is_read_only: bool) -> dict[str, Any]:
    return {
        "name": name,
        "type": "string",
        "description": name,
        "readOnly": is_read_only,
        "required": True,
        "caseExact": False,
    }


def service_provider() -> dict[str, Any]:
    """What the service can do; the values are assumed, but for PATCH and filters, which it has."""
    able, unable = {"supported": True}, {"supported": False}
    return {
        "documentationUrl": "https://developer.goto.com/",
        "patch": able,
        "filter": able,
        "sort": able,
        "changePassword": able,
        "bulk": unable,
        "etag": unable,
        "xmlDataFormat": unable,
        "authenticationSchemes": {
            "name": "OAuth Bearer Token",
            "description": "A token of the OAuth server, sent with the scheme Bearer",
            "specUrl": "https://www.rfc-editor.org/rfc/rfc6750",
            "documentationUrl": "https://developer.goto.com/guides/Authentication/",
        },
    }
