"""Making segments, and keeping who is in them true."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction

from greenroom.hub.contacts.following import around_merge, before_merge, follower, take_touched
from greenroom.hub.contacts.keepers import DataSubject, tells
from greenroom.hub.contacts.models import Contact
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.jobs.registry import task
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.segments.models import Member, Segment
from greenroom.hub.segments.rules import Rule, find_contacts, read_rules
from greenroom.hub.users.models import User

NAME_LENGTH = 200
# Contacts whose change is followed in one transaction.
_AT_ONCE = 500
_SEGMENTS_AT_ONCE = 50

_AMONG = "SELECT {segment}, found.id FROM ({select}) found WHERE found.id IN (SELECT id FROM asked)"
_COME_IN = """
    INSERT INTO segments_member (segment_id, contact_id, is_found, decided, is_in, changed_at)
    SELECT %s, id, %s, '', %s, %s FROM segment_found WHERE true
    ON CONFLICT (segment_id, contact_id) DO UPDATE SET
        is_found = excluded.is_found,
        changed_at = CASE WHEN segments_member.decided = '' THEN excluded.changed_at
                          ELSE segments_member.changed_at END,
        is_in = segments_member.decided <> 'out'
    WHERE NOT segments_member.is_found
"""
_NOT_FOUND = "segment_id = %s AND is_found AND contact_id NOT IN (SELECT id FROM segment_found)"
_STAY_BY_HAND = f"UPDATE segments_member SET is_found = %s WHERE {_NOT_FOUND} AND decided <> ''"  # noqa: S608
_GO_OUT = f"DELETE FROM segments_member WHERE {_NOT_FOUND} AND decided = ''"  # noqa: S608


def save_segment(*, segment: Segment | None = None, name: str, rules: Any, actor: User) -> Segment:
    """
    Make a segment or change it, and have its members found in the background.

    Raises:
        InvalidInputError: the name is missing, too long or taken; the rules cannot be read, name a segment that is
            not there, or lead back to this one.
    """
    name, tree = name.strip(), read_rules(rules)
    others = Segment.objects.exclude(pk=segment.pk) if segment else Segment.objects.all()
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidInputError("This is not saved.", {"name": f"Give a name, {NAME_LENGTH} characters at most."})
    if others.filter(name=name).exists():
        raise InvalidInputError("This is not saved.", {"name": "Another segment has this name."})
    with transaction.atomic():
        # One at a time: two that are saved at the same moment could come to need each other.
        needed = {pk: read_rules(one).list_needed() for pk, one in _lock_all().items()}
        _refuse_circle(segment.pk if segment else None, tree.list_needed(), needed)
        if segment is None:
            segment = Segment(created_by=actor, created_at=clock.now())
        segment.name, segment.rules, segment.rebuilt_at = name, rules, None
        segment.save()
        rebuild_segment.enqueue(segment_id=segment.pk, dedupe_key=f"segments.rebuild:{segment.pk}")
    return segment


def delete_segment(*, segment: Segment) -> None:
    """
    Delete a segment; its contacts stay.

    Raises:
        StateConflictError: other segments ask for it; the sentence names them.
    """
    with transaction.atomic():
        needing = [pk for pk, rules in _lock_all().items() if segment.pk in read_rules(rules).list_needed()]
        if needing:
            names = ", ".join(f"“{one}”" for one in Segment.objects.filter(pk__in=needing))
            raise StateConflictError(f"The rules of {names} ask for this segment. Take it out of them first.")
        segment.delete()


def _lock_all() -> dict[int, Any]:
    return dict(Segment.objects.order_by("pk").select_for_update().values_list("pk", "rules"))


def _refuse_circle(pk: int | None, wanted: set[int], needed: Mapping[int, set[int]]) -> None:
    # Each segment that is asked for, however far off, with the one that asks for it.
    asked_by: dict[int, int | None] = dict.fromkeys(wanted)
    waiting = list(wanted)
    while waiting:
        one = waiting.pop()
        if one == pk:
            path = _tell_path(one, asked_by)
            raise InvalidInputError("This is not saved.", {"rules": f"A segment cannot ask for itself: {path}."})
        if one not in needed:
            raise InvalidInputError("This is not saved.", {"rules": "There is no segment with this id any more."})
        further = needed[one] - asked_by.keys()
        asked_by |= dict.fromkeys(further, one)
        waiting += further


def _tell_path(pk: int, asked_by: Mapping[int, int | None]) -> str:
    """Name the segments through which one asks for itself."""
    path = [pk]
    while (before := asked_by[path[-1]]) is not None:
        path.append(before)
    names = dict(Segment.objects.filter(pk__in=path).values_list("pk", "name"))
    return " asks for ".join(f"“{names[one]}”" for one in [pk, *path[::-1]])


def in_levels(segments: Iterable[Segment]) -> list[list[tuple[Segment, Rule]]]:
    """Return segments with their rules, those that ask for others in a later list than these."""
    waiting = {one.pk: (one, read_rules(one.rules)) for one in segments}
    levels: list[list[tuple[Segment, Rule]]] = []
    while waiting:
        ready = [pk for pk, (_, rule) in waiting.items() if not rule.list_needed() & waiting.keys()]
        # What leads in a circle is refused when it is saved.
        levels.append([waiting.pop(pk) for pk in ready])
    return levels


@task()
def rebuild_segment(*, segment_id: int) -> None:
    """
    Find all members of a segment anew, and of those that ask for it.

    Nothing is told of it: somebody has changed the rules, and nothing has happened to the contacts.
    """
    with transaction.atomic():
        if not (segment := Segment.objects.select_for_update().filter(pk=segment_id).first()):
            return
        _apply(segment, read_rules(segment.rules))
        Segment.objects.filter(pk=segment_id).update(rebuilt_at=clock.now())
        for other in Segment.objects.exclude(pk=segment_id):
            if segment_id in read_rules(other.rules).list_needed():
                rebuild_segment.enqueue(segment_id=other.pk, dedupe_key=f"segments.rebuild:{other.pk}")


@follower
@task(priority=3)
def follow_contacts() -> None:
    """Look again at contacts that have changed, in all segments."""
    while True:
        with transaction.atomic():
            if not (touched := take_touched(_AT_ONCE)):
                return
            for level in in_levels(Segment.objects.order_by("pk").select_for_update()):
                for start in range(0, len(level), _SEGMENTS_AT_ONCE):
                    _look_again(level[start : start + _SEGMENTS_AT_ONCE], touched)


def _look_again(segments: Sequence[tuple[Segment, Rule]], touched: Collection[int]) -> None:
    """Ask of all these contacts at once in which of these segments they are; two statements if nothing is new."""
    found = _find_among(segments, touched)
    ids = [segment.pk for segment, _ in segments]
    members = Member.objects.filter(segment__in=ids, contact__in=touched)
    known = {(one.segment_id, one.contact_id): one for one in members}
    now, come = clock.now(), sorted(found - known.keys())
    Member.objects.bulk_create(
        Member(segment_id=segment, contact_id=contact, is_found=True, is_in=True, changed_at=now)
        for segment, contact in come
    )
    changed = [one for place, one in known.items() if one.is_found != (place in found)]
    # Without a decision by hand there is a row only as long as the rules find somebody.
    by_hand = {one.pk for one in changed if one.decided}
    Member.objects.filter(pk__in=[one.pk for one in changed if one.pk not in by_hand]).delete()
    for is_found in (True, False):
        turned = [one.pk for one in changed if one.pk in by_hand and one.is_found != is_found]
        Member.objects.filter(pk__in=turned).update(is_found=is_found)
    _tell(Fact.Kind.SEGMENT_ENTERED, come, now)
    _tell(Fact.Kind.SEGMENT_LEFT, [(one.segment_id, one.contact_id) for one in changed if not one.decided], now)


def _tell(kind: str, moves: Iterable[tuple[int, int]], at: datetime) -> None:
    """Append the facts that contacts have come into segments, or are no longer in them."""
    append(
        NewFact(
            kind=kind,
            happened_at=at,
            dedupe_key=f"{kind}:{segment}:{contact}:{at.isoformat()}",
            contact_id=contact,
            data={"segment_id": segment},
        )
        for segment, contact in moves
    )


def _find_among(segments: Sequence[tuple[Segment, Rule]], contacts: Collection[int]) -> set[tuple[int, int]]:
    """Return each segment with each of these contacts whom its rules find. One statement."""
    asked, params = [], [*contacts]
    for segment, rule in segments:
        select, given = _compile(msgspec.json.encode(rule))
        asked.append(_AMONG.format(segment=segment.pk, select=select))
        params += given
    values = ", ".join(["(%s)"] * len(contacts))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH asked(id) AS (VALUES {values}) {' UNION ALL '.join(asked)}", params)
        return set(cursor.fetchall())


@lru_cache(maxsize=2048)
def _compile(rules: bytes) -> tuple[str, tuple[Any, ...]]:
    """Return the statement that finds a rule's contacts: Django writes it in more time than a database answers it."""
    try:
        found = find_contacts(msgspec.json.decode(rules, type=Rule))
        return found.values("id").order_by().query.sql_with_params()
    except EmptyResultSet:  # the rules can find nobody
        return "SELECT id FROM contacts_contact WHERE 1 = 0", ()


