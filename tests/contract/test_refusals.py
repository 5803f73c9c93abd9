"""Whom the sandbox refuses each operation: no token, another account, an organizer without the role."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from tests.contract.calls import make_operation, new_world, send_as_is
from tests.contract.published import entries
from tests.sandbox.doors import Door, sign_up


def names(product: str) -> list[str]:
    return [entry.name for entry in entries(product)]


def send_with(door: Door, world: Any, product: str, name: str) -> httpx2.Response:
    """Send Olga's call with somebody else's token."""
    return send_as_is(door, make_operation(product, name, world))


def otto_of(world: Any) -> Door:
    """An administrator of another account."""
    return sign_up(world.olga.sandbox, "otto@elsewhere.example", is_admin=True)


def omar_of(world: Any) -> Door:
    """An organizer beside Olga, without her role."""
    token = world.olga.control("tokens", {"organizer_key": world.omar_key})["access_token"]
    return Door(world.olga.sandbox, token, world.omar_key)


# A bad token

# GoToAssist's link for browsers asks for none; SCIM's calls about oneself and Seeit say 401 (below).
GATEWAY = [
    *(("webinar", name) for name in names("webinar")),
    *(("training", name) for name in names("training")),
    *(("meeting", name) for name in names("meeting")),
    *(("scim", name) for name in names("scim") if not name.endswith("Me")),
    *(("admin", name) for name in names("admin")),
    *(("assist", name) for name in names("assist") if name != "SessionGet"),
]


@pytest.mark.parametrize(("product", "name"), GATEWAY)
def test_without_a_good_token_it_is_the_gateways_403(product: str, name: str) -> None:
    world = new_world(product)
    operation = make_operation(product, name, world)

    for token in (None, "nothing"):
        response = send_as_is(Door(world.olga.sandbox, token), operation)
        assert (response.status_code, response.json()["int_err_code"]) == (403, "InvalidToken")


@pytest.mark.parametrize("name", [name for name in names("scim") if name.endswith("Me")])
def test_without_a_token_nobody_is_oneself(name: str) -> None:
    world = new_world("scim")
    nobody = Door(world.olga.sandbox, "nothing")

    response = send_with(nobody, world, "scim", name)

    assert (response.status_code, response.content) == (401, b"")
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
    world.olga.control("switches", {"me_invalid_token": "403"}, "PUT")
    assert send_with(nobody, world, "scim", name).status_code == 403


@pytest.mark.parametrize("name", names("seeit"))
def test_without_a_token_seeit_is_401_or_as_switched(name: str) -> None:
    world = new_world("seeit")
    nobody = Door(world.olga.sandbox)

    assert send_with(nobody, world, "seeit", name).status_code == 401
    world.olga.control("switches", {"seeit_invalid_token": "403"}, "PUT")
    assert send_with(nobody, world, "seeit", name).status_code == 403


def test_the_browser_link_needs_no_token() -> None:
    world = new_world("assist")

    response = send_with(Door(world.olga.sandbox), world, "assist", "SessionGet")

    assert response.status_code == 302
    assert response.headers["Location"].startswith("http://testserver/launch.html?token=")


# Another account

# A stranger's token has webhooks of its own: none of Olga's are there.
WEBINAR_STATUS = {
    "searchAssets": 400,
    "createSecretKey": 200,
    "createWebhooks": 200,
    "getWebhooks": 200,
    "getWebhook": 404,
    "updateWebhooks": 404,
    "deleteWebhooks": 404,
    "createUserSubscriptions": 200,
    "getUserSubscriptions": 200,
    "getUserSubscription": 404,
    "updateUserSubscriptions": 404,
    "deleteUserSubscriptions": 404,
}


@pytest.mark.parametrize("name", names("webinar"))
def test_another_accounts_organizer_sees_no_webinars(name: str) -> None:
    world = new_world("webinar")

    response = send_with(otto_of(world), world, "webinar", name)

    assert response.status_code == WEBINAR_STATUS.get(name, 403), response.text
    if name in ("getWebhooks", "getUserSubscriptions"):
        assert response.json() == {}


@pytest.mark.parametrize("name", names("training"))
def test_another_accounts_organizer_is_refused_trainings(name: str) -> None:
    world = new_world("training")

    response = send_with(otto_of(world), world, "training", name)

    assert (response.status_code, response.json()["errorCode"]) == (403, "AccessDenied")


# Calls about oneself answer a stranger with what is theirs: nothing, or a new meeting of their own.
OF_ONESELF = {"historicalMeetings.get", "meetings.get", "meetings.post", "upcomingMeetings.get"}
# Asked of the stranger's own account, who administers it.
OF_ONES_ACCOUNT = {"groups.get", "organizers.get", "organizers.post"}


@pytest.mark.parametrize("name", names("meeting"))
def test_another_accounts_administrator_sees_no_meetings(name: str) -> None:
    world = new_world("meeting")

    response = send_with(otto_of(world), world, "meeting", name)

    if name in OF_ONESELF | OF_ONES_ACCOUNT:
        assert response.status_code < 300
        assert "omar" not in response.text
        return
    assert response.status_code in (400, 404), response.text


# What has no group or user of the organization in its path answers a stranger about their own.
ABOUT_ONES_OWN = {
    "getGroups",
    "createGroup",
    "getUserSchema",
    "getServiceProviderConfigs",
    "getUsers",
    "getMe",
    "createUsers",
    "updateMe",
    "replaceMe",
}


@pytest.mark.parametrize("name", names("scim"))
def test_another_organization_is_not_seen(name: str) -> None:
    world = new_world("scim")

    response = send_with(otto_of(world), world, "scim", name)

    assert "omar" not in response.text
    if name not in ABOUT_ONES_OWN:
        assert response.status_code == (401 if name.endswith("Group") else 404)


@pytest.mark.parametrize("name", names("admin"))
def test_another_accounts_administrator_sees_no_account_but_their_own(name: str) -> None:
    world = new_world("admin")

    response = send_with(otto_of(world), world, "admin", name)

    assert response.status_code == (200 if name == "getMe" else 403)
    assert "northwind" not in response.text


@pytest.mark.parametrize(
    ("product", "name"), [(product, name) for product in ("assist", "seeit") for name in names(product)]
)
def test_another_account_sees_no_support_sessions(product: str, name: str) -> None:
    world = new_world(product)

    response = send_with(otto_of(world), world, product, name)

    for text in ("Harbour", "Ada Ferro", world.uuid):
        assert text not in response.text
    if any(part in name for part in ("BySessionId", "ByCompanyId", "uuid", "Put")) and "RecordingIDs" not in name:
        assert response.status_code == 404


# The role

MEETING_ADMINS_ONLY = [name for name in names("meeting") if name.startswith("groups")] + [
    "organizers.delete",
    "organizers.get",
    "organizers.post",
    "organizers.organizerKey.delete",
    "organizers.organizerKey.put",
]


@pytest.mark.parametrize("name", MEETING_ADMINS_ONLY)
def test_an_organizer_without_the_role_is_refused_what_is_the_accounts(name: str) -> None:
    world = new_world("meeting")

    response = send_with(omar_of(world), world, "meeting", name)

    assert (response.status_code, response.json()["errorCode"]) == (403, "AccessDenied")


@pytest.mark.parametrize("name", sorted({*names("scim")} - {"getMe", "updateMe", "replaceMe", "getUserSchema"}))
def test_the_organization_needs_an_administrator(name: str) -> None:
    world = new_world("scim")

    response = send_with(omar_of(world), world, "scim", name)

    assert response.status_code == (200 if name == "getServiceProviderConfigs" else 401)


@pytest.mark.parametrize("name", names("admin"))
def test_the_admin_api_answers_administrators_only(name: str) -> None:
    world = new_world("admin")

    response = send_with(omar_of(world), world, "admin", name)

    assert response.status_code == (200 if name == "getMe" else 403)
