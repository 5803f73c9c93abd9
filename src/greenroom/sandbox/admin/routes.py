"""The six operations of the Admin API that integrations are known to use; there is no specification of it."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Group, Licence, User
from greenroom.sandbox.groups import groups_of, users_in
from greenroom.sandbox.operations import Answer, Call, Operation, Product, RefusalError
from greenroom.sandbox.people import add_person, is_email, with_meetings
from greenroom.sandbox.times import write_instant

T = TypeVar("T")

SEATS = 100
_FILTERED_GROUPS: dict[str, Callable[[Group], str]] = {"name": lambda group: group.name, "key": lambda group: group.key}
# (email="(?i)ada@example.com") & (lastName="Ferro"); the flag ignores case. Observed in an integration.
_TERM = re.compile(r'\(?\s*(\w+)\s*=\s*"(\(\?i\))?([^"]*)"\s*\)?')
_FILTERED: dict[str, Callable[[User], str]] = {
    "email": lambda user: user.email,
    "firstName": lambda user: user.first_name,
    "lastName": lambda user: user.last_name,
    "key": lambda user: user.key,
}


def refuse(status: int, code: str, description: str) -> RefusalError:
    return RefusalError(Answer(status, {"errorCode": code, "description": description}))


def _check_admin(call: Call) -> str:
    """Refuse all but administrators of the account of the path; give its key."""
    if call.path["accountKey"] != call.user.account_key or not call.user.is_admin:
        raise refuse(403, "AccessDenied", "Only an administrator of this account may do this.")
    return call.user.account_key


def get_me(call: Call) -> Answer:
    account = call.core.state.accounts[call.user.account_key]
    body = _user(call.user) | {"accounts": [{"key": account.key, "name": account.name}]}
    return Answer(200, body)


def list_users(call: Call) -> Answer:
    account_key = _check_admin(call)
    users = [user for user in call.core.state.users if user.account_key == account_key]
    page = _page(call, _filter(users, call.query.get("filter", "")), "user")
    return Answer(200, {"results": [_user(user) for user in page]})


def _page(call: Call, items: Sequence[T], what: str) -> Sequence[T]:
    """Cut the page out that `offset` and `pageSize` ask for."""
    offset, size = _number(call, "offset", 0), _number(call, "pageSize", 25)
    if call.fault is not None and call.fault.kind == "torn_page" and offset > 0:
        offset += 1 if call.fault.change == "skip" else -1
    page = call.seen(items)[offset : offset + size]
    if not page:
        # Observed: an empty result is a 404 here.
        raise refuse(404, "NotFound", f"No {what} matches.")
    return page


# Users


def create_users(call: Call) -> Answer:
    """
    Add people: a list, in which those who are there already are answered too, or one flat user, who must be new.

    Both forms are observed; the status 201 is assumed.
    """
    account_key = _check_admin(call)
    body = call.json_object()
    if "users" not in body:
        return Answer(201, _user(_create(call, account_key, body, is_new=True)))
    items = body["users"]
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise refuse(400, "InvalidRequest", "users must be a filled list of objects.")
    for item in items:
        _check_person(call, account_key, item)
    users = [_create(call, account_key, item, is_new=False) for item in items]
    return Answer(201, [{"key": user.key, "email": user.email} for user in users])


def _check_person(call: Call, account_key: str, item: dict[str, Any]) -> None:
    email = item.get("email")
    if not isinstance(email, str) or not is_email(email):
        raise refuse(400, "InvalidRequest", "email must be an e-mail address.")
    for name in ("firstName", "lastName"):
        if not isinstance(item.get(name, ""), str):
            raise refuse(400, "InvalidRequest", f"{name} must be text.")
    _licences(call, account_key, item)


def _licences(call: Call, account_key: str, item: dict[str, Any]) -> list[Licence] | None:
    """Find the licences a body names; each must be the account's."""
    if "licenseKeys" not in item:
        return None
    keys = item["licenseKeys"]
    if not isinstance(keys, list):
        raise refuse(400, "InvalidRequest", "licenseKeys must be a list of keys.")
    known = {licence.key: licence for licence in licences_of(call.core, account_key)}
    if not {str(key) for key in keys} <= set(known):
        raise refuse(400, "InvalidRequest", "licenseKeys names a licence the account does not have.")
    return [known[str(key)] for key in keys]


def _create(call: Call, account_key: str, item: dict[str, Any], *, is_new: bool) -> User:
    _check_person(call, account_key, item)
    existing = call.core.state.user_by_email(item["email"])
    if existing is not None:
        if is_new or existing.account_key != account_key:
            raise refuse(409, "UserExists", "There is a user with this e-mail address.")
        return existing
    licences = _licences(call, account_key, item) or []
    user = add_person(
        call.core,
        account_key,
        email=item["email"],
        first_name=item.get("firstName", ""),
        last_name=item.get("lastName", ""),
        products=[product for licence in licences for product in licence.products],
    )
    user.licence_keys = [licence.key for licence in licences]
    return user