def _apply(segment: Segment, rule: Rule) -> None:
    """Let those in whom the rules find and those out whom they find no more; five statements whatever their number."""
    select, params = _compile(msgspec.json.encode(rule))
    now = connection.ops.adapt_datetimefield_value(clock.now())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE segment_found AS {select}", params)
        cursor.execute(_COME_IN, [segment.pk, True, True, now])
        cursor.execute(_STAY_BY_HAND, [False, segment.pk])
        cursor.execute(_GO_OUT, [segment.pk])
        cursor.execute("DROP TABLE segment_found")


@before_merge
def settle_members(kept: Contact, other: Contact) -> list[Member]:
    """
    Have whoever was taken out of a segment by hand stay out when two contacts become one.

    What the rules have found of the other says nothing of the one that is kept: it is found out when they are followed.
    """
    out = Member.objects.filter(contact=other, decided=Member.Decision.OUT).values("segment")
    own = Member.objects.filter(contact=kept, segment__in=out).exclude(decided=Member.Decision.OUT)
    rows = [*own, *Member.objects.filter(contact=other, decided=Member.Decision.NONE)]
    Member.objects.filter(pk__in=[one.pk for one in rows]).delete()
    return rows


@around_merge
@contextmanager
def tell_moves_by_hand(kept: Contact) -> Iterator[None]:
    """Tell which segments a contact comes into and leaves with what was decided by hand for another."""
    before = _list_segments_with(kept)
    yield
    after = _list_segments_with(kept)
    now = clock.now()
    _tell(Fact.Kind.SEGMENT_ENTERED, [(pk, kept.pk) for pk in sorted(after - before)], now)
    _tell(Fact.Kind.SEGMENT_LEFT, [(pk, kept.pk) for pk in sorted(before - after)], now)


