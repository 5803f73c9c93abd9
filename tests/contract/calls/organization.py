"""A call of each operation about an organization's people: SCIM's, and those of the Admin API."""

from __future__ import annotations

from tests.contract.calls.world import Call, account_of
from tests.sandbox.doors import SCIM, new_sandbox, sign_up

from greenroom.goto import admin, scim


class World:
    """Olga's organization with Omar and a group of both, in her account with a group of its own."""

    def __init__(self) -> None:
        self.olga = olga = sign_up(new_sandbox(), "olga@northwind.example", is_admin=True)
        self.account_key = account_of(olga)
        body = {"account_key": self.account_key, "email": "omar@northwind.example"}
        self.omar_key = olga.control("organizers", body)["key"]
        members = [{"type": "user", "value": key} for key in (olga.organizer_key, self.omar_key)]
        group = {"displayName": "Engineering", "members": members}
        self.group_key = olga.post(f"{SCIM}/Groups", group).json()["id"]
        olga.control("groups", {"account_key": self.account_key, "name": "Trainers"})


def user(name: str = "pia@northwind.example") -> scim.UserDefinition:
    """Define a person whole."""
    return scim.UserDefinition(
        user_name=name, name=scim.UserFullName(given_name="Pia", family_name="Noss"), timezone="Europe/Berlin"
    )


PIA = admin.UserReq(email="pia@northwind.example", first_name="Pia", last_name="Noss")
BUILDING = scim.GroupDefinition(display_name="Building")

SCIM_CALLS: dict[str, Call[World]] = {
    "getGroups": lambda w: scim.get_groups(filter='displayName co "gineer"'),
    "createGroup": lambda w: scim.create_group(scim.GroupDefinition(display_name="Sales")),
    "deleteGroup": lambda w: scim.delete_group(w.group_key),
    "getGroup": lambda w: scim.get_group(w.group_key),
    "updateGroup": lambda w: scim.update_group(w.group_key, BUILDING),
    "replaceGroup": lambda w: scim.replace_group(w.group_key, BUILDING),
    "getUserSchema": lambda w: scim.get_user_schema(),
    "getServiceProviderConfigs": lambda w: scim.get_service_provider_configs(),
    "getUsers": lambda w: scim.get_users(filter='userName sw "omar"'),
    "createUsers": lambda w: scim.create_users(user()),
    "getMe": lambda w: scim.get_me(),
    "updateMe": lambda w: scim.update_me(scim.UserDefinition(display_name="Olga O.")),
    "replaceMe": lambda w: scim.replace_me(user("olga@northwind.example")),
    "deleteUser": lambda w: scim.delete_user(w.omar_key),
    "getUser": lambda w: scim.get_user(w.omar_key),
    "updateUser": lambda w: scim.update_user(w.omar_key, scim.UserDefinition(locale="de_DE")),
    "replaceUser": lambda w: scim.replace_user(w.omar_key, user("omar@northwind.example")),
}
ADMIN_CALLS: dict[str, Call[World]] = {
    "getMe": lambda w: admin.get_me(include_admins=False),
    "getUsers": lambda w: admin.get_users(w.account_key, filter='(email="(?i)OMAR@northwind.example")'),
    "createUsers": lambda w: admin.create_users(w.account_key, admin.UsersReqCreate(users=(PIA,))),
    "updateUser": lambda w: admin.update_user(w.account_key, w.omar_key, admin.UserReq(first_name="Omaro")),
    "getLicenses": lambda w: admin.get_licenses(w.account_key),
    "getGroups": lambda w: admin.get_groups(w.account_key),
}
