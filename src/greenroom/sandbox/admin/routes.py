"""Operations of the Admin API that the sandbox serves."""

import re
from collections.abc import Callable
from typing import Any

from greenroom.sandbox.entities import User
from greenroom.sandbox.operations import Answer, Call, Operation, Product, RefusalError
from greenroom.sandbox.times import write_instant

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


def get_me(call: Call) -> Answer:
    account = call.core.state.accounts[call.user.account_key]
    body = _user(call.user) | {"accounts": [{"key": account.key, "name": account.name}]}
    return Answer(200, body)


def list_users(call: Call) -> Answer:
    if call.path["accountKey"] != call.user.account_key or not call.user.is_admin:
        raise refuse(403, "AccessDenied", "Only an administrator of this account can list its users.")
    users = [user for user in call.core.state.users if user.account_key == call.path["accountKey"]]
    users = _filter(users, call.query.get("filter", ""))
    offset, size = _number(call, "offset", 0), _number(call, "pageSize", 25)
    page = users[offset : offset + size]
    if not page:
        # Observed: an empty result is a 404 here.
        raise refuse(404, "NotFound", "No user matches.")
    return Answer(200, {"results": [_user(user) for user in page]})


def _filter(users: list[User], text: str) -> list[User]:
    for term in filter(None, (part.strip() for part in text.split("&"))):
        found = _TERM.fullmatch(term)
        if found is None or found[1] not in _FILTERED:
            raise refuse(400, "InvalidRequest", f"The sandbox does not understand this filter term: {term}")
        value_of, ignore_case, wanted = _FILTERED[found[1]], found[2] is not None, found[3]
        users = [u for u in users if _same(value_of(u), wanted, ignore_case=ignore_case)]
    return users


def _same(value: str, wanted: str, *, ignore_case: bool) -> bool:
    return value.casefold() == wanted.casefold() if ignore_case else value == wanted


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit():
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
        "products": ["G2W", "G2T"],
    }


PRODUCT = Product(
    name="admin",
    base_path="/admin/rest/v1",
    refuse=refuse,
    operations=(
        Operation("getMe", "GET", "/me", get_me, ("includeAdmins", "includeInvitation")),
        Operation("getUsers", "GET", "/accounts/{accountKey}/users", list_users, ("pageSize", "offset", "filter")),
    ),
)
