"""
What a great many registrants cost: bytes on PostgreSQL, and calls a day by the plan of sync.

    python -m bench.scale sizes [ROWS]      inserts a million people into an empty database and measures the tables
    python -m bench.scale readers [ROWS]    lets a reader read that many facts, from one table and from 64 parts
    python -m bench.scale calls             applies the plan of sync to the events of one organizer, for a year

`docs/explanation/scale.md` has what came out, and what follows. The server is that of `GREENROOM_DATABASE_URL`, or one
of our own that is thrown away.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bench.databases import PostgresqlServer, find_postgresql, serve_postgresql
from bench.goto import free_port

MILLION = 1_000_000
PER_EVENT = 1_000  # registrants
SHOW_UP = 4  # one of so many is there
PARTS = 64

# As long as what GoTo sends: keys of 19 digits, join links of about 90 characters, titles of about 50.
_PEOPLE = (
    """
    INSERT INTO connections_connection (account_key, organizer_key, account_name, organizer_name, organizer_email,
        time_zone, state, access_token, refresh_token, scope, refresh_lease, connected_at, last_error, is_open_to_all)
    VALUES ('1', '1', 'Northwind Academy', 'Olga Ortiz', 'olga@northwind.example', 'UTC', 'active', '', '', '', '',
        now(), '', true)
    """,
    """
    INSERT INTO events_event (connection_id, product, event_key, event_number, organizer_key, recurrence_key, dates,
        title, description, time_zone, registration_url, join_url, needs_approval, state, starts_at, ends_at, digest,
        registrants_digest)
    SELECT (SELECT min(id) FROM connections_connection), 'webinar', (8100000000000000000 + n)::text,
        lpad(n::text, 9, '1'), '2800000000000000001', '', 'one', 'Working safely at height, part ' || n,
        repeat('What you need to know before you climb. ', 6), 'America/New_York',
        'https://attendee.gotowebinar.com/register/' || (8100000000000000000 + n), '', false, 'ended',
        now() - n * interval '1 hour', now() - n * interval '1 hour' + interval '1 hour', md5(n::text) || md5(n::text),
        md5(n::text) || md5(n::text)
    FROM generate_series(1, %(events)s) AS n
    """,
    """
    INSERT INTO events_eventsession (event_id, session_key, started_at, ended_at, is_final, attendance_digest)
    SELECT id, (7100000000000000000 + id)::text, starts_at, ends_at, true, md5(id::text) || md5(id::text)
    FROM events_event
    """,
    """
    INSERT INTO events_registrant (event_id, registrant_key, email, first_name, last_name, status, registered_at,
        join_url, digest)
    SELECT (SELECT min(id) FROM events_event) + n / %(per_event)s, (1400000000000000000 + n)::text,
        'firstname.lastname' || n || '@example.com', 'Firstname', 'Lastname' || n, 'APPROVED',
        now() - (n %% 1000) * interval '1 minute',
        'https://global.gotowebinar.com/join/8100000000000000001/' || (900000000 + n), hashtextextended(n::text, 0)
    FROM generate_series(0, %(rows)s - 1) AS n
    """,
    """
    INSERT INTO events_attendee (session_id, attendee_key, registrant_id, email, first_name, last_name, intervals,
        attended_seconds, reported_seconds)
    SELECT s.id, r.registrant_key, r.id, r.email, r.first_name, r.last_name, '[[12, 1800], [1860, 3540]]', 3468, 3468
    FROM events_registrant r JOIN events_eventsession s ON s.event_id = r.event_id WHERE r.id %% %(show_up)s = 0
    """,
)
_FACTS = (
    """
    INSERT INTO ledger_fact (kind, happened_at, recorded_at, dedupe_key, connection_id, event_id, registrant_id, email,
        data)
    SELECT 'registered', registered_at, now(), 'registered:' || id || ':0', 1, event_id, id, email, '{}'
    FROM events_registrant
    """,
    """
    INSERT INTO ledger_fact (kind, happened_at, recorded_at, dedupe_key, connection_id, event_id, session_id,
        registrant_id, email, data)
    SELECT 'attended', now(), now(), 'attended:' || registrant_id || ':' || session_id, 1, 1, session_id, registrant_id,
        email, '{"seconds": 3468}'
    FROM events_attendee
    """,
)
# A body of 900 bytes is 1,292 characters when it is encrypted, and nothing compresses them.
_PASSING = (
    """
    INSERT INTO sync_syncrun (connection_id, product, event_key, is_full, state, events_total, events_done,
        rows_changed, calls, error, event_errors, requested_at, started_at, alive_at, finished_at)
    SELECT (SELECT min(id) FROM connections_connection), 'webinar', '', false, 'done', 2, 2, 0, 4, '', '[]', now(),
        now(), now(), now()
    FROM generate_series(1, %(rows)s / 10)
    """,
    """
    INSERT INTO intake_webhookdelivery (connection_id, event_name, event_key, body, state, reason, received_at,
        applied_at)
    SELECT (SELECT min(id) FROM connections_connection), 'registrant.added', gen_random_uuid()::text,
        (SELECT string_agg(md5(random()::text || part), '') FROM generate_series(1, 40) AS part) || repeat('x', 12),
        'applied', '', now(), now()
    FROM generate_series(1, %(rows)s / 10) AS n
    """,
)
_TABLES = (
    "events_event",
    "events_registrant",
    "events_attendee",
    "ledger_fact",
    "sync_syncrun",
    "intake_webhookdelivery",
)


@contextmanager
def _server() -> Iterator[str]:
    """Yield the address of a server on which databases may be made."""
    if url := os.environ.get("GREENROOM_DATABASE_URL"):
        yield url
        return
    programs = find_postgresql()
    if programs is None:
        sys.exit("PostgreSQL is not installed, and GREENROOM_DATABASE_URL names no server.")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with serve_postgresql(programs, Path(folder) / "postgresql", free_port()) as url:
            yield url


@contextmanager
def _hub_database() -> Iterator[psycopg.Connection]:
    """Make a database with the hub's tables, have Django use it, and connect to it."""
    with ExitStack() as stack:
        server = PostgresqlServer(stack.enter_context(_server()))
        stack.callback(server.close)
        stack.enter_context(tempfile.TemporaryDirectory())
        server.template(_migrate)
        yield stack.enter_context(psycopg.connect(os.environ["GREENROOM_DATABASE_URL"], autocommit=True))


