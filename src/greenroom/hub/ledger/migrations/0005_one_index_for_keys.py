"""Drop an index for LIKE that nothing asks; Django makes one for each unique text, and each row pays for it."""

from django.db import migrations


class Migration(migrations.Migration):
    """On SQLite there was none."""

    dependencies = [("ledger", "0004_contact")]

    operations = [
        migrations.RunSQL("DROP INDEX IF EXISTS ledger_fact_dedupe_key_31396faa_like", migrations.RunSQL.noop),
    ]
