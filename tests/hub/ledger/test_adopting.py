"""A database that was restored on another PostgreSQL server, whose transactions have other numbers."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from tests.hub.ledger.test_concurrent_writers import LateCommit, eventually
from typer.testing import CliRunner

from greenroom.cli import app
from greenroom.hub.ledger.adopting import adopt_server, is_ahead_of_server
from greenroom.hub.ledger.delivery import deliver
from greenroom.hub.ledger.errors import LedgerMovedError
from greenroom.hub.ledger.models import Fact, ReaderCursor
from greenroom.hub.ledger.services import NewFact, append

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FAR_AHEAD = 10**12


def append_numbers(*numbers: int) -> None:
    for number in numbers:
        with transaction.atomic():
            append([NewFact(kind="x", happened_at=NOON, dedupe_key=f"{number}", registrant_id=number)])


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def got(reader) -> list[int]:
    numbers: list[int] = []

    @reader("tests.all")
    def collect(facts: list[Fact]) -> None:
        numbers.extend(fact.registrant_id for fact in facts)

    return numbers


@pytest.fixture
def moved(postgresql, got):
    """Facts and a cursor from a server that counted far ahead of this one: 1 and 2 were read there, 3 was not."""
    append_numbers(1, 2)
    eventually(lambda: deliver("tests.all"))
    append_numbers(3)
    execute(
        "ALTER TABLE ledger_fact DISABLE TRIGGER ledger_fact_append_only",
        f"UPDATE ledger_fact SET tx = tx + {FAR_AHEAD}",
        f"UPDATE ledger_readercursor SET tx = tx + {FAR_AHEAD}",
        "ALTER TABLE ledger_fact ENABLE TRIGGER ledger_fact_append_only",
    )
    yield got
    execute("CREATE OR REPLACE FUNCTION ledger_tx_offset() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 0::bigint'")


@pytest.mark.postgresql
def test_readers_stop_and_say_so(moved):
    assert is_ahead_of_server()
    with pytest.raises(LedgerMovedError):
        deliver("tests.all")
    assert [1, 2] == moved
    assert "LedgerMovedError: ledger_moved" == ReaderCursor.objects.get().last_error


@pytest.mark.postgresql
def test_after_adopting_readers_go_on_where_they_were(moved):
    adopt_server()
    assert not is_ahead_of_server()
    append_numbers(4, 5)
    eventually(lambda: deliver("tests.all"))
    assert [1, 2, 3, 4, 5] == moved


@pytest.mark.postgresql
def test_what_was_appended_before_adopting_is_not_skipped(moved):
    append_numbers(4, 5)
    adopt_server()
    append_numbers(6)
    eventually(lambda: deliver("tests.all"))
    assert [1, 2, 3, 4, 5, 6] == moved
    assert [1, 2, 3, 4, 5, 6] == list(Fact.objects.order_by("tx", "pk").values_list("registrant_id", flat=True))


@pytest.mark.postgresql
def test_adopting_twice_is_adopting_once(moved):
    assert adopt_server() == adopt_server() > 0
    append_numbers(4)
    assert is_ahead_of_server() is False


@pytest.mark.postgresql
def test_a_late_commit_is_still_not_skipped(moved):
    adopt_server()
    with LateCommit("early number, late commit"):
        append_numbers(4)
        eventually(lambda: deliver("tests.all") or moved[-1] == 3)
        assert [1, 2, 3] == moved
    eventually(lambda: deliver("tests.all"))
    assert [1, 2, 3, None, 4] == moved


@pytest.mark.django_db(transaction=True)
def test_where_nothing_is_wrong_nothing_is_changed(got):
    append_numbers(1)
    assert (False, 0) == (is_ahead_of_server(), adopt_server())
    eventually(lambda: deliver("tests.all"))
    assert [1] == got


@pytest.mark.django_db
def test_transaction_that_appends_and_then_looks_finds_nothing_wrong():
    append_numbers(1)
    assert (False, 0) == (is_ahead_of_server(), adopt_server())


@pytest.mark.postgresql
def test_the_commands_tell_and_mend(moved):
    assert "Run: greenroom adopt-ledger" in CliRunner().invoke(app, ["check"]).stderr
    result = CliRunner().invoke(app, ["adopt-ledger"])
    assert (0, True) == (result.exit_code, "belongs to this server" in result.stdout)
    assert 0 == CliRunner().invoke(app, ["check"]).exit_code


@pytest.mark.postgresql
def test_facts_stay_append_only(moved):
    append_numbers(4)
    adopt_server()
    with pytest.raises(IntegrityError):
        Fact.objects.update(kind="other")
