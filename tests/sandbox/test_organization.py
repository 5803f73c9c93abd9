"""People and groups through the Admin API and SCIM."""

from typing import Any

import pytest
from tests.sandbox.doors import ADMIN, MEETING, SCIM, Door


@pytest.fixture
def account(olga: Door) -> str:
    return f"{ADMIN}/accounts/{olga.sandbox.core.state.users[olga.organizer_key].account_key}"


# Admin


def test_people_are_added_as_a_list_or_alone(olga: Door, omar: Door, account: str) -> None:
    people = [{"email": "omar@northwind.example"}, {"email": "pia@northwind.example", "firstName": "Pia"}]
    listed = olga.post(f"{account}/users", {"users": people, "suppressEmail": True})
    assert [row["email"] for row in listed.json()] == [person["email"] for person in people]
    assert listed.json()[0]["key"] == omar.organizer_key
    assert olga.post(f"{account}/users", people[1]).status_code == 409
    alone = olga.post(f"{account}/users", {"email": "gil@northwind.example", "lastName": "Ast"})
    assert (alone.status_code, alone.json()["lastName"]) == (201, "Ast")
    assert len(olga.get(f"{account}/users").json()["results"]) == 4


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "nobody"},
        {"users": []},
        {"users": ["x"]},
        {"email": "a@b.example", "firstName": 7},
        {"email": "a@b.example", "licenseKeys": ["1"]},
    ],
)
def test_a_person_that_makes_no_sense_is_refused(olga: Door, account: str, body: dict[str, Any]) -> None:
    assert olga.post(f"{account}/users", body).status_code == 400


def test_licences_decide_what_somebody_can_use(olga: Door, omar: Door, account: str) -> None:
    licences = {row["products"][0]: row["key"] for row in olga.get(f"{account}/licenses").json()["results"]}
    assert set(licences) == {"G2M", "G2T", "G2W"}
    user = f"{account}/users/{omar.organizer_key}"
    assert olga.put(user, {"licenseKeys": [licences["G2M"]]}).status_code == 204
    assert omar.get(omar.trainings).status_code == 403
    assert omar.get(f"{MEETING}/upcomingMeetings").status_code == 200
    assert olga.put(user, {"licenseKeys": [licences["G2T"]], "admin": True}).status_code == 204
    assert omar.get(omar.trainings).status_code == 200
    assert omar.get(f"{account}/licenses").status_code == 200


def test_groups_are_the_accounts_own_and_those_made(olga: Door, omar: Door, account: str) -> None:
    account_key = account.rpartition("/")[2]
    group = olga.control("groups", {"account_key": account_key, "name": "Trainers"})
    names = [row["name"] for row in olga.get(f"{account}/groups").json()["results"]]
    assert names == ["Northwind Academy", "Trainers"]
    found = olga.get(f"{account}/groups", filter='name="Trainers"').json()["results"]
    assert [row["key"] for row in found] == [group["key"]]
    assert olga.get(f"{account}/groups", filter='name="Nobody"').status_code == 404  # an empty result (observed)
    assert olga.put(f"{account}/users/{omar.organizer_key}", {"groupKey": group["key"]}).status_code == 204
    assert olga.get(f"{account}/groups", offset=1).json()["results"][0]["userCount"] == 1
    assert olga.get(f"{MEETING}/organizers/{omar.organizer_key}").json()[0]["groupName"] == "Trainers"


# SCIM


