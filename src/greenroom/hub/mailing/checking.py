"""Proving before it is sent that an e-mail can be filled in for everybody it is for."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from greenroom.hub.contacts.models import Contact, ContactAddress, CustomField, Participation
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import can, get_product
from greenroom.hub.events.products.base import Ability
from greenroom.hub.events.services.joining import join_link_for_everybody
from greenroom.hub.mailing.models import Broadcast, Email, EmailVersion
from greenroom.hub.mailing.resolving import NamedEvents, find_event, find_events, list_organizers
from greenroom.hub.mailing.tags import START, Tag, ask_for_event, check_tags, list_tags
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.rules import read_rules

_NAMED = 3
_CLOSED = {
    Event.State.CANCELLED: "was cancelled",
    Event.State.MISSING: "is not found at GoTo at the moment",
    Event.State.ENDED: "is over",
}


class Known(NamedTuple):
    """What merge tags may name: events, and the keys of custom fields."""

    events: NamedEvents
    fields: Collection[str]


def look_up(versions: Iterable[EmailVersion]) -> Known:
    """Look up what the merge tags of e-mails name. Two queries at most, however many there are."""
    tags = [tag for version in versions for text in _texts(version) for tag in list_tags(text)]
    is_custom = any(tag.field for tag in tags)
    return Known(find_events(tags), set(CustomField.objects.values_list("key", flat=True)) if is_custom else set())


def _texts(version: EmailVersion) -> tuple[str, str, str]:
    return version.subject, version.preheader, version.body


def check_draft(version: EmailVersion, *, known: Known | None = None) -> None:
    """
    Refuse merge tags that stand for nothing, whoever is addressed and whatever the e-mail will be about.

    Args:
        known: what its tags name, where it was looked up before.

    Raises:
        InvalidInputError: `errors["tags"]` says which, and what to do.
    """
    known = known or look_up([version])
    for text in _texts(version):
        check_tags(text, fields=known.fields)
    for tag in list_event_tags(version):
        if tag.event and (problem := _problem_of_event(tag, known.events.get((tag.product, tag.event)))):
            raise _refused(problem)


def check_version(version: EmailVersion, *, about: Event | None = None, known: Known | None = None) -> None:
    """
    Refuse merge tags that stand for nothing, whoever is addressed.

    Args:
        about: the event of tags that name none.
        known: what its tags name, where it was looked up before.

    Raises:
        InvalidInputError: `errors["tags"]` says which, and what to do.
    """
    check_draft(version, known=known)
    for tag in list_event_tags(version):
        if not tag.event and (problem := _problem_of_what_it_is_about(tag, about) if about else ask_for_event(tag)):
            raise _refused(problem)


def find_event_about(version: EmailVersion, segment: Segment, *, at: datetime) -> Event | None:
    """
    Return the event that merge tags are about which name none, in an e-mail to a segment. Two queries at most.

    It is the one that everybody is signed up for by the rules of the segment, if it is not over at that moment and all
    such tags can lead to it. Without one, they lead to what each person is signed up for next.
    """
    pk = read_rules(segment.rules).find_event()
    event = Event.objects.select_related("connection").filter(pk=pk).first() if pk else None
    if event is None or (event.ends_at and event.ends_at <= at):
        return None
    products = {tag.product for tag in list_event_tags(version) if not tag.event}
    return event if products <= {START, event.product} else None


def check_segment(version: EmailVersion, segment: Segment) -> None:
    """
    Refuse merge tags that stand for nothing for somebody in a segment. A few queries for each tag.

    Raises:
        InvalidInputError: `errors["tags"]` says which tag, for whom, and what to do.
    """
    about = find_event_about(version, segment, at=clock.now())
    check_version(version, about=about)
    members = Contact.objects.filter(memberships__segment=segment, memberships__is_in=True).exclude(email="")
    for tag in list_event_tags(version):
        event = find_event(tag.product, tag.event) if tag.event else about
        if problem := _problem_of_people(tag, event, members, version, segment):
            raise _refused(problem)


def _refused(problem: str) -> InvalidInputError:
    return InvalidInputError(problem, {"tags": problem})


def find_lost_tags(versions: Collection[EmailVersion]) -> dict[int, list[Tag]]:
    """
    Return the merge tags whose custom field or event is no longer here, each once, by the e-mails that have any.

    Two queries at most, however many e-mails there are.
    """
    known = look_up(versions)
    lost = {one.email_id: [tag for tag in _list_named(one) if _is_lost(tag, known)] for one in versions}
    return {email: tags for email, tags in lost.items() if tags}


def _list_named(version: EmailVersion) -> Iterable[Tag]:
    return dict.fromkeys(tag for text in _texts(version) for tag in list_tags(text) if tag.field or tag.event)


def _is_lost(tag: Tag, known: Known) -> bool:
    return tag.field not in known.fields if tag.field else (tag.product, tag.event) not in known.events


def list_emails_naming(*, field: CustomField) -> list[Email]:
    """Return the e-mails that name a custom field in what they say now, or in what is yet to be sent. One query."""
    tag = f"{{contact.{field.key}"
    written = Q(subject__contains=tag) | Q(preheader__contains=tag) | Q(body__contains=tag)
    planned = Broadcast.objects.filter(version=OuterRef("pk"), state=Broadcast.State.PLANNED)
    is_current = Q(email__version=F("pk"), email__archived_at=None) | Exists(planned)
    versions = EmailVersion.objects.filter(written, is_current).select_related("email").order_by("email__name")
    # The key of another field may begin alike.
    naming = [one for one in versions if any(tag.field == field.key for text in _texts(one) for tag in list_tags(text))]
    return list(dict.fromkeys(one.email for one in naming))


def list_event_tags(version: EmailVersion) -> Iterable[Tag]:
    """Return the merge tags of an e-mail that are about events, each once."""
    return dict.fromkeys(tag for text in _texts(version) for tag in list_tags(text) if tag.product)


def _problem_of_what_it_is_about(tag: Tag, event: Event) -> str:
    if tag.product not in (START, event.product):
        return f"{tag} cannot lead to “{event.title}”. Write {{{event.product}_{tag.part}}}, or name an event in it."
    return _problem_of_event(tag, event)


def _problem_of_event(tag: Tag, event: Event | None) -> str:
    if event is None:
        what = "event" if tag.product == START else get_product(tag.product).words.one.lower()
        return f"{tag}: there is no {what} with this key or number. Copy it from the page of the event."
    if not tag.is_way_in:
        return ""
    if event.state in _CLOSED:
        return f"{tag}: “{event.title}” {_CLOSED[Event.State(event.state)]}. Name another one."
    if tag.product == START and can(event.product, Ability.SUPPORT):
        return f"{tag}: GoTo tells how to start “{event.title}” only once, to whoever made it."
    if tag.product != START and not can(event.product, Ability.REGISTER) and not join_link_for_everybody(event):
        return f"{tag}: we have no join link of “{event.title}”. Put it into a lesson and paste its invitation there."
    return ""


def _problem_of_people(
    tag: Tag, event: Event | None, members: "QuerySet[Contact]", version: EmailVersion, segment: Segment
) -> str:
    if tag.product == START:
        assert event is not None
        return "" if version.allows_host_links else _problem_of_starters(tag, event, members, segment)
    if not can(tag.product, Ability.REGISTER) or (event and not tag.is_way_in) or tag.default:
        return ""
    signed_up = Participation.objects.filter(contact=OuterRef("pk"), is_registered=True)
    if event:
        signed_up = signed_up.filter(event=event)
    else:
        signed_up = signed_up.filter(
            event__product=tag.product, event__state__in=[Event.State.SCHEDULED, Event.State.LIVE]
        )
    without = members.filter(~Exists(signed_up))
    if not (count := without.count()):
        return ""
    place = f"“{event.title}”" if event else f"any {get_product(tag.product).words.one.lower()} that is still to come"
    return (
        f"{tag} stands for nothing for {_names(without, count)} in “{segment}”: not registered for {place}. "
        "Add the rule “registered for” to the segment, or choose another one."
    )


def _problem_of_starters(tag: Tag, event: Event, members: "QuerySet[Contact]", segment: Segment) -> str:
    theirs = ContactAddress.objects.filter(email__in=list_organizers(event)).values("contact")
    others = members.exclude(pk__in=Subquery(theirs))
    if not (count := others.count()):
        return ""
    return (
        f"{tag} would let {_names(others, count)} in “{segment}” start “{event.title}”, who do not organize it. "
        "Take it out, or tick that you want that."
    )


def _names(people: "QuerySet[Contact]", count: int) -> str:
    named = [str(one) for one in people.order_by(F("last_name"), "pk")[:_NAMED]]
    rest = f" and {count - len(named)} more" if count > len(named) else ""
    return f"{count} {'person' if count == 1 else 'people'} ({', '.join(named)}{rest})"
