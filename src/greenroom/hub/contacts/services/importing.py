"""
Taking in a file of contacts: kept in parts, mapped, checked, and then taken in part by part.

Checking does everything that taking in does, and takes it back: so it tells the truth about each row.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import IO, Any

from django.db import transaction

from greenroom.hub.contacts.addresses import normalize
from greenroom.hub.contacts.columns import guess_targets
from greenroom.hub.contacts.csv_files import look_at, read_lines
from greenroom.hub.contacts.models import (
    BadRow,
    Consent,
    ConsentRecord,
    Contact,
    ContactAddress,
    CustomField,
    FieldValue,
    Import,
    ImportPart,
    Purpose,
)
from greenroom.hub.contacts.services.consents import record_consent
from greenroom.hub.contacts.services.fields import read_value, set_values
from greenroom.hub.contacts.services.keeping import FIELDS, check_values, find_erased, follow, make_many
from greenroom.hub.contacts.services.tags import add_tags, check_tags, split_tags
from greenroom.hub.core import clock
from greenroom.hub.core.checkpoints import reached
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.jobs.registry import task
from greenroom.hub.users.models import User

KEPT_FOR = timedelta(days=30)
_PART = 500
_BAD_ROWS_KEPT = 1000

State = Import.State


def open_import(*, file: IO[bytes], name: str, actor: User, encoding: str = "") -> Import:
    """
    Keep the rows of a file, and guess from the first line where its columns go. Memory does not grow with the file.

    Raises:
        InvalidInputError: it cannot be read; `errors` has `file` or `encoding`.
    """
    how = look_at(file, encoding=encoding)
    customs = {one.label.lower(): one.target for one in CustomField.objects.all()}
    with transaction.atomic():
        opened = Import.objects.create(
            file_name=name[-200:], encoding=how.encoding, delimiter=how.delimiter, columns=how.columns,
            mapping=guess_targets(how.columns, customs), requested_by=actor, requested_at=clock.now(),
        )  # fmt: skip
        lines = ([one.number, one.cells, one.problem] for one in read_lines(file, how))
        number = 0
        while part := list(islice(lines, _PART)):
            ImportPart.objects.create(source=opened, number=number, rows=json.dumps(part, ensure_ascii=False))
            opened.rows_total += len(part)
            number += 1
        if not opened.rows_total:
            raise InvalidInputError("This file is empty.", {"file": "Choose a file with at least one row."})
        opened.save(update_fields=["rows_total"])
    return opened


def check_import(
    *,
    source: Import,
    mapping: Sequence[str],
    tags: Sequence[str] = (),
    purpose: Purpose | None = None,
    evidence: str = "",
    overwrites: bool = False,
) -> None:
    """
    Say where columns go, and have it checked in the background what would become of each row.

    Raises:
        InvalidInputError: no column holds addresses, two go to one place, or a consent has no evidence.
        StateConflictError: it is being checked or taken in.
    """
    errors = {}
    if "email" not in mapping:
        errors["mapping"] = "Say which column holds the e-mail addresses: people are told apart by them."
    used = [one for one in mapping if one and one != "tags"]
    if len(used) > len(set(used)):
        errors["mapping"] = "Two columns cannot go to the same place."
    if purpose and not evidence.strip():
        errors["evidence"] = "Say how these people agreed."
    if errors:
        raise InvalidInputError("This is not saved.", errors)
    check_tags(tags)
    with transaction.atomic():
        _advance(source, [State.NEW, State.CHECKED], State.CHECKING)
        Import.objects.filter(pk=source.pk).update(
            mapping=list(mapping), tags=list(tags), purpose=purpose, evidence=evidence.strip(), overwrites=overwrites
        )
        take_in.enqueue(import_id=source.pk, dedupe_key=f"contacts.import:{source.pk}")


def run_import(*, source: Import) -> None:
    """
    Have a file taken in, in the background.

    Raises:
        StateConflictError: it was not checked yet, or taken in already.
    """
    with transaction.atomic():
        _advance(source, [State.CHECKED], State.RUNNING)
        take_in.enqueue(import_id=source.pk, dedupe_key=f"contacts.import:{source.pk}")


def _advance(source: Import, before: Sequence[str], after: str) -> None:
    fresh = {"cursor": 0, "made": 0, "changed": 0, "unchanged": 0, "set_aside": 0}
    if not Import.objects.filter(pk=source.pk, state__in=before).update(state=after, **fresh):
        raise StateConflictError("This file is being worked on, or was taken in already. Reload the page.")
    BadRow.objects.filter(source=source).delete()


@task(queue="imports", max_attempts=5)
def take_in(import_id: int) -> None:
    """Check a file or take it in, going on where an earlier try ended."""
    source = Import.objects.select_related("purpose").filter(pk=import_id).first()
    if not source or source.state not in (State.CHECKING, State.RUNNING):
        return
    while part := source.parts.filter(number=source.cursor).first():
        _take_part(source, part)
    after = State.CHECKED if source.state == State.CHECKING else State.DONE
    Import.objects.filter(pk=source.pk, state=source.state).update(state=after, finished_at=clock.now())


@dataclass
class _Tally:
    """What became of some rows."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: list[BadRow] = field(default_factory=list)


