"""
Let the numbers of facts have an offset, for a database that is restored on another PostgreSQL server.

It is a function of the schema, so that it is restored with the facts; see `adopting`.
"""

from django.db import migrations

_OFFSET = "CREATE FUNCTION ledger_tx_offset() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 0::bigint'"
_SET_DEFAULT = "ALTER TABLE ledger_fact ALTER COLUMN tx SET DEFAULT (pg_current_xact_id()::text::bigint{offset})"


def count_with_offset(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_OFFSET)
        schema_editor.execute(_SET_DEFAULT.format(offset=" + ledger_tx_offset()"))


def count_without_offset(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_SET_DEFAULT.format(offset=""))
        schema_editor.execute("DROP FUNCTION ledger_tx_offset()")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]

    operations = [migrations.RunPython(count_with_offset, count_without_offset)]
