"""Making, suspending and removing people with a login; the same for every API that can."""

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import User
from greenroom.sandbox.oauth.store import revoke_tokens_of
from greenroom.sandbox.times import whole_seconds

PASSWORD = "sandbox"  # noqa: S105  a published demo password
PRODUCTS = ("G2M", "G2T", "G2W", "OPENVOICE")


def add_person(
    core: Core,
    account_key: str,
    *,
    email: str,
    first_name: str,
    last_name: str,
    products: list[str],
    group_key: str | None = None,
    time_zone: str = "America/New_York",
) -> User:
    """Make an organizer whose e-mail address nobody has yet."""
    user = User(
        key=core.state.new_key(),
        account_key=account_key,
        first_name=first_name,
        last_name=last_name,
        email=email,
        password=PASSWORD,
        time_zone=time_zone,
        created_at=whole_seconds(core.clock.now()),
        products=with_meetings(products),
        group_key=group_key,
    )
    core.state.users.put(user.key, user)
    return user


def with_meetings(products: list[str]) -> list[str]:
    """A webinar or training organizer can hold meetings too (documented)."""
    has_more = {"G2W", "G2T"} & set(products)
    return sorted({*products, "G2M"} if has_more else set(products))


def remove_person(core: Core, user: User) -> None:
    """Take a login away. What the person held stays, with their name on it. Assumed."""
    user.is_removed = True
    core.state.users.put(user.key, user)
    revoke_tokens_of(core, user.key)


def is_email(text: str) -> bool:
    return "@" in text.strip("@") and not any(character.isspace() for character in text)
