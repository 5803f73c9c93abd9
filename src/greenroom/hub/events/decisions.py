"""Fetching what waits for a person: answers that are held, rows that could not be read, attendance of nobody known."""

import json
from collections.abc import Collection
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Lower, Trim

from greenroom.hub.events.models import Attendee, AttendeeMatch, Event, HeldAnswer, Listing, Registrant, SetAsideRow
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.events.products.base import Ability


def list_held_answers() -> QuerySet[HeldAnswer]:
    """Return the answers that are held, the newest first; what they lack holds personal data."""
    held = HeldAnswer.objects.filter(state=HeldAnswer.State.HELD).defer("gone")
    return held.select_related("connection", "event", "session")


def name_what_is_gone(held: HeldAnswer, most: int = 20) -> list[str]:
    """
    Return what some of the rows are called that a held answer lacks: people by their names, events by their titles.

    Two queries.

    Raises:
        DecryptionError: the key it was encrypted with is no longer here.
    """
    keys: list[str] = json.loads(held.gone)[:most]
    if held.listing == Listing.EVENTS:
        events = Event.objects.filter(connection=held.connection_id, product=held.product, event_key__in=keys)
        return [event.title for event in events.order_by("starts_at", "pk")]
    people: QuerySet[Any] = Registrant.objects.filter(event=held.event_id, registrant_key__in=keys, gone_at=None)
    if held.listing == Listing.ATTENDANCE:
        people = Attendee.objects.filter(session=held.session_id, attendee_key__in=keys)
    named = people.order_by("last_name", "first_name", "pk").values_list("first_name", "last_name", "email")
    return [f"{first} {last}".strip() or email for first, last, email in named]


def list_set_aside_rows() -> QuerySet[SetAsideRow]:
    """Return the rows that could not be read, the newest first; as they came they hold personal data."""
    return SetAsideRow.objects.select_related("connection", "event", "session").defer("raw")


def list_unmatched_attendees(*, event: Event | None = None) -> QuerySet[Attendee]:
    """
    Return whose attendance is nobody's we know, and nobody has decided about; the latest first, one row per person.

    Where people do not sign up, nobody is expected to be known.
    """
    with_sign_ups = [product.code for product in PRODUCTS.values() if Ability.REGISTER in product.abilities]
    decided = AttendeeMatch.objects.filter(event=OuterRef("session__event"), attendee_key=OuterRef("attendee_key"))
    unmatched = Attendee.objects.filter(registrant=None, session__event__product__in=with_sign_ups)
    unmatched = unmatched.exclude(Exists(decided))
    if event:
        unmatched = unmatched.filter(session__event=event)
    first_rows = unmatched.order_by().values("session__event", "attendee_key").annotate(first=Min("pk"))
    attendees = Attendee.objects.filter(pk__in=first_rows.values("first")).select_related("session__event")
    return attendees.order_by("-session__started_at", "pk")


def list_decided_attendees(*, event: Event | None = None, most: int = 20) -> list[tuple[Attendee, AttendeeMatch]]:
    """Return what people decided last about whose attendance it is, so that it can be taken back. Two queries."""
    decisions = AttendeeMatch.objects.select_related("registrant", "decided_by").order_by("-decided_at", "-pk")
    if event:
        decisions = decisions.filter(event=event)
    wanted = {(one.event_id, one.attendee_key): one for one in decisions[:most]}
    attendees = Attendee.objects.filter(
        session__event__in={event_id for event_id, _ in wanted}, attendee_key__in={key for _, key in wanted}
    )
    first: dict[tuple[int, str], Attendee] = {}
    for one in attendees.select_related("session__event").order_by("session__started_at", "pk"):
        first.setdefault((one.session.event_id, one.attendee_key), one)
    return [(first[key], decision) for key, decision in wanted.items() if key in first]


def suggest_registrants(attendees: Collection[Attendee]) -> dict[int, list[Registrant]]:
    """
    Return, by the attendee's id, who signed up for the same event under the very same name.

    For a person to look at: people of one name are never taken for one by the program. One query.
    """
    events = {one.session.event_id for one in attendees}
    wanted = {_name_of(one) for one in attendees if _name_of(one)}
    names = {one.last_name.strip() for one in attendees}
    last_names = names | {name.lower() for name in names}
    found: dict[tuple[int, str], list[Registrant]] = {}
    candidates = Registrant.objects.alias(lowered=Lower(Trim("last_name"))).filter(event__in=events, gone_at=None)
    candidates = candidates.filter(Q(last_name__in=last_names) | Q(lowered__in=last_names))
    for registrant in candidates.defer("join_url").order_by("pk"):
        if (name := _name_of(registrant)) in wanted:
            found.setdefault((registrant.event_id, name), []).append(registrant)
    return {one.pk: found.get((one.session.event_id, _name_of(one)), []) for one in attendees}


def _name_of(one: Attendee | Registrant) -> str:
    return " ".join(f"{one.first_name} {one.last_name}".split()).casefold()
