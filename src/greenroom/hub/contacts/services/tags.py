"""Marking contacts with tags."""

from collections.abc import Collection

from django.db import transaction

from greenroom.hub.contacts.following import touch
from greenroom.hub.contacts.models import Contact, ContactTag, Tag
from greenroom.hub.contacts.words import tag_key
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.texts import storable
from greenroom.hub.ledger import services as ledger
from greenroom.hub.ledger.models import Fact

_LENGTH = 64


def add_tags(*, contacts: Collection[int], names: Collection[str], cause: str = "") -> None:
    """
    Give tags to contacts; tags that are not there yet are made.

    May be repeated. A constant number of statements for up to a thousand contacts.

    Args:
        cause: who or what gives them, such as `person:7`, for the timeline.

    Raises:
        InvalidInputError: a name is empty or too long.
    """
    wanted = _by_key(names)
    now = clock.now()
    with transaction.atomic():
        Tag.objects.bulk_create([Tag(key=key, name=wanted[key]) for key in sorted(wanted)], ignore_conflicts=True)
        tags = list(Tag.objects.filter(key__in=wanted))
        present = Contact.objects.filter(pk__in=contacts).order_by("pk").select_for_update(no_key=True)
        places = [(pk, tag) for pk in present.values_list("pk", flat=True) for tag in tags]
        has = set(ContactTag.objects.filter(contact__in=contacts, tag__in=tags).values_list("contact_id", "tag_id"))
        new = ContactTag.objects.bulk_create(
            ContactTag(contact_id=pk, tag=tag, added_at=now) for pk, tag in places if (pk, tag.pk) not in has
        )
        tell_tags(Fact.Kind.TAG_ADDED, new, cause)


def remove_tags(*, contacts: Collection[int], names: Collection[str], cause: str = "") -> None:
    """
    Take tags from contacts; a tag that nobody has any more is gone.

    Args:
        cause: as in `add_tags`.

    Raises:
        InvalidInputError: a name is empty or too long.
    """
    with transaction.atomic():
        tags = Tag.objects.filter(key__in=_by_key(names))
        taken = ContactTag.objects.filter(contact__in=contacts, tag__in=tags).order_by("contact_id")
        rows = list(taken.select_for_update(of=("self",)).select_related("tag"))
        ContactTag.objects.filter(pk__in=[one.pk for one in rows]).delete()
        tags.filter(tagged=None).delete()
        tell_tags(Fact.Kind.TAG_REMOVED, rows, cause)


def tell_tags(kind: str, rows: Collection[ContactTag], cause: str) -> None:
    """Append that contacts have these tags from now on, or have them no more, and have the followers told."""
    now = clock.now()
    ledger.append(
        ledger.NewFact(
            kind=kind,
            happened_at=now,
            # A row comes to another contact, and back, when two are merged.
            dedupe_key=f"{kind}:{one.pk}:{cause}",
            contact_id=one.contact_id,
            data={"tag": one.tag.name, "cause": cause},
        )
        for one in rows
    )
    touch(list(dict.fromkeys(one.contact_id for one in rows)))


def check_tags(names: Collection[str]) -> None:
    """Raise `InvalidInputError` if a name of a tag is empty or too long."""
    _by_key(names)


def split_tags(text: str) -> list[str]:
    """Return the names in a text that separates them by commas; some programs write each in quotes."""
    return [name for one in text.split(",") if (name := " ".join(one.strip(' "').split()))]


def _by_key(names: Collection[str]) -> dict[str, str]:
    found = {tag_key(name): " ".join(storable(name).split()) for name in names}
    if not all(0 < len(key) <= _LENGTH for key in found):
        raise InvalidInputError("These tags will not do.", {"tags": f"Give each tag 1 to {_LENGTH} characters."})
    return found
