"""The 17 operations of SCIM."""

import re
from typing import Any

from greenroom.sandbox.entities import Member, OrganizationGroup, User
from greenroom.sandbox.operations import Answer, Call, Operation, Product
from greenroom.sandbox.people import add_person, is_email
from greenroom.sandbox.scim import errors, responses
from greenroom.sandbox.scim.filters import matching
from greenroom.sandbox.times import is_zone, listed_time_zones, whole_seconds

MAX_TEXT, MAX_NAME, MAX_MEMBERS = 128, 60, 100
ORGANIZATION, OWN = "identity:scim.org", "identity:scim.me"
_LOCALE = re.compile(r"[a-z]{2,3}([_-][A-Z]{2})?")
USER_FILTERS = {
    "userName": lambda user: user.email,
    "displayName": responses.display_name,
    "name.givenName": lambda user: user.first_name,
    "name.familyName": lambda user: user.last_name,
}


# Who may


def _check_scope(call: Call, scope: str) -> None:
    if scope not in call.scopes:
        raise errors.not_authorized(f"The token lacks the scope {scope}.")


def _check_role(call: Call) -> None:
    """The roles ROLE_ORG_READ and ROLE_ORG_WRITE are an administrator's. Assumed."""
    _check_scope(call, ORGANIZATION)
    if not call.user.is_admin:
        raise errors.not_authorized()


def _key(call: Call, name: str) -> str:
    text = call.path[name]
    return text if text.isascii() and text.isdigit() and len(text) <= 19 else ""


def _users(call: Call) -> list[User]:
    account_key = call.user.account_key
    return [user for user in call.core.state.users if user.account_key == account_key and user.is_in_organization]


def _user(call: Call) -> User:
    _check_role(call)
    for user in _users(call):
        if user.key == _key(call, "userKey"):
            return user
    raise errors.no_such_user()


def _groups(call: Call) -> list[OrganizationGroup]:
    return [g for g in call.core.state.organization_groups if g.account_key == call.user.account_key]


def _group(call: Call) -> OrganizationGroup:
    _check_role(call)
    for group in _groups(call):
        if group.key == _key(call, "groupKey"):
            return group
    raise errors.no_such_group()


# Reading definitions


def _text(body: dict[str, Any], name: str, limit: int = MAX_TEXT) -> str | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise errors.bad_request(f"The {name} field must be non-empty.")
    if len(value) > limit:
        raise errors.bad_request(f"The {name} field cannot exceed {limit} characters.")
    return value


def _names(body: dict[str, Any]) -> dict[str, str]:
    name = body.get("name")
    if name is None:
        return {}
    if not isinstance(name, dict):
        raise errors.bad_request("The name field must be an object.")
    first_name, last_name = _text(name, "givenName", MAX_NAME), _text(name, "familyName", MAX_NAME)
    return {k: v for k, v in (("first_name", first_name), ("last_name", last_name)) if v is not None}


def _user_changes(call: Call, body: dict[str, Any], besides: str | None) -> dict[str, str]:
    """Read what a definition sets, by the names of our record."""
    changes = _names(body)
    user_name, locale, zone = _text(body, "userName"), _text(body, "locale"), _text(body, "timezone")
    if user_name is not None:
        _check_user_name(call, user_name, besides)
        changes["email"] = user_name
    if locale is not None:
        if _LOCALE.fullmatch(locale) is None:
            raise errors.bad_request("The locale field must be composed of 1 or 2 parts.")
        changes["locale"] = locale
    if zone is not None:
        if not is_zone(zone) and zone not in listed_time_zones():
            raise errors.bad_request("The timezone field must be a valid timezone.")
        changes["time_zone"] = zone
    for sent, name in (("displayName", "display_name"), ("password", "password")):
        value = _text(body, sent)
        if value is not None:
            changes[name] = value
    return changes


def _check_user_name(call: Call, user_name: str, besides: str | None) -> None:
    """The address must be free, and of a domain the organization has (documented)."""
    if not is_email(user_name):
        raise errors.bad_request("The userName field must be an e-mail address.")
    existing = call.core.state.user_by_email(user_name)
    if existing is not None and existing.key != besides:
        raise errors.conflict("Username is already in use.")
    domains = {user.email.rpartition("@")[2].lower() for user in _users(call)} | {_domain(call.user)}
    if user_name.rpartition("@")[2].lower() not in domains:
        raise errors.bad_request("The user email domain must match an existing organization email domain.")


