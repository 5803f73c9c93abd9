"""How far readers have come, and having them read again from a chosen moment."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from greenroom.hub.jobs.models import Job
from greenroom.hub.jobs.worker import run_until_idle
from greenroom.hub.ledger import selectors
from greenroom.hub.ledger.delivery import deliver
from greenroom.hub.ledger.models import Fact, ReaderCursor
from greenroom.hub.ledger.selectors import (
    count_facts_from,
    find_first_fact_since,
    get_reader_state,
    list_reader_states,
)
from greenroom.hub.ledger.services import NewFact, append, replay_reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def got(reader) -> list[int]:
    numbers: list[int] = []

    @reader("tests.all", batch=3)
    def collect(facts: list[Fact]) -> None:
        """Collect the numbers."""
        numbers.extend(fact.registrant_id for fact in facts)

    return numbers


@pytest.fixture
def record(clock):
    """Record facts, the next one two hours after the one before."""

    def at_two_hours_each(*numbers: int) -> list[datetime]:
        moments = []
        for number in numbers:
            append([NewFact(kind="x", happened_at=clock.now(), dedupe_key=str(number), registrant_id=number)])
            moments.append(clock.now())
            clock.advance(hours=2)
        return moments

    return at_two_hours_each


def test_a_reader_tells_how_far_it_is_behind(got, record, clock):
    record(1, 2, 3, 4)
    assert ("tests.all", 4, None, "") == told(get_reader_state("tests.all"))
    deliver("tests.all")
    moved_at = clock.now()
    record(5)
    assert [("tests.all", 1, moved_at, "")] == [told(state) for state in list_reader_states()]


def told(state) -> tuple[object, ...]:
    return state.reader.name, state.behind, state.moved_at, state.last_error


def test_a_failing_reader_tells_its_error(reader, record):
    @reader("tests.broken")
    def fail(facts: list[Fact]) -> None:
        raise ZeroDivisionError

    record(1)
    run_until_idle()
    assert "ZeroDivisionError" == get_reader_state("tests.broken").last_error


def test_what_a_reader_does_is_told_by_its_own_documentation(got):
    assert "Collect the numbers." == get_reader_state("tests.all").reader.what_it_does


def test_nobody_counts_millions(got, record, monkeypatch):
    monkeypatch.setattr(selectors, "MANY", 3)
    record(1, 2)
    assert (2, False) == (get_reader_state("tests.all").behind, get_reader_state("tests.all").is_far_behind)
    record(3, 4)
    assert (3, True) == (get_reader_state("tests.all").behind, get_reader_state("tests.all").is_far_behind)


@pytest.mark.parametrize("place", range(8))
def test_a_moment_leads_to_the_first_fact_since_then(record, place):
    moments = record(*range(8))
    found = find_first_fact_since(moments[place])
    assert (place, 8 - place) == (found.registrant_id, count_facts_from(found))


def test_what_lies_an_hour_before_the_moment_comes_too(record):
    """A transaction that was long in the making may have recorded its facts under an earlier number."""
    moments = record(1, 2)
    assert 1 == find_first_fact_since(moments[0] + timedelta(hours=1)).registrant_id
    assert 2 == find_first_fact_since(moments[0] + timedelta(hours=1, seconds=1)).registrant_id


def test_a_moment_before_all_leads_to_the_first_and_one_after_all_to_none(record, clock):
    assert find_first_fact_since(clock.now()) is None
    record(1, 2)
    assert 1 == find_first_fact_since(clock.now() - timedelta(days=3650)).registrant_id
    assert find_first_fact_since(clock.now() + timedelta(days=1)) is None


def test_finding_the_fact_takes_few_queries(record, clock):
    append(NewFact(kind="x", happened_at=clock.now(), dedupe_key=str(n), registrant_id=n) for n in range(5000))
    moment = clock.now() + timedelta(hours=3)
    clock.set(moment)
    append([NewFact(kind="x", happened_at=moment, dedupe_key="last")])
    with CaptureQueriesContext(connection) as queries:
        assert "last" == find_first_fact_since(moment).dedupe_key
    assert len(queries) <= 16


@pytest.mark.parametrize(("place", "again"), [(None, [1, 2, 3, 4]), (1, [2, 3, 4]), (3, [4])])
def test_a_reader_reads_again_from_the_chosen_fact_at_once(got, record, place, again):
    moments = record(1, 2, 3, 4)
    run_until_idle()
    got.clear()
    fact = find_first_fact_since(moments[place]) if place is not None else None
    replay_reader(name="tests.all", from_fact=fact)
    run_until_idle()
    assert again == got


def test_reading_again_ends_the_wait_of_a_reader_that_failed(reader, record):
    calls = []

    @reader("tests.shaky")
    def fail_once(facts: list[Fact]) -> None:
        calls.append(len(facts))
        if len(calls) == 1:
            raise ZeroDivisionError

    record(1)
    run_until_idle()
    replay_reader(name="tests.shaky", from_fact=None)
    run_until_idle()
    assert [1, 1] == calls
    assert "" == ReaderCursor.objects.get().last_error
    assert not Job.objects.filter(state="ready", name="ledger.deliver").exists()