def update_user(call: Call) -> Answer:
    """Change the members that are sent; the status 204 is assumed."""
    account_key = _check_admin(call)
    user = call.core.state.users.get(call.path["userKey"])
    if user is None or user.account_key != account_key:
        raise refuse(404, "NotFound", "There is no such user.")
    body = call.json_object()
    _check_person(call, account_key, {"email": user.email} | body)
    other = call.core.state.user_by_email(str(body.get("email", user.email)))
    if other is not None and other.key != user.key:
        raise refuse(409, "UserExists", "There is a user with this e-mail address.")
    for sent, name in (("email", "email"), ("firstName", "first_name"), ("lastName", "last_name")):
        if sent in body:
            setattr(user, name, body[sent])
    _set_flags(call, account_key, user, body)
    call.core.state.users.put(user.key, user)
    return Answer(204)


def _set_flags(call: Call, account_key: str, user: User, body: dict[str, Any]) -> None:
    licences = _licences(call, account_key, body)
    if licences is not None:
        user.licence_keys = [licence.key for licence in licences]
        user.products = with_meetings([product for licence in licences for product in licence.products])
    if "admin" in body:
        if not isinstance(body["admin"], bool):
            raise refuse(400, "InvalidRequest", "admin must be true or false.")
        user.is_admin = body["admin"]
    if "groupKey" in body:
        if str(body["groupKey"]) not in {group.key for group in groups_of(call.core, account_key)}:
            raise refuse(400, "InvalidRequest", "groupKey names a group the account does not have.")
        user.group_key = str(body["groupKey"])


# Licences and groups


def licences_of(core: Core, account_key: str) -> list[Licence]:
    """The account's licences, one for each product; made when somebody first looks. Assumed."""
    found = [licence for licence in core.state.licences if licence.account_key == account_key]
    if found:
        return found
    made = [Licence(core.state.new_key(), account_key, [product], SEATS) for product in ("G2M", "G2T", "G2W")]
    for licence in made:
        core.state.licences.put(licence.key, licence)
    return made


def list_licences(call: Call) -> Answer:
    account_key = _check_admin(call)
    return Answer(200, {"results": [_licence(call, item) for item in licences_of(call.core, account_key)]})


def _licence(call: Call, licence: Licence) -> dict[str, Any]:
    users = [user for user in call.core.state.users if licence.key in user.licence_keys]
    return {"key": licence.key, "products": licence.products, "seats": licence.seats, "usedSeats": len(users)}


def list_groups(call: Call) -> Answer:
    groups = groups_of(call.core, _check_admin(call))
    for term in _terms(call.query.get("filter", "")):
        if term[1] not in _FILTERED_GROUPS:
            raise refuse(400, "InvalidRequest", f"The sandbox does not understand this filter term: {term[0]}")
        value_of = _FILTERED_GROUPS[term[1]]
        groups = [g for g in groups if _same(value_of(g), term[3], ignore_case=term[2] is not None)]
    return Answer(200, {"results": [_group(call, group) for group in _page(call, groups, "group")]})


def _group(call: Call, group: Group) -> dict[str, Any]:
    return {
        "key": group.key,
        "accountKey": group.account_key,
        "name": group.name,
        "parentKey": group.parent_key,
        "userCount": len(users_in(call.core, group)),
    }


# Filters


def _terms(text: str) -> Iterator[re.Match[str]]:
    for term in filter(None, (part.strip() for part in text.split("&"))):
        found = _TERM.fullmatch(term)
        if found is None:
            raise refuse(400, "InvalidRequest", f"The sandbox does not understand this filter term: {term}")
        yield found


def _filter(users: list[User], text: str) -> list[User]:
    for found in _terms(text):
        if found[1] not in _FILTERED:
            raise refuse(400, "InvalidRequest", f"The sandbox does not understand this filter term: {found[0]}")
        value_of, ignore_case, wanted = _FILTERED[found[1]], found[2] is not None, found[3]
        users = [u for u in users if _same(value_of(u), wanted, ignore_case=ignore_case)]
    return users


def _same(value: str, wanted: str, *, ignore_case: bool) -> bool:
    return value.casefold() == wanted.casefold() if ignore_case else value == wanted


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise refuse(400, "InvalidRequest", f"{name} must be a whole number from 0.")
    return int(text)


def _user(user: User) -> dict[str, Any]:
    return {
        "key": user.key,
        "accountKey": user.account_key,
        "email": user.email,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "locale": user.locale,
        "timeZone": user.time_zone,
        "admin": user.is_admin,
        "createTime": write_instant(user.created_at),
        "status": "ACTIVE",
        "products": user.products,
        "licenseKeys": user.licence_keys,
    }


PRODUCT = Product(
    name="admin",
    base_path="/admin/rest/v1",
    refuse=refuse,
    operations=(
        Operation("getMe", "GET", "/me", get_me, ("includeAdmins", "includeInvitation")),
        Operation("getUsers", "GET", "/accounts/{accountKey}/users", list_users, ("pageSize", "offset", "filter")),
        Operation("createUsers", "POST", "/accounts/{accountKey}/users", create_users),
        Operation("updateUser", "PUT", "/accounts/{accountKey}/users/{userKey}", update_user),
        Operation("getLicenses", "GET", "/accounts/{accountKey}/licenses", list_licences),
        Operation("getGroups", "GET", "/accounts/{accountKey}/groups", list_groups, ("pageSize", "offset", "filter")),
    ),
)
