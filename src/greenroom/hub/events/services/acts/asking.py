"""Asking for an act: the one function for each verb, called by every door. None of them calls GoTo."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import structlog
from django.db import IntegrityError, transaction

from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.core.texts import storable
from greenroom.hub.events.errors import ChangedMeanwhileError
from greenroom.hub.events.idempotency import check_key, used_otherwise
from greenroom.hub.events.models import Event, EventAct, Registrant, TeamMember
from greenroom.hub.events.planning import (
    Date,
    can_be_made_with_several_dates,
    check_member,
    check_wish,
    tidied,
)
from greenroom.hub.events.products import Product, get_product
from greenroom.hub.events.products.base import Ability, EventWish, TeamMemberData
from greenroom.hub.events.services.acts.carrying import enqueue_act
from greenroom.hub.events.time_zones import find_goto_zone
from greenroom.hub.events.versions import list_dates_together, version_of, versions_here
from greenroom.hub.users.models import User

log = structlog.get_logger(__name__)

Verb, State = EventAct.Verb, EventAct.State


@dataclass(frozen=True, kw_only=True)
class _Ask:
    """What somebody asks for, under a key of theirs: the same key is the same act, whoever repeats it."""

    verb: EventAct.Verb
    connection: Connection
    product: str
    wanted: dict[str, Any]
    idempotency_key: str
    actor: User | None
    event: Event | None = None

    def find(self) -> EventAct | None:
        """
        Return the act that was asked for with this key before.

        Raises:
            InvalidInputError: it is no key.
            StateConflictError: the key was used for something else.
        """
        check_key(self.idempotency_key)
        act = EventAct.objects.filter(idempotency_key=self.idempotency_key).first()
        if act and not self._is_same(act):
            raise used_otherwise()
        return act

    def _is_same(self, act: EventAct) -> bool:
        about = (self.verb, self.connection.pk, self.product, self.actor.pk if self.actor else None)
        same_about = about == (act.verb, act.connection_id, act.product, act.requested_by_id)
        # The event of a create is known afterwards only.
        same_event = self.event is None or self.event.pk == act.event_id
        return same_about and same_event and all(act.wanted.get(name) == value for name, value in self.wanted.items())

    def write(self, **noted: Any) -> EventAct:
        """Write the act down with the job that carries it; what is `noted` beside it is ours, not the caller's."""
        try:
            with transaction.atomic():
                act = EventAct.objects.create(
                    connection=self.connection,
                    product=self.product,
                    event=self.event,
                    verb=self.verb,
                    wanted=self.wanted | noted,
                    idempotency_key=self.idempotency_key,
                    requested_by=self.actor,
                    asked_at=clock.now(),
                )
                enqueue_act(act.pk)
        except IntegrityError:  # the same key, a moment before
            known = self.find()
            if known is None:
                raise
            return known
        log.info("act.asked", act=act.pk, verb=act.verb, event_id=act.event_id)
        return act


def create_event(
    *, connection: Connection, product: str, wish: EventWish, idempotency_key: str, actor: User | None
) -> EventAct:
    """
    Ask for an event to be made. Answers at once; GoTo is asked in the background.

    Without a zone it is the organizer's.

    Raises:
        InvalidInputError: `errors` names each field that GoTo would refuse.
        StateConflictError: such events cannot be made, or the key was used for something else.
    """
    kind = get_product(product)
    wish = tidied(replace(wish, time_zone=wish.time_zone or find_goto_zone(connection.time_zone)))
    ask = _Ask(
        verb=Verb.CREATE,
        connection=connection,
        product=product,
        wanted={"wish": _as_json(wish)},
        idempotency_key=idempotency_key,
        actor=actor,
    )
    if known := ask.find():
        return known
    _require(kind, Ability.CREATE)
    whole = replace(wish, title=wish.title or "", times=wish.times or (), time_zone=wish.time_zone or "")
    check_wish(kind, whole, can_have_several=can_be_made_with_several_dates(kind))
    return ask.write()