def _domain(user: User) -> str:
    return user.email.rpartition("@")[2].lower()


def _members(call: Call, body: dict[str, Any]) -> list[Member] | None:
    """Read members; each must be in the organization (documented)."""
    items = body.get("members")
    if items is None:
        return None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise errors.bad_request("The members field must be an array of objects.")
    if len(items) > MAX_MEMBERS:
        raise errors.bad_request(f"The members array exceeds {MAX_MEMBERS} elements.")
    known = {"user": {user.key for user in _users(call)}, "group": {group.key for group in _groups(call)}}
    members = []
    for item in items:
        kind, key = item.get("type"), str(item.get("value"))
        if kind not in ("user", "group") or key not in known[kind]:
            raise errors.bad_request("The members field names somebody outside the organization.")
        members.append(Member(kind, key))
    return members


def _free_name(call: Call, body: dict[str, Any], besides: str | None, *, is_required: bool) -> str | None:
    name = _text(body, "displayName")
    if name is None:
        if is_required:
            raise errors.bad_request("The displayName field is not set.")
        return None
    if any(group.name.casefold() == name.casefold() and group.key != besides for group in _groups(call)):
        raise errors.conflict("The displayName is already in use within the organization.")
    return name


# Users


def get_users(call: Call) -> Answer:
    _check_role(call)
    users = matching(_users(call), call.query.get("filter", ""), USER_FILTERS, ("eq", "sw"))
    users = list(call.seen(users))
    return Answer(200, responses.collection([responses.user(call.core, user) for user in users]))


def create_user(call: Call) -> Answer:
    _check_role(call)
    body = call.json_object()
    if body.get("userName") is None:
        raise errors.bad_request("The userName field is required.")
    changes = _user_changes(call, body, None)
    email = changes["email"]
    name = email.partition("@")[0].replace(".", " ").title()
    user = add_person(
        call.core,
        call.user.account_key,
        email=email,
        first_name=changes.get("first_name", name.partition(" ")[0]),
        last_name=changes.get("last_name", name.partition(" ")[2]),
        products=[],
    )
    return Answer(201, responses.user(call.core, _change(call, user, changes)))


def _change(call: Call, user: User, changes: dict[str, str]) -> User:
    for name, value in changes.items():
        setattr(user, name, value)
    call.core.state.users.put(user.key, user)
    return user


def get_user(call: Call) -> Answer:
    return Answer(200, responses.user(call.core, _user(call)))


def update_user(call: Call) -> Answer:
    return _update(call, _user(call))


def replace_user(call: Call) -> Answer:
    return _replace(call, _user(call))


def _update(call: Call, user: User) -> Answer:
    changes = _user_changes(call, call.json_object(), user.key)
    return Answer(200, responses.user(call.core, _change(call, user, changes)))


def _replace(call: Call, user: User) -> Answer:
    """Assumed: userName is needed, and what a whole definition leaves out goes back to its default; names stay."""
    body = call.json_object()
    if body.get("userName") is None:
        raise errors.bad_request("The userName field is required.")
    changes = _user_changes(call, body, user.key)
    user.display_name = None
    return Answer(200, responses.user(call.core, _change(call, user, {"locale": "en_US"} | changes)))


def delete_user(call: Call) -> Answer:
    """Take a user out of the organization; the account keeps them (documented)."""
    user = _user(call)
    user.is_in_organization = False
    call.core.state.users.put(user.key, user)
    _forget_member(call, user.key)
    return Answer(200)


def _forget_member(call: Call, key: str) -> None:
    for group in _groups(call):
        if any(member.key == key for member in group.members):
            group.members = [member for member in group.members if member.key != key]
            call.core.state.organization_groups.put(group.key, group)


def _me(call: Call) -> User:
    _check_scope(call, OWN)
    if not call.user.is_in_organization:
        raise errors.no_such_user()
    return call.user


def get_me(call: Call) -> Answer:
    return Answer(200, responses.user(call.core, _me(call)))