def test_a_user_is_made_changed_and_taken_out_of_the_organization(olga: Door, account: str) -> None:
    made = olga.post(f"{SCIM}/Users", {"userName": "pia.noss@northwind.example"})
    assert (made.status_code, made.json()["displayName"]) == (201, "Pia Noss")
    path = f"{SCIM}/Users/{made.json()['id']}"
    assert olga.post(f"{SCIM}/Users", {"userName": "PIA.noss@northwind.example"}).status_code == 409
    changed = olga.http.patch(path, json={"displayName": "Pia", "timezone": "Europe/Berlin"}).json()
    assert (changed["displayName"], changed["timezone"]) == ("Pia", "Europe/Berlin")
    replaced = olga.put(path, {"userName": "pia@northwind.example"}).json()
    assert (replaced["userName"], replaced["displayName"]) == ("pia@northwind.example", "Pia Noss")
    assert olga.delete(path).status_code == 200
    assert olga.get(path).status_code == 404
    users = olga.get(f"{account}/users").json()["results"]
    assert "pia@northwind.example" in [user["email"] for user in users]  # the account keeps her


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"userName": ""},
        {"userName": "x" * 120 + "@northwind.example"},
        {"userName": "pia@elsewhere.example"},
        {"userName": "pia@northwind.example", "locale": "de_DE_Berlin"},
        {"userName": "pia@northwind.example", "timezone": "Moon/Crater"},
        {"userName": "pia@northwind.example", "name": {"givenName": "x" * 61}},
        {"userName": "pia@northwind.example", "name": "Pia"},
    ],
)
def test_a_user_that_makes_no_sense_is_refused(olga: Door, body: dict[str, Any]) -> None:
    answer = olga.post(f"{SCIM}/Users", body)
    assert (answer.status_code, answer.json()["Errors"][0]["code"]) == (400, "400")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('userName eq "omar@northwind.example"', 1),
        ('name.familyName sw "ORG"', 2),
        ('displayName eq "nobody"', 0),
        ('displayName co "a"', None),
        ("userName = omar", None),
    ],
)
def test_users_are_filtered(olga: Door, omar: Door, text: str, count: int | None) -> None:
    answer = olga.get(f"{SCIM}/Users", filter=text)
    assert answer.json().get("totalResults") == count
    assert answer.status_code == (400 if count is None else 200)


def test_groups_hold_users_and_groups_of_the_organization(olga: Door, otto: Door) -> None:
    inner = olga.post(f"{SCIM}/Groups", {"displayName": "Inner"}).json()
    members = [{"type": "group", "value": inner["id"]}, {"type": "user", "value": olga.organizer_key}]
    outer = olga.post(f"{SCIM}/Groups", {"displayName": "Outer", "members": members})
    assert (outer.status_code, outer.json()["members"]) == (201, members)
    assert olga.post(f"{SCIM}/Groups", {"displayName": "outer"}).status_code == 409
    stranger = [{"type": "user", "value": otto.organizer_key}]
    assert olga.post(f"{SCIM}/Groups", {"displayName": "X", "members": stranger}).status_code == 400
    many = [{"type": "user", "value": olga.organizer_key}] * 101
    assert olga.post(f"{SCIM}/Groups", {"displayName": "X", "members": many}).status_code == 400
    assert olga.delete(f"{SCIM}/Groups/{inner['id']}").status_code == 200
    assert olga.get(f"{SCIM}/Groups/{outer.json()['id']}").json()["members"] == members[1:]
    assert olga.get(f"{SCIM}/Groups/{inner['id']}").status_code == 401  # as the file says, not 404


def test_groups_are_sorted_and_paged_as_in_the_example(olga: Door) -> None:
    for name in ("Beta", "Alpha", "Gamma"):
        olga.post(f"{SCIM}/Groups", {"displayName": name})
    paged = olga.get(f"{SCIM}/Groups", sortBy="displayName", sortOrder="descending", startIndex=2, count=1).json()
    assert ([group["displayName"] for group in paged["resources"]], paged["totalResults"]) == (["Beta"], 3)


def test_the_scopes_open_ones_own_user_or_the_organization(olga: Door) -> None:
    for scope, own, organization in (("identity:scim.me", 200, 401), ("identity:scim.org", 401, 200)):
        token = olga.control("tokens", {"organizer_key": olga.organizer_key, "scope": scope})["access_token"]
        door = Door(olga.sandbox, token)
        assert door.get(f"{SCIM}/Users/me").status_code == own
        assert door.get(f"{SCIM}/Users").status_code == organization
