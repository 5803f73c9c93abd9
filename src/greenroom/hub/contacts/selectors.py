"""Fetching contacts."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from greenroom.hub.contacts.models import (
    Channel,
    Consent,
    ConsentRecord,
    Contact,
    ContactAddress,
    ContactTag,
    ContactWord,
    CustomField,
    FieldValue,
    Import,
    Merge,
    Participation,
    Purpose,
    Tag,
)
from greenroom.hub.contacts.words import tag_key, words_of
from greenroom.hub.events.models import Registrant
from greenroom.hub.ledger.models import Fact
from greenroom.hub.users.models import User

_LAST = chr(0x10FFFF)
_LOOKED_AT = 1000
_SAMPLES = 3


def list_contacts(*, text: str = "", tag: str = "") -> QuerySet[Contact]:
    """
    Return contacts, the latest first.

    Args:
        text: each word of it begins a word of their name, address or organization.
        tag: they have it, in whatever case it is written.
    """
    contacts = Contact.objects.order_by("-pk")
    for word in words_of(text):
        contacts = contacts.filter(_has_word(word))
    return contacts.filter(has_tag(tag)) if tag else contacts


def _has_word(word: str) -> Q:
    """
    Return the condition on contacts that a word of theirs begins so. One short query.

    Few contacts are named outright; of many the latest soon come up when contacts are gone through. Databases do not
    always tell the two apart, and take the wrong way through a million.
    """
    begins = ContactWord.objects.filter(word__gte=word, word__lt=word + _LAST)
    some = set(begins.values_list("contact_id", flat=True)[:_LOOKED_AT])
    return Q(pk__in=some) if len(some) < _LOOKED_AT else Q(Exists(begins.filter(contact=OuterRef("pk"))))


def list_tags(*, most: int) -> list[tuple[str, int]]:
    """Return the tags that most contacts have, each with how many that are. One query."""
    counted = Tag.objects.annotate(size=Count("tagged")).order_by("-size", "key")
    return [(name, size) for name, size in counted.values_list("name", "size")[:most]]


def has_tag(name: str) -> Q:
    """Return the condition on contacts that they have a tag."""
    return Q(Exists(ContactTag.objects.filter(contact=OuterRef("pk"), tag__key=tag_key(name))))


def list_fields() -> QuerySet[CustomField]:
    """Return the custom fields by label."""
    return CustomField.objects.all()


def list_values(*, contact: Contact) -> QuerySet[FieldValue]:
    """Return what a contact has in custom fields, by label. One query."""
    return contact.field_values.select_related("field").order_by("field__label", "field_id")


def list_participations(*, contact: Contact) -> QuerySet[Participation]:
    """Return what a contact has to do with events, the latest event first. One query."""
    return contact.participations.select_related("event").order_by("-event__starts_at", "-pk")


def list_facts_of(*, contact: Contact) -> QuerySet[Fact]:
    """Return everything that happened to a contact, under whatever address, the latest first."""
    emails = contact.addresses.values("email")
    signed_up = Registrant.objects.filter(email__in=emails).values("pk")
    merged = list(contact.merges.filter(undone_at=None).values_list("other_id", flat=True))
    signs_in = User.objects.filter(email__in=emails).values("pk")
    about = (
        Q(contact_id__in=[contact.pk, *merged])
        | Q(user_id__in=signs_in, registrant_id=None)
        | Q(registrant_id__in=signed_up)
        | Q(registrant_id=None, email__in=emails)
    )
    return Fact.objects.filter(about).order_by("-happened_at", "-pk")


def may_be_mailed(purpose_id: int | None = None) -> Q:
    """
    Return the condition on contacts that they may be sent mail: for a purpose they consented to it.

    Without a purpose it is a service message, about what the person signed up for: that needs no consent. In both
    cases there is an address, and nobody has to leave this person alone. One condition of one statement.
    """
    reachable = Q(do_not_contact_at=None) & ~Q(email="")
    return reachable & has_consent(Consent.State.GRANTED, purpose_id) if purpose_id else reachable


def has_consent(state: str, purpose_id: int, channel: str = Channel.EMAIL) -> Q:
    """Return the condition on contacts that they stand so with a purpose; who never said anything is service only."""
    rows = Consent.objects.filter(contact=OuterRef("pk"), purpose=purpose_id, channel=channel)
    if state == Consent.State.SERVICE_ONLY:
        return ~Q(Exists(rows.exclude(state=state)))
    return Q(Exists(rows.filter(state=state)))


def list_mailable(*, purpose: Purpose | None = None) -> QuerySet[Contact]:
    """Return the contacts who may be sent mail for a purpose, or a service message; see `may_be_mailed`."""
    return Contact.objects.filter(may_be_mailed(purpose.pk if purpose else None))


def list_purposes() -> QuerySet[Purpose]:
    """Return what people may be written to for, by name."""
    return Purpose.objects.all()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a contact stands with a purpose by one channel."""

    purpose: Purpose
    channel: Channel
    state: Consent.State
    changed_at: datetime | None