def _list_segments_with(contact: Contact) -> set[int]:
    return set(Member.objects.filter(contact=contact, is_in=True).values_list("segment", flat=True))


@tells("segments")
def tell_memberships(person: DataSubject) -> Any:
    """Tell in which segments somebody is, or why not."""
    rows = Member.objects.filter(contact=person.contact).order_by("pk")
    return list(rows.values("segment__name", "is_in", "decided", "changed_at"))


def decide_members(*, segment: Segment, contacts: Collection[int], decision: str) -> None:
    """Put contacts in or take them out by hand, whatever the rules say; or leave it to the rules again."""
    now = clock.now()
    moves: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    with transaction.atomic():
        known = Member.objects.select_for_update().filter(segment=segment, contact__in=contacts)
        rows = {one.contact_id: one for one in known}
        for pk in Contact.objects.filter(pk__in=contacts).values_list("pk", flat=True):
            row = rows.setdefault(
                pk, Member(segment=segment, contact_id=pk, is_found=False, is_in=False, changed_at=now)
            )
            was_in, row.decided = row.is_in, decision
            row.is_in = row.is_found if decision == Member.Decision.NONE else decision == Member.Decision.IN
            row.changed_at = row.changed_at if row.is_in == was_in else now
            if row.is_in != was_in:
                moves[row.is_in].append((segment.pk, pk))
        Member.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["segment", "contact"],
            update_fields=["decided", "is_in", "changed_at"],
        )
        Member.objects.filter(segment=segment, contact__in=contacts, is_found=False, decided="").delete()
        _tell(Fact.Kind.SEGMENT_ENTERED, moves[True], now)
        _tell(Fact.Kind.SEGMENT_LEFT, moves[False], now)
