"""The sandbox's SCIM answers against GoTo's published schemas, and those of the Admin API against what is known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import pytest
import yaml
from tests.sandbox.doors import ADMIN, SCIM, new_sandbox, sign_up

SPECIFICATION = Path(__file__).parents[2].parent / "shared" / "goto-api" / "scim-v1.yaml"


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    if not SPECIFICATION.exists():
        pytest.skip("GoTo's published specification is not beside this checkout")
    loaded: dict[str, Any] = yaml.safe_load(SPECIFICATION.read_text())
    return loaded


class World:
    """Olga's organization with Omar and a group of both."""

    def __init__(self) -> None:
        self.olga = olga = sign_up(new_sandbox(), "olga@northwind.example", is_admin=True)
        self.account_key = olga.sandbox.core.state.users[olga.organizer_key].account_key
        body = {"account_key": self.account_key, "email": "omar@northwind.example"}
        self.omar_key = olga.control("organizers", body)["key"]
        members = [{"type": "user", "value": key} for key in (olga.organizer_key, self.omar_key)]
        group = olga.post(f"{SCIM}/Groups", {"displayName": "Engineering", "members": members}).json()
        self.user, self.group = f"{SCIM}/Users/{self.omar_key}", f"{SCIM}/Groups/{group['id']}"
        self.admin = f"{ADMIN}/accounts/{self.account_key}"


def user(name: str = "pia@northwind.example") -> dict[str, Any]:
    return {"userName": name, "name": {"givenName": "Pia", "familyName": "Noss"}, "timezone": "Europe/Berlin"}


CALLS: dict[str, Callable[[World], httpx2.Response]] = {
    "getGroups": lambda w: w.olga.get(f"{SCIM}/Groups", filter='displayName co "gineer"'),
    "createGroup": lambda w: w.olga.post(f"{SCIM}/Groups", {"displayName": "Sales"}),
    "deleteGroup": lambda w: w.olga.delete(w.group),
    "getGroup": lambda w: w.olga.get(w.group),
    "updateGroup": lambda w: w.olga.http.patch(w.group, json={"displayName": "Building"}),
    "replaceGroup": lambda w: w.olga.put(w.group, {"displayName": "Building"}),
    "getUserSchema": lambda w: w.olga.get(f"{SCIM}/Schemas/Users"),
    "getServiceProviderConfigs": lambda w: w.olga.get(f"{SCIM}/ServiceProviderConfigs"),
    "getUsers": lambda w: w.olga.get(f"{SCIM}/Users", filter='userName sw "omar"'),
    "createUsers": lambda w: w.olga.post(f"{SCIM}/Users", user()),
    "getMe": lambda w: w.olga.get(f"{SCIM}/Users/me"),
    "updateMe": lambda w: w.olga.http.patch(f"{SCIM}/Users/me", json={"displayName": "Olga O."}),
    "replaceMe": lambda w: w.olga.put(f"{SCIM}/Users/me", user("olga@northwind.example")),
    "deleteUser": lambda w: w.olga.delete(w.user),
    "getUser": lambda w: w.olga.get(w.user),
    "updateUser": lambda w: w.olga.http.patch(w.user, json={"locale": "de_DE"}),
    "replaceUser": lambda w: w.olga.put(w.user, user("omar@northwind.example")),
}
ADMIN_CALLS: dict[str, Callable[[World], httpx2.Response]] = {
    "getMe": lambda w: w.olga.get(f"{ADMIN}/me"),
    "getUsers": lambda w: w.olga.get(f"{w.admin}/users"),
    "createUsers": lambda w: w.olga.post(f"{w.admin}/users", {"users": [{"email": "pia@northwind.example"}]}),
    "updateUser": lambda w: w.olga.put(f"{w.admin}/users/{w.omar_key}", {"firstName": "Omaro"}),
    "getLicenses": lambda w: w.olga.get(f"{w.admin}/licenses"),
    "getGroups": lambda w: w.olga.get(f"{w.admin}/groups"),
}


def declared(specification: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation["responses"]
        for path in specification["paths"].values()
        for method, operation in path.items()
        if method in ("get", "post", "put", "patch", "delete")
    }


def test_every_operation_is_driven(specification: dict[str, Any]) -> None:
    assert set(CALLS) == set(declared(specification))
    assert (len(CALLS), len(ADMIN_CALLS)) == (17, 6)


@pytest.mark.parametrize("name", CALLS)
def test_the_answer_is_what_the_specification_says(specification: dict[str, Any], name: str) -> None:
    response = CALLS[name](World())
    responses = declared(specification)[name]
    assert str(response.status_code) in responses, response.text
    assert response.status_code < 400, response.text
    schema = responses[str(response.status_code)].get("schema")
    if schema is None:
        assert response.content == b""
        return
    whole = {**schema, "definitions": specification["definitions"]}
    body = response.json()
    jsonschema.Draft4Validator(whole, format_checker=jsonschema.FormatChecker()).validate(body)
    assert body.get("totalResults", 1) == 1


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_token_is_the_gateways_403_but_for_oneself(name: str) -> None:
    world = World()
    world.olga.http.headers["Authorization"] = "Bearer nothing"
    response = CALLS[name](world)
    if name.endswith("Me"):
        assert (response.status_code, response.content) == (401, b"")
        assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
        world.olga.control("switches", {"me_invalid_token": "403"}, "PUT")
        assert CALLS[name](world).status_code == 403
    else:
        assert (response.status_code, response.json()["int_err_code"]) == (403, "InvalidToken")


# What has no group or user of the organization in its path answers a stranger about their own.
ABOUT_ONES_OWN = {"getGroups", "createGroup", "getUserSchema", "getServiceProviderConfigs", "getUsers", "getMe"}


@pytest.mark.parametrize("name", CALLS)
def test_another_organization_is_not_seen(name: str) -> None:
    world = World()
    otto = sign_up(world.olga.sandbox, "otto@elsewhere.example", is_admin=True)
    world.olga.http.headers["Authorization"] = otto.http.headers["Authorization"]
    response = CALLS[name](world)
    assert "omar" not in response.text
    if name not in ABOUT_ONES_OWN | {"createUsers", "updateMe", "replaceMe"}:
        assert response.status_code == (401 if name.endswith("Group") else 404)


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"getMe", "updateMe", "replaceMe"} - {"getUserSchema"}))
def test_the_organization_needs_an_administrator(name: str) -> None:
    world = World()
    token = world.olga.control("tokens", {"organizer_key": world.omar_key})["access_token"]
    world.olga.http.headers["Authorization"] = f"Bearer {token}"
    assert CALLS[name](world).status_code == (200 if name == "getServiceProviderConfigs" else 401)


@pytest.mark.parametrize("name", ADMIN_CALLS)
def test_the_admin_api_answers_administrators_only(name: str) -> None:
    world = World()
    assert ADMIN_CALLS[name](world).status_code in (200, 201, 204)
    token = world.olga.control("tokens", {"organizer_key": world.omar_key})["access_token"]
    world.olga.http.headers["Authorization"] = f"Bearer {token}"
    assert ADMIN_CALLS[name](world).status_code == (200 if name == "getMe" else 403)
