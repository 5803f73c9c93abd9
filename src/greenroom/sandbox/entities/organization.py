"""Accounts and their people, their groups and licences."""

from datetime import datetime
from typing import Literal

from msgspec import Struct, field


class Account(Struct):
    key: str
    name: str


class User(Struct):
    """A person with a login; as the owner of events, an organizer."""

    key: str
    account_key: str
    first_name: str
    last_name: str
    email: str
    password: str
    time_zone: str
    created_at: datetime
    is_admin: bool = False
    locale: str = "en_US"
    products: list[str] = field(default_factory=lambda: ["G2W", "G2T", "G2M"])
    group_key: str | None = None
    licence_keys: list[str] = field(default_factory=list)
    display_name: str | None = None
    is_in_organization: bool = True
    is_removed: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Group(Struct):
    """Organizers of an account under one name; `parent_key` is the group's own key at the top."""

    key: str
    account_key: str
    name: str
    parent_key: str


class Licence(Struct):
    """What a number of people of an account may use."""

    key: str
    account_key: str
    products: list[str]
    seats: int


class Member(Struct):
    kind: Literal["user", "group"]
    key: str


class OrganizationGroup(Struct):
    """A group of SCIM, of users and other groups; apart from the account's own groups."""

    key: str
    account_key: str
    name: str
    created_at: datetime
    members: list[Member] = field(default_factory=list)
