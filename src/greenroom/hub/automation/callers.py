"""On whose behalf an operation is carried out, and what it may touch."""

from dataclasses import dataclass, replace
from enum import StrEnum

from django.db.models import Q, QuerySet

from greenroom.hub.connections.models import Connection
from greenroom.hub.core.errors import AccessDeniedError
from greenroom.hub.courses.access import list_accounts_run_by, list_accounts_seen_by, list_events_with_people_for
from greenroom.hub.events.models import Event
from greenroom.hub.users.access import may_market
from greenroom.hub.users.models import User


class Verb(StrEnum):
    """What a key may be allowed to do."""

    READ = "read"
    REGISTER = "register"  # sign people up and take them off
    MANAGE = "manage"  # create, change and cancel events, and their teams
    HOST = "host"  # get the links with which an organizer starts an event
    HOOKS = "hooks"  # subscribe to triggers
    ENROLL = "enroll"  # add people to courses
    MARKET = "market"  # change contacts and write to them

    @property
    def is_in_the_organizers_name(self) -> bool:
        """Whether it changes something at GoTo, which is for those who run the account."""
        return self in {Verb.REGISTER, Verb.MANAGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """
    A program that has shown a key or a token. It never may more than the person who made the key may now.

    Attributes:
        owner: names the key; cursors, idempotency keys, limits and hooks belong to it.
        user: who made it; what is done, is done in their name.
        verbs: what it may do.
        connection_ids: the GoTo accounts it may touch; None is all of them.
        doing: what it is doing now, which narrows what it may touch; `Operation.carry_out` sets it.
        idempotency_key: what it repeats this call by, if it does: the same key is the same act.
    """

    owner: str
    user: User
    verbs: frozenset[Verb]
    connection_ids: frozenset[int] | None = None
    doing: Verb = Verb.READ
    idempotency_key: str = ""

    def about_to(self, verb: Verb) -> "Caller":
        """Return this caller doing something, or raise `AccessDeniedError` when the key was not made for it."""
        if verb not in self.verbs:
            raise AccessDeniedError(f"This key was not made to {MEANING[verb]}.")
        return replace(self, doing=verb)

    @property
    def may_market(self) -> bool:
        """Whether it may know of contacts; they belong to no account of GoTo's."""
        return self.connection_ids is None and may_market(self.user)

    def list_connections(self) -> QuerySet[Connection]:
        """Return the accounts it may touch for what it is doing."""
        acts = self.doing.is_in_the_organizers_name
        accounts = list_accounts_run_by(self.user) if acts else list_accounts_seen_by(self.user)
        return accounts if self.connection_ids is None else accounts.filter(pk__in=self.connection_ids)

    def list_events(self) -> QuerySet[Event]:
        """Return the events it may touch for what it is doing; others do not exist for it."""
        events = Event.objects.select_related("connection")
        if self.connection_ids is not None:
            events = events.filter(connection__in=self.connection_ids)
        if self.user.is_site_admin:
            return events
        run = Q(connection__in=list_accounts_run_by(self.user))
        if self.doing.is_in_the_organizers_name:
            return events.filter(run)
        return events.filter(run | Q(pk__in=list_events_with_people_for(self.user).values("pk")))


MEANING = {
    Verb.READ: "read events and people",
    Verb.REGISTER: "register people",
    Verb.MANAGE: "manage events",
    Verb.HOST: "start events",
    Verb.HOOKS: "subscribe to triggers",
    Verb.ENROLL: "add people to courses",
    Verb.MARKET: "change contacts and write to them",
}