def update_me(call: Call) -> Answer:
    return _update(call, _me(call))


def replace_me(call: Call) -> Answer:
    return _replace(call, _me(call))


# Groups


def get_groups(call: Call) -> Answer:
    """Sorted and paged by parameters that stand only in an example of the file."""
    _check_role(call)
    found = matching(_groups(call), call.query.get("filter", ""), {"displayName": lambda g: g.name}, ("eq", "sw", "co"))
    if call.query.get("sortBy", "displayName") != "displayName":
        raise errors.bad_request("sortBy can only be displayName.")
    if "sortBy" in call.query:
        is_descending = call.query.get("sortOrder", "ascending") == "descending"
        found.sort(key=lambda group: group.name.casefold(), reverse=is_descending)
    first, count = _number(call, "startIndex", 1), _number(call, "count", len(found))
    shown = call.seen(found)[max(first - 1, 0) :][:count]
    return Answer(200, responses.collection([responses.group(call.core, g) for g in shown], len(found)))


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise errors.bad_request(f"{name} must be a whole number.")
    return int(text)


def create_group(call: Call) -> Answer:
    _check_role(call)
    body = call.json_object()
    name = _free_name(call, body, None, is_required=True)
    members = _members(call, body)
    now = whole_seconds(call.core.clock.now())
    group = OrganizationGroup(call.core.state.new_key(), call.user.account_key, name or "", now, members or [])
    return Answer(201, _put(call, group))


def _put(call: Call, group: OrganizationGroup) -> dict[str, Any]:
    call.core.state.organization_groups.put(group.key, group)
    return responses.group(call.core, group)


def get_group(call: Call) -> Answer:
    return Answer(200, responses.group(call.core, _group(call)))


def update_group(call: Call) -> Answer:
    group = _group(call)
    body = call.json_object()
    name, members = _free_name(call, body, group.key, is_required=False), _members(call, body)
    group.name = name or group.name
    group.members = group.members if members is None else members
    return Answer(200, _put(call, group))


def replace_group(call: Call) -> Answer:
    group = _group(call)
    body = call.json_object()
    name, members = _free_name(call, body, group.key, is_required=True), _members(call, body)
    group.name, group.members = name or "", members or []
    return Answer(200, _put(call, group))


def delete_group(call: Call) -> Answer:
    group = _group(call)
    call.core.state.organization_groups.remove(group.key)
    _forget_member(call, group.key)
    return Answer(200)


# Schemas


def get_user_schema(call: Call) -> Answer:
    return Answer(200, responses.user_schema())


def get_service_provider(call: Call) -> Answer:
    return Answer(200, responses.service_provider())


PRODUCT = Product(
    name="scim",
    base_path="/identity/v1",
    refuse=errors.refuse,
    invalid_token=errors.invalid_token,
    operations=(
        Operation("getGroups", "GET", "/Groups", get_groups, ("filter", "sortBy", "sortOrder", "count", "startIndex")),
        Operation("createGroup", "POST", "/Groups", create_group),
        Operation("deleteGroup", "DELETE", "/Groups/{groupKey}", delete_group),
        Operation("getGroup", "GET", "/Groups/{groupKey}", get_group),
        Operation("updateGroup", "PATCH", "/Groups/{groupKey}", update_group),
        Operation("replaceGroup", "PUT", "/Groups/{groupKey}", replace_group),
        Operation("getUserSchema", "GET", "/Schemas/Users", get_user_schema),
        Operation("getServiceProviderConfigs", "GET", "/ServiceProviderConfigs", get_service_provider),
        Operation("getUsers", "GET", "/Users", get_users, ("filter",)),
        Operation("createUsers", "POST", "/Users", create_user),
        Operation("getMe", "GET", "/Users/me", get_me),
        Operation("updateMe", "PATCH", "/Users/me", update_me),
        Operation("replaceMe", "PUT", "/Users/me", replace_me),
        Operation("deleteUser", "DELETE", "/Users/{userKey}", delete_user),
        Operation("getUser", "GET", "/Users/{userKey}", get_user),
        Operation("updateUser", "PATCH", "/Users/{userKey}", update_user),
        Operation("replaceUser", "PUT", "/Users/{userKey}", replace_user),
    ),
)