def update_event(*, event: Event, wish: EventWish, version: str, idempotency_key: str, actor: User | None) -> EventAct:
    """
    Ask for an event to be changed: its texts, its times or both. Answers at once.

    Of dates that people pick from, the texts are those of all of them, and the times those of this one.

    Args:
        wish: what is None stays as it is.
        version: `versions.version_of` the event as the person saw it.

    Raises:
        ChangedMeanwhileError: the event is another one by now; nothing was asked for.
        InvalidInputError: `errors` names each field that GoTo would refuse.
        StateConflictError: it runs, is over or cancelled, or another change is on its way.
    """
    kind, wish = get_product(event.product), tidied(wish)
    ask = _about(event, Verb.UPDATE, {"wish": _as_json(wish), "version": version}, idempotency_key, actor)
    if known := ask.find():
        return known
    _require(kind, Ability.UPDATE)
    _require_scheduled(event)
    if EventAct.objects.filter(event=event, verb=Verb.UPDATE, state=State.PENDING).exists():
        raise StateConflictError("Another change is on its way to GoTo. Wait until it is done.")
    if version_of(event) != version:
        raise ChangedMeanwhileError
    together = list_dates_together(event)
    changes = _changes(event, wish, together, kind)
    return ask.write(changes=_as_json(changes), before=_as_json(versions_here(together)))


def _changes(event: Event, wish: EventWish, together: list[Event], kind: Product) -> EventWish:
    """Return what is different, complete: title with description, times with zone, and the other dates of its kind."""
    known = list(event.times.values_list("starts_at", "ends_at"))
    changes = EventWish()
    texts = (_either(wish.title, event.title), _either(wish.description, event.description))
    if texts != (event.title, event.description):
        changes = replace(changes, title=texts[0], description=texts[1])
    # A zone of GoTo's own may be one that it does not list; sending its twin would change nothing.
    is_same_zone = wish.time_zone in (None, event.time_zone, find_goto_zone(event.time_zone))
    dates = tuple(known) if wish.times is None else wish.times
    if sorted(dates) != sorted(known) or (event.time_zone and not is_same_zone):
        zone = event.time_zone if is_same_zone else wish.time_zone
        changes = replace(changes, times=dates, time_zone=zone)
    if changes == EventWish():
        raise InvalidInputError("This is how it is already. Change something first.")
    has_several = event.dates == Event.Dates.ALL or (len(together) == 1 and Ability.ALL_DATES in kind.abilities)
    check_wish(kind, changes, known=known, can_have_several=has_several)
    if changes.times is None:
        return changes
    others = [one.times.values_list("starts_at", "ends_at") for one in together if one.pk != event.pk]
    every: list[Date] = [*changes.times, *(date for dates in others for date in dates)]
    return replace(changes, times=tuple(sorted(every)))


def _either(wanted: Any, now: Any) -> Any:
    return now if wanted is None else wanted


def cancel_event(*, event: Event, idempotency_key: str, actor: User | None, tell_registrants: bool = False) -> EventAct:
    """
    Ask for an event to be cancelled. Of dates that people pick from, the others stay.

    Args:
        tell_registrants: have GoTo mail who is registered; else nobody is told.

    Raises:
        StateConflictError: it runs, is over or is cancelled already, or GoTo does not mail for such events.
    """
    wanted = {"tell_registrants": True} if tell_registrants else {}
    ask = _about(event, Verb.CANCEL, wanted, idempotency_key, actor)
    if known := ask.find():
        return known
    kind = get_product(event.product)
    _require(kind, Ability.CANCEL)
    if tell_registrants:
        _require(kind, Ability.CANCELLATION_MAILS)
    if under_way := EventAct.objects.filter(event=event, verb=Verb.CANCEL, state=State.PENDING).first():
        return under_way
    _require_scheduled(event)
    return ask.write()


