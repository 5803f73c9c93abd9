"""Facts are written once, with the change that caused them, and stay."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from greenroom.hub.core.clock import SetClock
from greenroom.hub.jobs.models import Job
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import COLUMNS, NewFact, append, append_select

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(settings):
    settings.CLOCK = SetClock(NOON)


def fact(number: int, kind: str = "registered") -> NewFact:
    return NewFact(kind=kind, happened_at=NOON, dedupe_key=f"{kind}:{number}", registrant_id=number)


@pytest.mark.django_db
def test_a_fact_keeps_what_it_was_given():
    append(
        [
            NewFact(
                kind=Fact.Kind.ATTENDED,
                happened_at=NOON,
                dedupe_key="attended:1",
                connection_id=2,
                event_id=3,
                session_id=4,
                registrant_id=5,
                user_id=6,
                contact_id=7,
                email="lena@example.com",
                data={"seconds": 1800},
            )
        ]
    )
    kept = Fact.objects.values(*COLUMNS, "recorded_at").get()
    assert kept == {
        "kind": "attended",
        "happened_at": NOON,
        "recorded_at": NOON,
        "dedupe_key": "attended:1",
        "connection_id": 2,
        "event_id": 3,
        "session_id": 4,
        "registrant_id": 5,
        "user_id": 6,
        "contact_id": 7,
        "email": "lena@example.com",
        "data": {"seconds": 1800},
    }


@pytest.mark.django_db
def test_the_same_news_twice_is_one_fact():
    assert append([fact(1), fact(2), fact(1)]) == 2
    assert append([fact(2), fact(3)]) == 1
    assert append([fact(3)]) == 0
    assert sorted(Fact.objects.values_list("registrant_id", flat=True)) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_facts_need_the_transaction_of_their_change():
    with pytest.raises(TransactionManagementError):
        append([fact(1)])
    with pytest.raises(TransactionManagementError):
        append_select(["kind", "happened_at", "dedupe_key"], "SELECT 'x', %s, 'x'", [NOON])
    assert not Fact.objects.exists()


@pytest.mark.django_db
def test_a_roll_back_leaves_neither_fact_nor_wake_up():
    with transaction.atomic():
        append([fact(1)])
        transaction.set_rollback(True)
    assert not Fact.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_one_transaction_wakes_the_readers_once_and_old_news_does_not():
    append([fact(1)])
    append([fact(2)])
    assert Job.objects.filter(name="ledger.wake").count() == 1
    Job.objects.all().delete()
    append([fact(1)])
    assert not Job.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("facts", "statements"), [(1, 1), (1000, 1), (1001, 2)])
def test_a_batch_is_one_statement(facts, statements):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert append(fact(number) for number in range(facts)) == facts
    assert statements == sum("INSERT INTO ledger_fact" in query["sql"] for query in queries)


@pytest.mark.django_db
def test_fifty_thousand_facts_come_from_one_query():
    numbers = """
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50000)
        SELECT %s, %s, %s || ':' || n, n, NULL, 'a@example.com' FROM numbers
    """
    columns = ["kind", "happened_at", "dedupe_key", "registrant_id", "user_id", "email"]
    with CaptureQueriesContext(connection) as queries:
        assert append_select(columns, numbers, ["registered", NOON, "registered"]) == 50_000
    assert sum("INSERT INTO ledger_fact" in query["sql"] for query in queries) == 1
    assert append_select(columns, numbers, ["registered", NOON, "registered"]) == 0
    last = Fact.objects.get(dedupe_key="registered:50000")
    assert (last.happened_at, last.recorded_at, last.registrant_id, last.data) == (NOON, NOON, 50_000, {})


@pytest.mark.django_db
def test_a_query_may_bring_its_own_data_and_time_of_recording():
    later = NOON.replace(hour=13)
    columns = ["kind", "happened_at", "recorded_at", "dedupe_key", "data"]
    append_select(columns, "SELECT 'left', %s, %s, 'left:1', '{\"a\": 1}'", [NOON, later])
    assert Fact.objects.values_list("kind", "happened_at", "recorded_at", "data").get() == (
        "left",
        NOON,
        later,
        {"a": 1},
    )


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["kind", "dedupe_key"])
def test_the_database_refuses_to_change_a_fact(column):
    append([fact(1)])
    with pytest.raises(IntegrityError), transaction.atomic():
        Fact.objects.update(**{column: "other"})
    assert Fact.objects.values_list("kind", "dedupe_key").get() == ("registered", "registered:1")


@pytest.mark.django_db
def test_a_person_can_be_blanked_out_of_a_fact():
    append([NewFact(kind="registered", happened_at=NOON, dedupe_key="r", email="lena@example.com")])
    assert Fact.objects.filter(email="lena@example.com").update(email=None, data={}) == 1
    assert Fact.objects.get().email is None
