"""Tables that take a row for each person, mail or fact have no index that nothing asks."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

_LARGE = (
    "ledger_fact",
    "contacts_contactaddress",
    "events_registrant",
    "events_registrationrequest",
    "mailing_message",
)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has indexes for LIKE")
def test_no_large_table_has_an_index_for_like_beside_the_one_for_keys():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = ANY(%s) AND indexname LIKE '%%_like'", [[*_LARGE]]
        )
        assert [] == cursor.fetchall()
