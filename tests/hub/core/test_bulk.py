"""Many rows at once."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, transaction

from greenroom.hub.core.bulk import upsert
from greenroom.hub.events.models import Registrant

COLUMNS = ("event_id", "registrant_key", "email", "first_name", "last_name", "status", "registered_at", "join_url")
KEY = ("event_id", "registrant_key")


def row(event, key, name="Lena", at=None):
    return (event.pk, key, f"{key}@example.com", name, "Example", "APPROVED", at, "")


def names():
    return dict(Registrant.objects.values_list("registrant_key", "first_name"))


def test_new_rows_are_inserted_and_known_ones_changed(event):
    upsert(Registrant, COLUMNS, [row(event, "1"), row(event, "2")], key=KEY)
    upsert(Registrant, COLUMNS, iter([row(event, "2", "Otto"), row(event, "3")]), key=KEY)
    assert {"1": "Lena", "2": "Otto", "3": "Lena"} == names()


def test_columns_that_are_not_named_stay(event, lena):
    upsert(Registrant, COLUMNS, [row(event, "1")], key=KEY)
    Registrant.objects.update(user=lena)
    upsert(Registrant, COLUMNS, [row(event, "1", "Otto")], key=KEY)
    assert ("Otto", lena) == (Registrant.objects.get().first_name, Registrant.objects.get().user)


def test_no_rows_are_no_change(event):
    upsert(Registrant, COLUMNS, [], key=KEY)
    assert {} == names()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 3, 2, 9, tzinfo=UTC),
        datetime(2026, 3, 2, 9, 1, 2, 30_000, tzinfo=UTC),
        datetime(2026, 3, 2, 9, 1, 2, 3, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        datetime(999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_moments_come_back_as_they_were_and_compare_with_those_that_django_wrote(event, at):
    upsert(Registrant, COLUMNS, [row(event, "1", at=at)], key=KEY)
    assert at == Registrant.objects.get(registered_at=at).registered_at


def test_odd_characters_survive(event):
    name = 'O\'Brien\t\\N \n "x" %s ü 🎓'
    upsert(Registrant, COLUMNS, [row(event, "1", name)], key=KEY)
    assert {"1": name} == names()


def test_rows_that_fail_on_the_way_leave_nothing(event):
    def rows():
        yield row(event, "1")
        raise ValueError("torn")

    with pytest.raises(ValueError, match="torn"), transaction.atomic():
        upsert(Registrant, COLUMNS, rows(), key=KEY)
    assert {} == names()


def test_it_can_be_used_twice_in_a_transaction(event):
    with transaction.atomic():
        upsert(Registrant, COLUMNS, [row(event, "1")], key=KEY)
        upsert(Registrant, COLUMNS, [row(event, "2")], key=KEY)
    assert {"1", "2"} == names().keys()


def test_an_impossible_row_is_an_error(event):
    with pytest.raises(IntegrityError), transaction.atomic():
        upsert(Registrant, COLUMNS, [row(event, None)], key=KEY)
