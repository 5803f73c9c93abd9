"""Segments and search among many contacts, each with three participations. Runs in a process with Django set up."""

import time
from collections.abc import Callable
from math import inf
from statistics import median
from typing import Any

from django.db import connection as database
from django.db import transaction

from greenroom.hub.contacts.following import touch
from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.selectors import list_contacts
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event
from greenroom.hub.segments.models import Member, Segment
from greenroom.hub.segments.services import follow_contacts, rebuild_segment

_EVENTS = 100
_BATCH = 300
_ROUNDS = 3
# One contact in five is found: of one country in two, and at least half an hour in one of forty events.
_RULES = {
    "all": [
        {"field": "country", "is": "equals", "value": "de"},
        {"did": "attended", "minutes": 30, "events": list(range(1, 41))},
    ]
}
_EXISTS, _IN = (
    "EXISTS (SELECT 1 FROM contacts_participation p WHERE p.contact_id = l.id AND",
    """
    l.id IN (SELECT p.contact_id FROM contacts_participation p WHERE""",
)
_LONG, _AMONG = "p.attended_seconds >= 1800 AND", f"p.event_id IN ({', '.join(map(str, range(1, 41)))})"
_FOUND = f"lower(l.country) = 'de' AND {_EXISTS} {_LONG} {_AMONG})"
# The plus keeps a database from looking into the index of events; which way is the fastest differs.
_FOUND_OTHERWISE = [
    f"lower(l.country) = 'de' AND {way} {_LONG} {plus}{_AMONG})" for way in (_EXISTS, _IN) for plus in ("", "+")
]
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)"
_FILL = (
    """
    INSERT INTO contacts_contact (id, email, first_name, last_name, organization, job_title, phone, city, country,
        time_zone, source, created_at)
    {numbers} SELECT i, 'person' || i || '@example.com', 'First' || (i % 1000), 'Last' || (i % 7000), 'Northwind', '',
        '', '', CASE WHEN i % 2 = 0 THEN 'DE' ELSE 'AT' END, '', 'goto', '2026-01-01 00:00:00' FROM n
    """,
    """
    INSERT INTO contacts_contactword (contact_id, word)
    SELECT id, 'person' || id FROM contacts_contact UNION ALL SELECT id, 'example' FROM contacts_contact
    UNION ALL SELECT id, lower(first_name) FROM contacts_contact
    UNION ALL SELECT id, lower(last_name) FROM contacts_contact
    """,
    """
    INSERT INTO contacts_participation (contact_id, event_id, is_registered, is_approved, was_registered,
        attended_seconds, attended_percent, sessions_attended, is_final)
    SELECT id, 1 + (id * 7 + k * 31) % 100, true, true, true, 3600 * ((id + k) % 2), 100 * ((id + k) % 2),
        (id + k) % 2, true
    FROM contacts_contact, (SELECT 0 AS k UNION ALL SELECT 1 UNION ALL SELECT 2) three
    """,
)


def measure(contacts: int, segments: int) -> dict[str, Any]:
    """Return seconds, and how many members there are."""
    _fill(contacts)
    rebuild, members = _rebuild()
    by_hand, by_hand_members = _by_hand()
    assert members == by_hand_members
    return {
        "contacts": contacts,
        "members": members,
        "rebuild": rebuild,
        "by_hand": by_hand,
        "one_by_one_per_contact": _one_by_one(),
        "incremental": _follow_one(segments, contacts),
        "search": _search(contacts),
    }


def _fill(contacts: int) -> None:
    now = clock.now()
    connection_id = _execute("SELECT min(id) FROM connections_connection")
    Event.objects.bulk_create(
        Event(
            pk=number, connection_id=connection_id, product="webinar", event_key=str(number), organizer_key="1",
            title=f"Course {number}", starts_at=now, ends_at=now,
        )
        for number in range(1, _EVENTS + 1)
    )  # fmt: skip
    with database.cursor() as cursor:
        for statement in _FILL:
            given = [contacts] if "{numbers}" in statement else None
            cursor.execute(_marked(statement) if given else statement, given)
        cursor.execute("ANALYZE")


def _marked(statement: str) -> str:
    return statement.replace("%", "%%").replace("{numbers}", _NUMBERS)


def _execute(statement: str) -> Any:
    with database.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else cursor.rowcount


