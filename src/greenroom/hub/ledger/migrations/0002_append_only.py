"""
Have the database refuse to change what happened.

`email` and `data` stay open so that a person can be erased. A later migration that makes SQLite rebuild the table
drops the trigger with it and has to call `guard` again.
"""

from django.db import migrations

_FIXED = (
    "id, kind, happened_at, recorded_at, dedupe_key, tx, connection_id, event_id, session_id, registrant_id, user_id"
)
_POSTGRESQL = [
    """
    CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'facts are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    f"""
    CREATE TRIGGER ledger_fact_append_only BEFORE UPDATE OF {_FIXED} ON ledger_fact
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()
    """,
]
_SQLITE = [
    f"""
    CREATE TRIGGER ledger_fact_append_only BEFORE UPDATE OF {_FIXED} ON ledger_fact
    BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END
    """
]


def guard(apps, schema_editor):
    for statement in _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute("DROP TRIGGER ledger_fact_append_only" + (" ON ledger_fact" if is_postgresql else ""))
    if is_postgresql:
        schema_editor.execute("DROP FUNCTION ledger_refuse()")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
