"""Marking contacts with tags."""

from collections.abc import Collection

from django.db import transaction

from greenroom.hub.contacts.following import touch
from greenroom.hub.contacts.models import Contact, ContactTag, Tag
from greenroom.hub.contacts.words import tag_key
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.texts import storable

_LENGTH = 64


def add_tags(*, contacts: Collection[int], names: Collection[str]) -> None:
    """
    Give tags to contacts; tags that are not there yet are made.

    May be repeated. A constant number of statements for up to a thousand contacts.

    Raises:
        InvalidInputError: a name is empty or too long.
    """
    wanted = _by_key(names)
    now = clock.now()
    with transaction.atomic():
        Tag.objects.bulk_create([Tag(key=key, name=wanted[key]) for key in sorted(wanted)], ignore_conflicts=True)
        tags = list(Tag.objects.filter(key__in=wanted).values_list("pk", flat=True))
        present = list(Contact.objects.filter(pk__in=contacts).order_by("pk").values_list("pk", flat=True))
        rows = [ContactTag(contact_id=pk, tag_id=tag, added_at=now) for pk in present for tag in tags]
        ContactTag.objects.bulk_create(rows, ignore_conflicts=True)
        touch(present)


def remove_tags(*, contacts: Collection[int], names: Collection[str]) -> None:
    """
    Take tags from contacts; a tag that nobody has any more is gone.

    Raises:
        InvalidInputError: a name is empty or too long.
    """
    with transaction.atomic():
        tags = Tag.objects.filter(key__in=_by_key(names))
        ContactTag.objects.filter(contact__in=contacts, tag__in=tags).delete()
        tags.filter(tagged=None).delete()
        touch(list(Contact.objects.filter(pk__in=contacts).values_list("pk", flat=True)))


def check_tags(names: Collection[str]) -> None:
    """Raise `InvalidInputError` if a name of a tag is empty or too long."""
    _by_key(names)


def split_tags(text: str) -> list[str]:
    """Return the names in a text that separates them by commas."""
    return [name for one in text.split(",") if (name := " ".join(one.split()))]


def _by_key(names: Collection[str]) -> dict[str, str]:
    found = {tag_key(name): " ".join(storable(name).split()) for name in names}
    if not all(0 < len(key) <= _LENGTH for key in found):
        raise InvalidInputError("These tags will not do.", {"tags": f"Give each tag 1 to {_LENGTH} characters."})
    return found