def _take_part(source: Import, part: ImportPart) -> None:
    rows = json.loads(part.rows)
    with transaction.atomic():
        if source.state == State.CHECKING:
            tally = _try(source, rows)
        else:
            tally = _take_rows(source, rows)
        kept = BadRow.objects.filter(source=source).count()
        BadRow.objects.bulk_create(tally.bad[: max(0, _BAD_ROWS_KEPT - kept)])
        source.made += tally.made
        source.changed += tally.changed
        source.unchanged += tally.unchanged
        source.set_aside += len(tally.bad)
        source.cursor = part.number + 1
        source.save(update_fields=["made", "changed", "unchanged", "set_aside", "cursor"])
        reached("contacts.part_taken_in")


def _try(source: Import, rows: Sequence[Any]) -> _Tally:
    """Take rows in and take it back."""
    with transaction.atomic():
        tally = _take_rows(source, rows)
        transaction.set_rollback(True)
    return tally


@dataclass
class _Row:
    """What a row says of a person."""

    line: int
    email: str
    values: dict[str, str]
    customs: list[tuple[CustomField, str]]
    tags: list[str]


def _take_rows(source: Import, rows: Sequence[Any]) -> _Tally:
    """Make and change contacts; a number of statements that grows with the different tags only."""
    tally = _Tally()
    good = {row.email: row for row in _read_rows(source, rows, tally)}
    repeated = len(rows) - len(tally.bad) - len(good)
    for email in find_erased(good):
        line = good.pop(email).line
        tally.bad.append(BadRow(source=source, line=line, reason="This person was erased.", cells="[]"))
    made = make_many({email: good[email].values for email in good.keys() - _owners(good)}, source=Contact.Source.IMPORT)
    owners = _owners(good)
    new = {one.pk for one in made}
    known = Contact.objects.select_for_update().in_bulk([pk for pk in owners.values() if pk not in new])
    changed = [one for email, pk in owners.items() if (one := known.get(pk)) and _fill(one, good[email], source)]
    Contact.objects.bulk_update(changed, FIELDS)
    follow(changed)
    _label(source, {owners[email]: row for email, row in good.items()}, new)
    tally.made, tally.changed = len(made), len(changed)
    tally.unchanged = len(good) - len(made) - len(changed) + repeated
    return tally


def _owners(emails: Mapping[str, Any]) -> dict[str, int]:
    return dict(ContactAddress.objects.filter(email__in=emails).values_list("email", "contact_id"))


def _read_rows(source: Import, rows: Sequence[Any], tally: _Tally) -> Iterator[_Row]:
    customs = {one.target: one for one in CustomField.objects.all()}
    for line, cells, problem in rows:
        try:
            if problem:
                raise InvalidInputError(problem)
            yield _read_row(source, line, cells, customs)
        except InvalidInputError as error:
            reason = " ".join(error.errors.values()) or str(error)
            tally.bad.append(BadRow(source=source, line=line, reason=reason[:200], cells=json.dumps(cells)))


def _read_row(source: Import, line: int, cells: Sequence[str], customs: Mapping[str, CustomField]) -> _Row:
    mapped = [(target, cell) for target, cell in zip(source.mapping, cells, strict=False) if target]
    given = {target: cell for target, cell in mapped if target != "tags"}
    tags = [name for target, cell in mapped if target == "tags" for name in split_tags(cell)]
    email = normalize(given.get("email", ""))
    if not email:
        raise InvalidInputError("There is no e-mail address.")
    values = check_values(given)
    filled = [(customs[target], cell) for target, cell in given.items() if target in customs and cell]
    for one, cell in filled:
        _check_custom(one, cell)
    check_tags(tags)
    return _Row(line, email, values, filled, [*source.tags, *tags])


def _check_custom(one: CustomField, cell: str) -> None:
    try:
        read_value(one, cell)
    except InvalidInputError as error:
        raise InvalidInputError(f"{one.label}: {error.errors[one.key]}") from None


def _fill(contact: Contact, row: _Row, source: Import) -> bool:
    """Write into a contact what a row says, and tell whether that changed it. What a row leaves empty stays."""
    told = {name: value for name, value in row.values.items() if value and value != getattr(contact, name)}
    new = {name: value for name, value in told.items() if source.overwrites or not getattr(contact, name)}
    for name, value in new.items():
        setattr(contact, name, value)
    return bool(new)


def _label(source: Import, rows: Mapping[int, _Row], new: set[int]) -> None:
    """Write custom fields, tags and consents of contacts by id."""
    has = set() if source.overwrites else _list_filled(rows.keys() - new)
    set_values(
        values=[(pk, one, cell) for pk, row in rows.items() for one, cell in row.customs if (pk, one.pk) not in has]
    )
    tagged = defaultdict(list)
    for pk, row in rows.items():
        for name in set(row.tags):
            tagged[name].append(pk)
    for name, contacts in tagged.items():
        add_tags(contacts=contacts, names=[name], cause=f"import:{source.pk}")
    if source.purpose:
        record_consent(
            contacts=list(rows), purpose=source.purpose, state=Consent.State.GRANTED,
            source=ConsentRecord.Source.IMPORT, wording=source.evidence, actor=source.requested_by,
            details={"import": source.pk},
        )  # fmt: skip


def _list_filled(contacts: Collection[int]) -> set[tuple[int, int]]:
    return set(FieldValue.objects.filter(contact__in=contacts).values_list("contact_id", "field_id"))


def purge_imports() -> int:
    """Throw away files that were brought a month ago, and return how many; the contacts stay."""
    old = Import.objects.filter(requested_at__lt=clock.now() - KEPT_FOR)
    count = old.count()
    old.delete()
    return count
