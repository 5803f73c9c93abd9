"""On whose behalf an operation is carried out, and what it may touch."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from greenroom.hub.core.errors import AccessDeniedError
from greenroom.hub.events.models import Event
from greenroom.hub.users.models import User


class Verb(StrEnum):
    """What a key may be allowed to do."""

    READ = "read"
    REGISTER = "register"  # sign people up and take them off
    MANAGE = "manage"  # create, change and cancel events, and their teams
    HOST = "host"  # get the links with which an organizer starts an event
    HOOKS = "hooks"  # subscribe to triggers


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """
    A program that has shown a key or a token.

    Attributes:
        owner: names the key; cursors, idempotency keys, limits and hooks belong to it.
        user: who made it; what is done, is done in their name.
        verbs: what it may do.
        connection_ids: the GoTo accounts it may touch; None is all of them.
    """

    owner: str
    user: User
    verbs: frozenset[Verb]
    connection_ids: frozenset[int] | None = None

    def require(self, verb: Verb) -> None:
        """Raise `AccessDeniedError` unless the key was made for this."""
        if verb not in self.verbs:
            raise AccessDeniedError(f"This key was not made to {_MEANING[verb]}.")

    def list_events(self) -> QuerySet[Event]:
        """Return the events of the accounts it may touch; others do not exist for it."""
        events = Event.objects.select_related("connection")
        return events if self.connection_ids is None else events.filter(connection__in=self.connection_ids)


_MEANING = {
    Verb.READ: "read events and people",
    Verb.REGISTER: "register people",
    Verb.MANAGE: "manage events",
    Verb.HOST: "start events",
    Verb.HOOKS: "subscribe to triggers",
}