def list_standings(*, contact: Contact) -> list[Standing]:
    """Return how a contact stands with every purpose by mail, and by other channels where they said so. Two queries."""
    said = {(one.purpose_id, Channel(one.channel)): one for one in contact.consents.all()}
    return [
        _standing(purpose, channel, said.get((purpose.pk, channel)))
        for purpose in list_purposes()
        for channel in Channel
        if channel == Channel.EMAIL or (purpose.pk, channel) in said
    ]


def _standing(purpose: Purpose, channel: Channel, said: Consent | None) -> Standing:
    if said is None:
        return Standing(purpose, channel, Consent.State.SERVICE_ONLY, None)
    return Standing(purpose, channel, Consent.State(said.state), said.changed_at)


def list_consent_records(*, contact: Contact) -> QuerySet[ConsentRecord]:
    """Return the evidence of what a contact agreed to and took back, the latest first. One query."""
    return contact.consent_records.select_related("purpose", "actor")


def list_alike(*, contact: Contact) -> QuerySet[Contact]:
    """Return other contacts who are probably the same person: their mailbox has the same name. One query."""
    keys = contact.addresses.exclude(alias_key="").values("alias_key")
    owners = ContactAddress.objects.filter(alias_key__in=keys).values("contact")
    return Contact.objects.filter(pk__in=owners).exclude(pk=contact.pk).order_by("pk")


def list_doubtful() -> QuerySet[Contact]:
    """Return contacts who have others alike who came before them; see `list_alike`. One query."""
    earlier = ContactAddress.objects.filter(alias_key=OuterRef("alias_key"), contact__lt=OuterRef("contact"))
    later = ContactAddress.objects.filter(Exists(earlier)).exclude(alias_key="")
    return Contact.objects.filter(pk__in=later.values("contact")).order_by("pk")


def list_merges(*, contact: Contact) -> QuerySet[Merge]:
    """Return who was merged into a contact and still is, the latest first. One query."""
    return contact.merges.filter(undone_at=None).select_related("merged_by").defer("snapshot")


def find_current(contact_ids: Collection[int]) -> dict[int, int]:
    """Return under which id those contacts are now that were merged into others. One query."""
    rows = Merge.objects.filter(other_id__in=contact_ids, undone_at=None).values_list("other_id", "kept_id")
    return dict(rows)


def list_imports() -> QuerySet[Import]:
    """Return the files of contacts that were brought, the latest first."""
    return Import.objects.all()


def list_samples(*, source: Import) -> list[str]:
    """Return the first values of each column of a file, by which people know what it holds. One query."""
    part = source.parts.first()
    rows = [cells for _, cells, _ in json.loads(part.rows)] if part else []
    samples = []
    for number in range(len(source.columns)):
        there = (cells[number].strip() for cells in rows if number < len(cells))
        samples.append(", ".join(dict.fromkeys(islice(filter(None, there), _SAMPLES))))
    return samples
