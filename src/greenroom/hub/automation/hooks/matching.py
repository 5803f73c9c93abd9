"""
Which hooks wait for a fact, and may know of it.

The same rules as `narrowing.narrow`, asked the other way round: there one program asks for many facts, here many hooks
wait for a few. The number of queries depends on how many people made the hooks, not on how many hooks there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.models import Hook
from greenroom.hub.automation.narrowing import PLACES_IN_FACTS, Narrowing
from greenroom.hub.automation.registry import About, Trigger
from greenroom.hub.courses.access import Verb as CourseVerb
from greenroom.hub.courses.access import list_courses_for
from greenroom.hub.events.models import Event
from greenroom.hub.ledger.models import Fact

Scope = tuple[int | None, tuple[int, ...] | None]


class Batch:
    """Some facts, the events they are about, and who may know of them."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        """Read nothing yet."""
        self.facts = facts
        self._sights: dict[Scope, _Sight] = {}
        self._wanted: dict[int, Narrowing] = {}

    @cached_property
    def events(self) -> dict[int, Event]:
        """The events by their number. One query."""
        columns = ("product", "event_key", "title", "connection__first_connected_at")
        return (
            Event.objects.select_related("connection")
            .only(*columns)
            .in_bulk({fact.event_id for fact in self.facts if fact.event_id})
        )

    def is_news(self, trigger: Trigger, fact: Fact) -> bool:
        """Tell whether a fact is no part of the past of an account that has just been connected."""
        event = self.events.get(fact.event_id or 0) if trigger.about is About.EVENT else None
        connected_at = event.connection.first_connected_at if event else None
        return connected_at is None or fact.happened_at >= connected_at

    def is_for(self, hook: Hook, trigger: Trigger, fact: Fact) -> bool:
        """Tell whether a hook with this trigger waits for a fact and may know of it."""
        return self._fits(hook, trigger, fact) and self._sight_of(hook).may_know(trigger, fact)

    def _fits(self, hook: Hook, trigger: Trigger, fact: Fact) -> bool:
        wanted = self._wanted_by(hook)
        # Only reminders have minutes; the hook may wait for other things as well.
        if wanted.minutes is not None and fact.data.get("minutes", wanted.minutes) != wanted.minutes:
            return False
        for member, place in PLACES_IN_FACTS.items():
            if (named := getattr(wanted, member)) and int(named) != fact.data.get(place):
                return False
        if trigger.about is About.HOOK:
            # A hook that does not answer is not told that it does not, or that would be undeliverable news again.
            return fact.data["owner"] == hook.owner and fact.data["hook"] != hook.public_id
        if trigger.about is not About.EVENT:
            return True
        event = self.events.get(fact.event_id or 0)
        product = trigger.product or wanted.product
        return (
            event is not None
            and product in {"", event.product}
            and wanted.event in {"", event.event_key}
            and wanted.title_contains.casefold() in event.title.casefold()
        )

    def _wanted_by(self, hook: Hook) -> Narrowing:
        if hook.pk not in self._wanted:
            self._wanted[hook.pk] = msgspec.convert(hook.filter, Narrowing)
        return self._wanted[hook.pk]

    def _sight_of(self, hook: Hook) -> "_Sight":
        allowed = None if hook.connection_ids is None else tuple(hook.connection_ids)
        scope = (hook.created_by_id, allowed)
        if scope not in self._sights:
            self._sights[scope] = _Sight(self, caller_of(hook))
        return self._sights[scope]


@dataclass
class _Sight:
    """What of a batch the hooks of one person may know. One query for each kind of thing there is."""

    batch: Batch
    caller: Caller | None

    def may_know(self, trigger: Trigger, fact: Fact) -> bool:
        if self.caller is None:
            return False
        if trigger.about is About.ACCOUNT:
            return fact.connection_id in self._accounts
        if trigger.about is About.COURSE:
            return fact.data.get("course_id") in self._courses
        if trigger.about is About.CONTACT:
            return self.caller.may_market
        if trigger.about is About.HOOK:
            return True  # whose hook it is, is asked where it is known who waits
        return fact.event_id in self._events

    @cached_property
    def _events(self) -> set[int]:
        assert self.caller
        mine = self.caller.list_events().filter(pk__in=self.batch.events)
        return set(mine.order_by().values_list("pk", flat=True))

    @cached_property
    def _accounts(self) -> set[int]:
        assert self.caller
        return set(self.caller.list_connections().order_by().values_list("pk", flat=True))

    @cached_property
    def _courses(self) -> set[int]:
        assert self.caller
        if self.caller.connection_ids is not None:
            return set()  # courses belong to no account of GoTo's
        named = {fact.data.get("course_id") for fact in self.batch.facts} - {None}
        mine = list_courses_for(self.caller.user, CourseVerb.RESULTS).filter(pk__in=named)
        return set(mine.order_by().values_list("pk", flat=True))


def caller_of(hook: Hook) -> Caller | None:
    """Return on whose behalf a hook is called; None when they are gone."""
    if hook.created_by is None or not hook.created_by.is_active:
        return None
    allowed = None if hook.connection_ids is None else frozenset(hook.connection_ids)
    return Caller(owner=hook.owner, user=hook.created_by, verbs=frozenset({Verb.HOOKS}), connection_ids=allowed)