def _timed(act: Callable[[], int], before: Callable[[], object] = lambda: None) -> tuple[float, int]:
    """Return the median of some rounds, and what the last one found; what is done before each does not count."""
    times = []
    for _ in range(_ROUNDS):
        before()
        start = time.perf_counter()
        found = act()
        times.append(time.perf_counter() - start)
    return median(times), found


def _rebuild() -> tuple[float, int]:
    segment = Segment.objects.create(name="Found", rules=_RULES, created_at=clock.now())

    def build() -> int:
        rebuild_segment.call(segment_id=segment.pk)
        return Member.objects.filter(segment=segment, is_in=True).count()

    return _timed(build, before=Member.objects.all().delete)


def _by_hand() -> tuple[float, int]:
    """Have the same members found by the fastest of some statements written by hand, into the same table."""
    into = """
        INSERT INTO segments_member (segment_id, contact_id, is_found, decided, is_in, changed_at)
        SELECT %s, l.id, true, '', true, '2026-01-01 00:00:00' FROM contacts_contact l WHERE
    """
    segment = Segment.objects.create(name="By hand", rules=_RULES, created_at=clock.now())
    fastest, found = inf, 0
    for condition in _FOUND_OTHERWISE:

        def write(condition: str = condition) -> int:
            with database.cursor() as cursor:
                cursor.execute(into + condition.replace("%", "%%"), [segment.pk])
            return Member.objects.filter(segment=segment, is_in=True).count()

        seconds, found = _timed(write, before=Member.objects.all().delete)
        fastest = min(fastest, seconds)
    segment.delete()
    return fastest, found


def _one_by_one(batches: int = 2) -> float:
    """
    Add members as Mautic does, and return seconds for each.

    Per batch of 300 the filter again, without those that are in; per contact an INSERT in a transaction of its own and
    a line in a log. Without its pause of a second per batch, and without the work of its ORM.
    """
    for statement in (
        "CREATE TABLE lead_lists_leads (leadlist_id bigint, lead_id bigint, PRIMARY KEY (leadlist_id, lead_id))",
        "CREATE TABLE lead_event_log (lead_id bigint, action varchar(255), date_added text)",
    ):
        _execute(statement)
    start, added = time.perf_counter(), 0
    outside = f"{_FOUND} AND l.id NOT IN (SELECT lead_id FROM lead_lists_leads WHERE leadlist_id = 1)"
    _execute(f"SELECT count(id) FROM (SELECT DISTINCT l.id FROM contacts_contact l WHERE {outside}) x")
    for _ in range(batches):
        with database.cursor() as cursor:
            cursor.execute(f"SELECT l.id FROM contacts_contact l WHERE {outside} LIMIT {_BATCH}")
            found = [row[0] for row in cursor.fetchall()]
            for pk in found:
                with transaction.atomic():
                    cursor.execute("INSERT INTO lead_lists_leads VALUES (1, %s)", [pk])
                cursor.execute("INSERT INTO lead_event_log VALUES (%s, 'added', '2026')", [pk])
        added += len(found)
    return (time.perf_counter() - start) / added


def _follow_one(segments: int, contacts: int) -> float:
    """Return how long it takes until all segments know of a change of one contact."""
    now = clock.now()
    Segment.objects.bulk_create(
        Segment(name=f"Segment {number}", rules=_rules_of(number), created_at=now, rebuilt_at=now)
        for number in range(segments - 1)
    )

    def change() -> int:
        contact = Contact.objects.get(pk=contacts // 2)
        with transaction.atomic():
            touch([contact.pk])
        follow_contacts.call()
        return contact.memberships.count()

    return _timed(change)[0]


def _rules_of(number: int) -> dict[str, Any]:
    did = {"did": "attended", "minutes": 10 + number % 50, "events": [1 + number % _EVENTS, 1 + (number * 7) % _EVENTS]}
    return {"any": [did, {"not": {"field": "organization", "is": "contains", "value": f"wind{number % 9}"}}]}


def _search(contacts: int) -> float:
    """Return the slowest of searches for many, few, one and none, each with its first page and its count."""
    slowest = 0.0
    for text in ("", "example", f"last{contacts % 7000}", f"person{contacts // 3}", "example first7", "nobody"):

        def look(text: str = text) -> int:
            found = list_contacts(text=text)
            return len(found[:50]) + found[:2_001].count()

        slowest = max(slowest, _timed(look)[0])
    return slowest
