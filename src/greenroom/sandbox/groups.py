"""Groups of an account: every organizer is in one, by default in the account's own."""

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Group, User


def groups_of(core: Core, account_key: str) -> list[Group]:
    """All groups of an account, the account's own first."""
    root = root_of(core, account_key)
    return [root, *(g for g in core.state.groups if g.account_key == account_key and g.key != root.key)]


def root_of(core: Core, account_key: str) -> Group:
    """The account's own group; made when somebody first looks. Assumed: it is called as the account is."""
    for group in core.state.groups:
        if group.account_key == account_key and group.parent_key == group.key:
            return group
    key = core.state.new_key()
    account = core.state.accounts.get(account_key)
    return _put(core, Group(key, account_key, account.name if account is not None else "", key))


def add_group(core: Core, account_key: str, name: str, parent_key: str | None = None) -> Group:
    parent = parent_key or root_of(core, account_key).key
    return _put(core, Group(core.state.new_key(), account_key, name, parent))


def _put(core: Core, group: Group) -> Group:
    core.state.groups.put(group.key, group)
    return group


def group_of(core: Core, user: User) -> Group:
    group = core.state.groups.get(user.group_key or "")
    return group or root_of(core, user.account_key)


def users_in(core: Core, group: Group) -> list[User]:
    """The organizers of a group itself, without those of its subgroups. Assumed."""
    return [
        user
        for user in core.state.users
        if user.account_key == group.account_key and group_of(core, user).key == group.key
    ]