def _migrate(url: str) -> None:
    os.environ["GREENROOM_DATABASE_URL"] = url
    os.environ.setdefault("GREENROOM_DATA_DIR", tempfile.mkdtemp())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "greenroom.hub.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _fill(database: psycopg.Connection, rows: int) -> None:
    numbers = {"rows": rows, "events": rows // PER_EVENT, "per_event": PER_EVENT, "show_up": SHOW_UP}
    for statement in (*_PEOPLE, *_FACTS, *_PASSING):
        database.execute(statement, numbers)
    database.execute("VACUUM ANALYZE")


def sizes(rows: int = MILLION) -> None:
    """Print the bytes of a row, its indexes included, in each of the tables that grow with people."""
    with _hub_database() as database:
        _fill(database, rows)
        print(f"{'table':20} {'rows':>10} {'bytes a row':>12} {'table':>7} {'indexes':>8}")
        for table in _TABLES:
            count, whole, heap, indexes = database.execute(
                f"SELECT count(*), pg_total_relation_size('{table}'), pg_table_size('{table}'), "
                f"pg_indexes_size('{table}') FROM {table}"
            ).fetchone()
            print(f"{table:20} {count:>10,} {whole / count:>12.0f} {heap / count:>7.0f} {indexes / count:>8.0f}")


def readers(rows: int = MILLION) -> None:
    """Print how many facts a second a reader is brought, from one table and from one that is cut into parts."""
    with _hub_database() as database:
        _fill(database, rows)
        facts = database.execute("SELECT count(*) FROM ledger_fact").fetchone()[0]
        print(f"one table:   {facts / _seconds_to_read():>10,.0f} facts a second")
        _cut_into_parts(database)
        print(f"{PARTS} parts:    {facts / _seconds_to_read():>10,.0f} facts a second")


def _seconds_to_read() -> float:
    """Let a reader that does nothing read all facts, and return how long it took."""
    from greenroom.hub.ledger import delivery
    from greenroom.hub.ledger.models import ReaderCursor
    from greenroom.hub.ledger.readers import _readers, reader

    _readers.pop("bench.nothing", None)
    reader("bench.nothing")(lambda facts: None)
    ReaderCursor.objects.all().delete()
    begin = time.monotonic()
    while not delivery.deliver("bench.nothing"):
        time.sleep(0.05)
    return time.monotonic() - begin


def _cut_into_parts(database: psycopg.Connection) -> None:
    """Do what partitioning by the dedupe key would: the same rows, columns and indexes in `PARTS` tables."""
    database.execute("ALTER TABLE ledger_fact RENAME TO ledger_whole")
    database.execute("CREATE TABLE ledger_fact (LIKE ledger_whole INCLUDING DEFAULTS) PARTITION BY HASH (dedupe_key)")
    for number in range(PARTS):
        database.execute(
            f"CREATE TABLE ledger_part_{number} PARTITION OF ledger_fact "
            f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {number})"
        )
    database.execute("INSERT INTO ledger_fact SELECT * FROM ledger_whole")
    database.execute("CREATE UNIQUE INDEX ON ledger_fact (dedupe_key)")
    database.execute("CREATE INDEX ON ledger_fact (tx, id)")
    database.execute("VACUUM ANALYZE ledger_fact")


