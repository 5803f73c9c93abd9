"""Keeping people: each address belongs to one contact, whoever comes by it first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from greenroom.hub.contacts.addresses import alias_key, digest, is_address, normalize
from greenroom.hub.contacts.following import touch
from greenroom.hub.contacts.models import Contact, ContactAddress, ContactWord, Suppression
from greenroom.hub.contacts.words import words_of
from greenroom.hub.core import clock
from greenroom.hub.core.bulk import in_batches
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.texts import storable
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append

FIELDS = ("first_name", "last_name", "organization", "job_title", "phone", "city", "country", "time_zone")
# Words are looked for in these; the address is one of them.
_SEARCHED = ("email", "first_name", "last_name", "organization")
_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a door tells of them; whatever is empty is not known."""

    email: str
    first_name: str = ""
    last_name: str = ""


def keep_people(people: Iterable[Person], *, source: str) -> int:
    """
    Make a contact of everybody whose address is not known yet, and return how many that were.

    Those known keep their names: what a person told us counts more than what a list says. A constant number of
    statements for each thousand people; somebody whom another process makes at the same time is made once.
    """
    named = {email: one for one in people if is_address(email := normalize(one.email))}
    made = 0
    for emails in in_batches(named):
        with transaction.atomic():
            known = set(ContactAddress.objects.filter(email__in=emails).values_list("email", flat=True))
            new = {email: _named(named[email]) for email in emails if email not in known}
            made += len(make_many(new, source=source))
    return made


def _named(one: Person) -> dict[str, str]:
    return {name: storable(getattr(one, name), _NAME_LENGTH) for name in ("first_name", "last_name")}


def make_many(people: Mapping[str, Mapping[str, str]], *, source: str) -> list[Contact]:
    """
    Make contacts of people whose addresses are not known, in the caller's transaction; values that fit, by address.

    Whom another process makes at the same time are not among those returned, nor those who were erased.
    """
    erased = find_erased(people)
    people = {email: values for email, values in people.items() if email not in erased}
    if not people:
        return []
    now = clock.now()
    contacts = Contact.objects.bulk_create(
        Contact(email=email, source=source, created_at=now, **values) for email, values in people.items()
    )
    # In the order of the addresses, so that two who make the same people do not wait for each other in a circle.
    addresses = sorted((one.email, one.pk) for one in contacts)
    ContactAddress.objects.bulk_create(
        [ContactAddress(email=email, contact_id=pk, alias_key=alias_key(email)) for email, pk in addresses],
        ignore_conflicts=True,
    )
    # Whom somebody else has made in the meantime, they have made.
    Contact.objects.filter(pk__in=[one.pk for one in contacts], addresses=None).delete()
    there = set(ContactAddress.objects.filter(contact__in=contacts).values_list("contact_id", flat=True))
    kept = [one for one in contacts if one.pk in there]
    follow(kept)
    _tell(kept)
    return kept


def _tell(made: Sequence[Contact]) -> None:
    """Append the facts that people are known now."""
    append(
        NewFact(
            kind=Fact.Kind.CONTACT_CREATED,
            happened_at=one.created_at,
            dedupe_key=f"contact_created:{one.pk}",
            contact_id=one.pk,
            data={"source": one.source},
        )
        for one in made
    )


def find_erased(emails: Iterable[str]) -> set[str]:
    """Return those of some addresses whose people were erased. One query."""
    digests = {digest(email): email for email in emails}
    found = Suppression.objects.filter(digest__in=digests).values_list("digest", flat=True)
    return {digests[one] for one in found}


def make_contact(*, source: str, **given: str) -> Contact:
    """
    Add one person.

    Raises:
        InvalidInputError: the address is none, or belongs to somebody already; or there is neither address nor name.
    """
    email, values = normalize(given.get("email", "")), check_values(given)
    if not email and not (values["first_name"] or values["last_name"]):
        raise InvalidInputError("Nobody was added.", {"email": "Give an address, or at least a name."})
    with transaction.atomic():
        _refuse_taken(email, owner=None)
        if source == Contact.Source.FORM:
            Suppression.objects.filter(digest=digest(email)).delete()
        elif find_erased([email]):
            raise InvalidInputError("Nobody was added.", {"email": "This person was erased. A form brings them back."})
        contact = Contact.objects.create(email=email, source=source, created_at=clock.now(), **values)
        if email:
            ContactAddress.objects.create(contact=contact, email=email, alias_key=alias_key(email))
        follow([contact])
        _tell([contact])
    return contact


def change_contact(*, contact: Contact, **given: str) -> Contact:
    """
    Change what is known of a person. A new address becomes the primary one; the old one stays theirs.

    Raises:
        InvalidInputError: the address is none, or belongs to somebody else.
    """
    email, values = normalize(given.get("email", contact.email)), check_values(given)
    with transaction.atomic():
        contact = Contact.objects.select_for_update().get(pk=contact.pk)
        _refuse_taken(email, owner=contact)
        for name, value in {**values, "email": email}.items():
            setattr(contact, name, value)
        contact.save()
        if email:
            ContactAddress.objects.get_or_create(
                email=email, defaults={"contact": contact, "alias_key": alias_key(email)}
            )
        follow([contact])
    return contact


def check_values(given: Mapping[str, str]) -> dict[str, str]:
    """
    Return the fields of a contact as they are kept, those that were not given empty.

    Raises:
        InvalidInputError: the address is none, or something is too long.
    """
    if (email := normalize(given.get("email", ""))) and not is_address(email):
        raise InvalidInputError("This is not saved.", {"email": "Give a whole address, like ada@example.com."})
    values, errors = {}, {}
    for name in FIELDS:
        values[name] = storable(given.get(name, "").strip())
        length = Contact._meta.get_field(name).max_length or _NAME_LENGTH  # type: ignore[union-attr]
        if len(values[name]) > length:
            errors[name] = f"Give {length} characters at most."
    if errors:
        raise InvalidInputError("This is not saved.", errors)
    return values


def _refuse_taken(email: str, *, owner: Contact | None) -> None:
    taken = (
        ContactAddress.objects.filter(email=email).exclude(contact=owner) if email else ContactAddress.objects.none()
    )
    if taken.exists():
        raise InvalidInputError("This is not saved.", {"email": "Somebody else has this address already."})


def follow(contacts: Sequence[Contact]) -> None:
    """Have people found by what is known of them now, and tell that they have changed. Three statements."""
    touch([one.pk for one in contacts])
    ContactWord.objects.filter(contact__in=contacts).delete()
    rows: list[Any] = [
        ContactWord(contact=one, word=word)
        for one in contacts
        for word in words_of(*(getattr(one, name) for name in _SEARCHED))
    ]
    ContactWord.objects.bulk_create(rows, batch_size=5000)
