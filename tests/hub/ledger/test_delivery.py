"""Readers get every fact of theirs once, in order, and their effects live and die with the cursor."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from greenroom.hub.core.errors import TemporarilyUnavailableError
from greenroom.hub.jobs.models import Job, WorkerHeartbeat
from greenroom.hub.jobs.services import record_heartbeat
from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.ledger.delivery import deliver, list_readers_behind, pass_over, replay
from greenroom.hub.ledger.errors import UnknownReaderError
from greenroom.hub.ledger.models import Fact, ReaderCursor
from greenroom.hub.ledger.selectors import list_facts_about, list_stuck_readers
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.ledger.tasks import wake

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NUMBERS = count(1_000)


def append_numbers(*numbers: int, kind: str = "registered") -> None:
    append(
        NewFact(kind=kind, happened_at=NOON, dedupe_key=f"{kind}:{number}", registrant_id=number) for number in numbers
    )


@pytest.fixture
def batches(reader) -> list[list[int]]:
    """What a reader of `registered` was given, batch by batch."""
    got: list[list[int]] = []

    @reader("tests.all", kinds=["registered"], batch=3)
    def collect(facts: list[Fact]) -> None:
        got.append([fact.registrant_id for fact in facts])

    return got


def test_facts_come_in_order_and_once(batches):
    append_numbers(1, 2, 3, 4, 5, 6, 7)
    assert deliver("tests.all")
    assert batches == [[1, 2, 3], [4, 5, 6], [7]]
    append_numbers(8)
    deliver("tests.all")
    deliver("tests.all")
    assert batches == [[1, 2, 3], [4, 5, 6], [7], [8]]


def test_a_reader_gets_only_its_kinds_and_passes_the_others(batches):
    append_numbers(1)
    append_numbers(*range(100), kind="joined")
    deliver("tests.all")
    assert batches == [[1]]
    assert list_readers_behind(["tests.all"]) == []
    append_numbers(2)
    assert list_readers_behind(["tests.all"]) == ["tests.all"]


def test_who_wants_none_of_the_news_is_moved_past_it_without_a_job(batches):
    append_numbers(1)
    run_until_idle()
    append_numbers(1, kind="joined")
    Job.objects.all().delete()
    wake.call()
    assert not Job.objects.filter(name="ledger.deliver").exists()
    assert [] == list_readers_behind(["tests.all"])
    append_numbers(2, 3)
    run_until_idle()
    assert batches == [[1], [2, 3]]


def test_nobody_is_moved_past_what_is_theirs(batches, reader):
    everything = []
    reader("tests.everything")(everything.extend)
    deliver("tests.all")
    append_numbers(1)
    append_numbers(*range(5), kind="joined")
    assert ["tests.all", "tests.everything"] == pass_over(["tests.all", "tests.everything"])
    deliver("tests.all")
    assert batches == [[1]]


@given(st.lists(st.sampled_from(["registered", "joined", "wake", "deliver", "pass over"]), max_size=25))
def test_in_any_order_each_fact_of_its_kinds_comes_once(batches, steps):
    batches.clear()
    numbered = [(next(NUMBERS), step) for step in steps]
    for number, step in numbered:
        match step:
            case "wake":
                run_until_idle()
            case "deliver":
                deliver("tests.all")
            case "pass over":
                pass_over(["tests.all"])
            case kind:
                append_numbers(number, kind=kind)
    run_until_idle()
    wanted = [number for number, step in numbered if step == "registered"]
    assert wanted == [number for batch in batches for number in batch]


def test_a_reader_of_all_kinds_gets_all(reader):
    got = []
    reader("tests.everything")(got.extend)
    append_numbers(1)
    append_numbers(1, kind="joined")
    deliver("tests.everything")
    assert [fact.kind for fact in got] == ["registered", "joined"]


def test_appended_facts_reach_their_readers_without_further_ado(batches):
    append_numbers(1, 2)
    run_until_idle()
    assert batches == [[1, 2]]


def test_the_safety_net_finds_facts_whose_wake_up_was_lost(batches, clock):
    run_until_idle(with_schedules=True)
    append_numbers(1)
    Job.objects.all().delete()
    clock.advance(seconds=30)
    run_until_idle(with_schedules=True)
    assert batches == [[1]]


def test_a_failing_batch_moves_nothing_and_leaves_no_effect(reader, clock):
    failures = [TemporarilyUnavailableError("Not now.")]
    got = []

    @reader("tests.shaky")
    def write_then_fail(facts: list[Fact]) -> None:
        record_heartbeat(f"effect of {len(facts)}")
        if failures:
            raise failures.pop()
        got.extend(fact.registrant_id for fact in facts)

    append_numbers(1, 2)
    run_until_idle()
    assert not WorkerHeartbeat.objects.exists()
    cursor = ReaderCursor.objects.get(name="tests.shaky")
    assert (cursor.tx, cursor.fact_id) == (0, 0)
    assert cursor.last_error == "TemporarilyUnavailableError: temporarily_unavailable"
    assert list_stuck_readers() == [cursor]

    clock.advance(seconds=6)
    run_until_idle()
    assert got == [1, 2]
    assert WorkerHeartbeat.objects.get().worker == "effect of 2"
    assert list_stuck_readers() == []


def test_news_does_not_cut_the_wait_of_a_failing_reader_short(reader):
    calls = []

    @reader("tests.broken")
    def fail(facts: list[Fact]) -> None:
        calls.append(len(facts))
        raise TemporarilyUnavailableError("Not now.")

    for number in range(5):
        append_numbers(number)
        run_until_idle()
    assert calls == [1]
    assert Job.objects.filter(name="ledger.deliver", state="ready").count() == 1


def test_a_failing_reader_does_not_hold_up_another(reader, batches):
    @reader("tests.broken")
    def fail(facts: list[Fact]) -> None:
        raise ZeroDivisionError

    append_numbers(1)
    run_until_idle()
    assert batches == [[1]]
    assert [cursor.name for cursor in list_stuck_readers()] == ["tests.broken"]


def test_replay_begins_anew_or_at_a_fact(batches):
    append_numbers(1, 2, 3)
    deliver("tests.all")
    replay("tests.all")
    deliver("tests.all")
    assert batches == [[1, 2, 3], [1, 2, 3]]
    replay("tests.all", from_fact=Fact.objects.get(registrant_id=2))
    deliver("tests.all")
    assert batches[2:] == [[2, 3]]


def test_a_new_reader_starts_at_the_first_fact(reader):
    append_numbers(1, 2)
    got = []
    reader("tests.late")(got.extend)
    run_until_idle(with_schedules=True)
    assert [fact.registrant_id for fact in got] == [1, 2]


def test_nobody_reads_under_an_unknown_name(batches):
    with pytest.raises(UnknownReaderError):
        deliver("tests.other")
    with pytest.raises(UnknownReaderError):
        replay("tests.other")


def test_two_readers_cannot_share_a_name(reader, batches):
    with pytest.raises(ValueError, match=r"two readers named tests\.all"):
        reader("tests.all")(print)


def test_the_statements_of_a_delivery_do_not_grow_with_the_facts(reader):
    reader("tests.all", batch=1000)(lambda facts: None)
    deliver("tests.all")
    counts = []
    for numbers in (range(1), range(1, 21), range(21, 500)):
        append_numbers(*numbers)
        with CaptureQueriesContext(connection) as queries:
            deliver("tests.all")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


def test_a_timeline_is_in_the_order_of_happening():
    for minute in (30, 10, 20):
        when = NOON + timedelta(minutes=minute)
        append([NewFact(kind="joined", happened_at=when, dedupe_key=f"joined:{minute}", event_id=1, user_id=7)])
    append([NewFact(kind="joined", happened_at=NOON, dedupe_key="another", event_id=2, user_id=7)])
    assert [fact.dedupe_key for fact in list_facts_about(event_id=1)] == [
        "joined:10",
        "joined:20",
        "joined:30",
    ]
    assert list_facts_about(user_id=7).count() == 4
    with pytest.raises(ValueError, match="what the facts are to be about"):
        list_facts_about()