# Calls

_EVENTS = 100  # of an organizer in a year, one after the other
_YEAR = timedelta(days=365)
_PLANNED_AHEAD = timedelta(days=42)
# From 20 minutes before an event of an hour to 30 after it, every ten seconds; see `sync.tasks.watch_everything`.
_LOOKS = timedelta(minutes=20 + 60 + 30) // timedelta(seconds=10)


def calls() -> None:
    """Print the calls a day that the plan of sync makes for one organizer of webinars."""
    for told, label in ((False, "without webhooks"), (True, "with webhooks")):
        made = _calls_of_a_year(is_told=told)
        total = sum(made.values()) / 365
        parts = ", ".join(f"{kind} {number / 365:.0f}" for kind, number in made.most_common())
        print(f"{label}: {total:.0f} calls a day ({parts})")


def _calls_of_a_year(*, is_told: bool) -> Counter[str]:
    from greenroom.hub.sync.plan import RUN_EVERY, Outlook, next_reading

    begin = datetime(2026, 1, 1, tzinfo=UTC)
    made: Counter[str] = Counter()
    runs = _YEAR // RUN_EVERY
    made["lists of events"] = runs
    made["what runs now"] = runs + _EVENTS * _LOOKS
    for number in range(_EVENTS):
        start = begin + _YEAR * number / _EVENTS
        made["registrants"] += _readings(start, is_told=is_told, plan=next_reading, outlook=Outlook, every=RUN_EVERY)
        made["attendance"] += 7  # sessions, and at most as often as attendance is looked for
    return made


def _readings(start: datetime, *, is_told: bool, plan: Callable, outlook: Callable, every: timedelta) -> int:
    """Count how often the registrants of one event are read, from when it is planned to the last time."""
    now, end, read_at, count = start - _PLANNED_AHEAD, start + timedelta(hours=1), None, 0
    while True:
        due = plan(
            outlook(
                read_at=read_at,
                next_start=start if now < end else None,
                last_end=end,
                is_live=start <= now < end,
                is_told=is_told,
            ),
            now,
        )
        if due is None:
            return count
        if due <= now + every / 2:
            read_at, count = now, count + 1
        now += every


def main(arguments: list[str]) -> None:
    """Do what is named."""
    known: dict[str, Callable[..., None]] = {"sizes": sizes, "readers": readers, "calls": calls}
    if not arguments or arguments[0] not in known:
        sys.exit(f"Say what to measure: {', '.join(known)}.")
    known[arguments[0]](*map(int, arguments[1:2]))


if __name__ == "__main__":
    main(sys.argv[1:])
