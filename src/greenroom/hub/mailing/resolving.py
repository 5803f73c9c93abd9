"""
What merge tags stand for, for many contacts at once.

A link is always the person's own: it is looked up by their addresses and never taken over from anybody else. Who has
none is held back, with the reason, instead of being sent a button that leads nowhere.
"""

import zoneinfo
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Case, F, IntegerField, Q, QuerySet, When
from django.urls import reverse
from django.utils.dateformat import format as format_date

from greenroom.hub.contacts.models import Contact, ContactAddress, CustomField, FieldValue
from greenroom.hub.events.models import Event, Registrant, TeamMember
from greenroom.hub.events.products import PRODUCTS, can
from greenroom.hub.events.products.base import Ability
from greenroom.hub.events.services.joining import join_link_for_everybody, links_of, start_link_for_anybody
from greenroom.hub.mailing.tags import FIELDS, START, Tag

_OPEN = {Event.State.SCHEDULED, Event.State.LIVE}
_OVER = {
    Event.State.CANCELLED: "event_cancelled",
    Event.State.MISSING: "event_missing",
    Event.State.ENDED: "event_over",
}
_DAY, _MOMENT = "j F Y", "l, j F Y, H:i"
# Events by product, or `START`, and the key or number by which tags name them.
NamedEvents = Mapping[tuple[str, str], Event]


@dataclass(slots=True)
class Resolved:
    """
    What tags stand for.

    Attributes:
        values: by contact. A tag that is not there stands for its default, or nothing.
        missing: why a contact must not be sent this, as a code of `words.explain`.
    """

    values: dict[int, dict[Tag, str]] = field(default_factory=dict)
    missing: dict[int, str] = field(default_factory=dict)


def resolve(
    tags: Collection[Tag], contacts: Collection[Contact], *, about: str = "", allows_host_links: bool = False
) -> Resolved:
    """
    Return what tags stand for, for each contact.

    Two queries for all custom fields, and five for each event that tags are about, at most.

    Args:
        about: key of the event that tags are about which name none.
        allows_host_links: the sender wants whoever gets this to start the event.
    """
    resolved = Resolved({one.pk: _about(one, tags) for one in contacts})
    if custom := [tag for tag in tags if tag.field]:
        _fill_in_fields(resolved, custom)
    about_events: dict[tuple[str, str], list[Tag]] = {}
    for tag in tags:
        if tag.product:
            about_events.setdefault((tag.product, tag.event or about), []).append(tag)
    if not about_events:
        return resolved
    people = {one.pk: one for one in contacts}
    addresses = dict(ContactAddress.objects.filter(contact__in=people).values_list("email", "contact_id"))
    for (product, key), asked in about_events.items():
        if not key and asked[0].must_name_event:
            resolved.missing |= dict.fromkeys(people, "event_not_named")
        elif product == START:
            _let_start(resolved, asked, key, addresses, people, allows_host_links)
        else:
            _lead_in(resolved, asked, product, key, addresses, people)
    return resolved


def _about(contact: Contact, tags: Iterable[Tag]) -> dict[Tag, str]:
    return {tag: _field(contact, tag.name) for tag in tags if tag.name in FIELDS}


def _field(contact: Contact, name: str) -> str:
    return f"{contact.first_name} {contact.last_name}".strip() if name == "name" else getattr(contact, name)


def _fill_in_fields(resolved: Resolved, tags: Iterable[Tag]) -> None:
    by_key: dict[str, list[Tag]] = {}
    for tag in tags:
        by_key.setdefault(tag.field, []).append(tag)
    there = set(CustomField.objects.filter(key__in=by_key).values_list("key", flat=True))
    if any(key not in there and not tag.default for key, asked in by_key.items() for tag in asked):
        resolved.missing |= dict.fromkeys(resolved.values, "field_unknown")
    people = [pk for pk in resolved.values if pk]  # a preview may be for nobody
    values = FieldValue.objects.filter(contact__in=people, field__key__in=by_key).select_related("field")
    for value in values:
        text = format_date(value.day, _DAY) if value.day else value.text
        resolved.values[value.contact_id] |= dict.fromkeys(by_key[value.field.key], text)


def find_event(product: str, key: str) -> Event | None:
    """Return the event of a product with this key or number; of several with one number the latest. One query."""
    events = Event.objects.filter(Q(event_key=key) | Q(event_number=key)).select_related("connection")
    if product in PRODUCTS:
        events = events.filter(product=product)
    return events.order_by(F("starts_at").desc(nulls_last=True), "-pk").first()