def resend_confirmation(*, registrant: Registrant, idempotency_key: str, actor: User | None) -> EventAct:
    """
    Ask GoTo to mail somebody their confirmation again.

    Raises:
        StateConflictError: GoTo has no call for it, or the event is over.
        UnknownObjectError: they are not registered any more.
    """
    event = registrant.event
    ask = _about(event, Verb.RESEND_CONFIRMATION, {"registrant": registrant.pk}, idempotency_key, actor)
    if known := ask.find():
        return known
    _require(get_product(event.product), Ability.RESEND_CONFIRMATION)
    if not registrant.is_there:
        raise UnknownObjectError("This person is not registered any more.")
    _require_scheduled(event, or_live=True)
    return ask.write()


def add_team_member(*, event: Event, member: TeamMemberData, idempotency_key: str, actor: User | None) -> EventAct:
    """
    Ask for somebody to be put on an event's team; GoTo invites them by mail.

    Raises:
        InvalidInputError: `errors` names what is missing.
        StateConflictError: such events have no such role, or it is over.
    """
    member = replace(member, name=storable(member.name).strip(), email=storable(member.email).strip().lower())
    ask = _about(event, Verb.ADD_TEAM_MEMBER, {"member": _as_json(member)}, idempotency_key, actor)
    if known := ask.find():
        return known
    _require_scheduled(event, or_live=True)
    check_member(get_product(event.product), member)
    return ask.write()


def remove_team_member(*, member: TeamMember, idempotency_key: str, actor: User | None) -> EventAct:
    """
    Ask for somebody to be taken off an event's team.

    Raises:
        StateConflictError: the event is over.
    """
    told = TeamMemberData(member.role, member.member_key, member.name, member.email)
    wanted: Mapping[str, Any] = {"member": _as_json(told)}
    ask = _about(member.event, Verb.REMOVE_TEAM_MEMBER, wanted, idempotency_key, actor)
    if known := ask.find():
        return known
    _require_scheduled(member.event, or_live=True)
    return ask.write()


def settle_unclear_act(*, act: EventAct, event: Event | None, actor: User) -> EventAct:
    """
    Decide about an event whose making is unclear, as a person who looked.

    Args:
        event: the one that was made; None when it is none of them, and shall be made now.

    Raises:
        StateConflictError: somebody has decided already.
        UnknownObjectError: the event is none of those that it can be.
    """
    if event is not None and event.event_key not in act.wanted.get("candidates", ()):
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    changes: dict[str, Any] = {"state": State.PENDING, "sent_at": None, "last_error": ""}
    if event is not None:
        changes = {"state": State.DONE, "event": event, "event_key": event.event_key, "answered_at": clock.now()}
    with transaction.atomic():
        if not EventAct.objects.filter(pk=act.pk, state=State.UNCLEAR).update(**changes):
            raise StateConflictError("Somebody has decided about this already.")
        if event is None:
            enqueue_act(act.pk)
    log.info("act.settled", act=act.pk, event_id=event and event.pk, user=actor.pk)
    return EventAct.objects.select_related("event").get(pk=act.pk)


def _as_json(value: Any) -> Any:
    """Return plain lists and dicts, as a JSON column gives them back."""
    return msgspec.json.decode(msgspec.json.encode(value))


def _about(
    event: Event, verb: EventAct.Verb, wanted: Mapping[str, Any], idempotency_key: str, actor: User | None
) -> _Ask:
    return _Ask(
        verb=verb,
        connection=event.connection,
        product=event.product,
        event=event,
        wanted=dict(wanted),
        idempotency_key=idempotency_key,
        actor=actor,
    )


def _require(kind: Product, ability: Ability) -> None:
    if ability not in kind.abilities:
        raise StateConflictError(f"GoTo does not let this be done with {kind.words.many.lower()}.")


_NOT_NOW = {
    Event.State.LIVE: "It is running now, and GoTo changes nothing while it does.",
    Event.State.ENDED: "It is over.",
    Event.State.MISSING: "GoTo does not know this event at the moment. Try again later.",
    Event.State.CANCELLED: "It is cancelled.",
}


def _require_scheduled(event: Event, *, or_live: bool = False) -> None:
    state = Event.State(event.state)
    if state in _NOT_NOW and not (or_live and state == Event.State.LIVE):
        raise StateConflictError(_NOT_NOW[state])
