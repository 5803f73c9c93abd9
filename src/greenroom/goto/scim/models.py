"""
What GoTo's SCIM API answers and takes: the people and groups of an organization. Times are UTC.

Source: GoTo's SCIM specification (documented); `Resources` beside `resources`: SCIM 1.1 (assumed).
"""

from __future__ import annotations

import msgspec

from greenroom.goto._types import Body, Key, Model, UtcTime, Word


class MemberType(Word):
    """What a member of a group is."""

    GROUP = "group"
    USER = "user"


class UserFullName(Model, frozen=True, kw_only=True):
    """
    A person's name.

    Attributes:
        given_name, family_name: texts.
    """

    given_name: str = ""
    family_name: str = ""


class Metadata(Model, frozen=True, kw_only=True):
    """
    Where a user or group comes from.

    Attributes:
        created: when it was made (UTC).
        location: its address in this API.
    """

    created: UtcTime | None = None
    location: str = ""


class User(Model, frozen=True, kw_only=True):
    """
    A person of an organization.

    Attributes:
        id: GoTo's key, which is also the organizer key.
        user_name: what they sign in with, usually their e-mail address.
        display_name, name: how they are called.
        locale, timezone: theirs.
        meta: when it was made, where it is.
    """

    id: Key
    user_name: str = ""
    display_name: str = ""
    name: UserFullName | None = None
    locale: str = ""
    timezone: str = ""
    meta: Metadata | None = None


class UserCollection(Model, frozen=True, kw_only=True):
    """
    The users a query found.

    Attributes:
        resources: the users; missing where there are none.
        total_results: how many there are.
    """

    resources: tuple[User, ...] | None = None
    total_results: int | None = None


class Member(Model, frozen=True, kw_only=True):
    """
    A member of a group; read and sent.

    Attributes:
        type: user or group.
        member_key: the user's or group's key, which SCIM calls `value`.
    """

    type: MemberType
    member_key: Key = msgspec.field(name="value")


class Group(Model, frozen=True, kw_only=True):
    """
    A group of an organization.

    Attributes:
        id: GoTo's key.
        display_name: its name, unique in the organization.
        members: users and groups, at most 100.
        meta: when it was made, where it is.
    """

    id: Key
    display_name: str = ""
    members: tuple[Member, ...] = ()
    meta: Metadata | None = None


class GroupCollection(Model, frozen=True, kw_only=True):
    """
    The groups a query found.

    Attributes:
        resources: the groups; missing where there are none.
        total_results: how many there are.
    """

    resources: tuple[Group, ...] | None = None
    total_results: int | None = None


class SchemaSubAttribute(Model, frozen=True, kw_only=True):
    """
    A part of an attribute.

    Attributes:
        name, description, type: what it is.
        required, read_only, case_exact: what is allowed.
    """

    name: str = ""
    description: str = ""
    type: str = ""
    required: bool | None = None
    read_only: bool | None = None
    case_exact: bool | None = None


class SchemaAttribute(Model, frozen=True, kw_only=True):
    """
    An attribute that users have.

    Attributes: as of `SchemaSubAttribute`, and
        multi_valued: it may have several values.
        schema: which schema it is from.
        sub_attributes: its parts.
    """

    name: str = ""
    description: str = ""
    type: str = ""
    required: bool | None = None
    read_only: bool | None = None
    case_exact: bool | None = None
    multi_valued: bool | None = None
    schema: str = ""
    sub_attributes: tuple[SchemaSubAttribute, ...] = ()


class ResourceSchema(Model, frozen=True, kw_only=True):
    """
    What users are made of.

    Attributes:
        id, name, description, schema: of the schema.
        endpoint: where such resources are, relative to the API.
        attributes: what they have.
    """

    id: str = ""
    name: str = ""
    description: str = ""
    schema: str = ""
    endpoint: str = ""
    attributes: tuple[SchemaAttribute, ...] = ()


class Support(Model, frozen=True, kw_only=True):
    """
    Whether GoTo's SCIM can do one thing.

    Attributes:
        supported: yes or no.
    """

    supported: bool = False


class AuthenticationScheme(Model, frozen=True, kw_only=True):
    """
    How to prove who one is.

    Attributes:
        name, description: what it is.
        spec_url, documentation_url: where to read about it.
    """

    name: str = ""
    description: str = ""
    spec_url: str = ""
    documentation_url: str = ""


class ServiceProviderConfigs(Model, frozen=True, kw_only=True):
    """
    What GoTo's SCIM can do.

    Attributes:
        authentication_schemes: one, as GoTo says, or several, as SCIM says.
        bulk, change_password, etag, filter, patch, sort, xml_data_format: what can be done.
        documentation_url: where to read about it.
    """

    authentication_schemes: AuthenticationScheme | tuple[AuthenticationScheme, ...] | None = None
    bulk: Support | None = None
    change_password: Support | None = None
    etag: Support | None = None
    filter: Support | None = None
    patch: Support | None = None
    sort: Support | None = None
    xml_data_format: Support | None = None
    documentation_url: str = ""


class UserDefinition(Body, frozen=True, kw_only=True):
    """
    A user to make or change; all that is told counts, and a replacement wants all.

    Attributes:
        user_name: required to make one; at most 128 characters, at a domain of the organization.
        display_name: at most 128 characters.
        name, locale, timezone: theirs.
        password: to sign in with; never shown again.
    """

    user_name: str | None = None
    display_name: str | None = None
    name: UserFullName | None = None
    locale: str | None = None
    timezone: str | None = None
    password: str | None = None


class GroupDefinition(Body, frozen=True, kw_only=True):
    """
    A group to make or change.

    Attributes:
        display_name: required, also by a change; at most 128 characters.
        members: at most 100; None leaves them out of the body.
    """

    display_name: str
    members: tuple[Member, ...] | None = None