def find_events(tags: Iterable[Tag]) -> NamedEvents:
    """Return the events that tags name, as `find_event` would find each. One query."""
    keys = {tag.event for tag in tags if tag.event}
    events = Event.objects.filter(Q(event_key__in=keys) | Q(event_number__in=keys)).select_related("connection")
    return {
        (product, key): event
        for event in events.order_by(F("starts_at").asc(nulls_first=True), "pk")
        for key in {event.event_key, event.event_number} & keys
        for product in (event.product, START)
    }


def list_sign_ups(product: str, event: Event | None, emails: Collection[str]) -> "QuerySet[Registrant]":
    """Return the sign-ups by which people have a way in, the first to be taken first: to an event, or to what is on."""
    there = Registrant.objects.filter(email__in=emails, gone_at=None).exclude(status=Registrant.Status.DENIED)
    there = there.select_related("event").defer("join_url")
    if event:
        return there.filter(event=event).order_by("pk")
    live_first = Case(When(event__state=Event.State.LIVE, then=0), default=1, output_field=IntegerField())
    coming = there.filter(event__product=product, event__state__in=_OPEN)
    return coming.order_by(live_first, F("event__starts_at").asc(nulls_last=True), "pk")


def _lead_in(
    resolved: Resolved,
    tags: Collection[Tag],
    product: str,
    key: str,
    addresses: Mapping[str, int],
    people: Mapping[int, Contact],
) -> None:
    event = find_event(product, key) if key else None
    if key and event is None:
        resolved.missing |= dict.fromkeys(people, "event_unknown")
        return
    signed_up: dict[int, Registrant] = {}
    if can(product, Ability.REGISTER):
        for one in list_sign_ups(product, event, addresses.keys()):
            signed_up.setdefault(addresses[one.email], one)
    for pk, contact in people.items():
        registrant = signed_up.get(pk)
        place = event or (registrant.event if registrant else None)
        for tag in tags:
            value, reason = _value(tag, contact, place, registrant)
            if reason:
                resolved.missing.setdefault(pk, reason)
            resolved.values[pk][tag] = value


def _value(tag: Tag, contact: Contact, event: Event | None, registrant: Registrant | None) -> tuple[str, str]:
    """Return what a tag about an event stands for, or why it stands for nothing."""
    if event is None:
        return "", "" if tag.default else "not_signed_up"
    if tag.part == "title":
        return event.title, ""
    if tag.part == "when":
        return _moment(event, contact), ""
    if reason := _OVER.get(Event.State(event.state)):
        return "", reason
    if tag.part == "registration_link":
        return event.registration_url, "" if event.registration_url else "no_registration_page"
    if can(event.product, Ability.REGISTER):
        link = links_of(registrant).join
        return link, "" if link else "not_signed_up"
    link = join_link_for_everybody(event)
    return link, "" if link else "no_join_link"


def _moment(event: Event, contact: Contact) -> str:
    """Write when an event starts, as the clock shows it where the person is, or else where the organizer is."""
    if event.starts_at is None:
        return ""
    for name in (contact.time_zone, event.time_zone, "UTC"):
        try:
            local = event.starts_at.astimezone(zoneinfo.ZoneInfo(name))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            continue
        return f"{format_date(local, _MOMENT)} ({name.replace('_', ' ')})"
    raise AssertionError("UTC is a time zone")


def list_organizers(event: Event) -> set[str]:
    """Return the addresses of those who may start an event. One query."""
    helpers = event.team.filter(role=TeamMember.Role.CO_ORGANIZER).values_list("email", flat=True)
    return {one.lower() for one in (event.connection.organizer_email, *helpers) if one}


def _let_start(
    resolved: Resolved,
    tags: Collection[Tag],
    key: str,
    addresses: Mapping[str, int],
    people: Mapping[int, Contact],
    allows_host_links: bool,
) -> None:
    event = find_event(START, key)
    reason = "event_unknown" if event is None else _OVER.get(Event.State(event.state), "")
    if event is None or reason:
        resolved.missing |= dict.fromkeys(people, reason)
        return
    organizers = list_organizers(event)
    may_start = {pk for email, pk in addresses.items() if email in organizers}
    own = f"{settings.PUBLIC_URL}{reverse('start_event', args=[event.pk])}"
    for pk in people:
        if pk in may_start or allows_host_links:
            link = start_link_for_anybody(event) if allows_host_links else own
            resolved.values[pk] |= dict.fromkeys(tags, link)
        else:
            resolved.missing.setdefault(pk, "no_organizer")
