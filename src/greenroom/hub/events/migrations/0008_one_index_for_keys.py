"""Drop an index for LIKE that nothing asks; Django makes one for each unique text, and each row pays for it."""

from django.db import migrations


class Migration(migrations.Migration):
    """On SQLite there was none."""

    dependencies = [("events", "0007_replaced_dates")]

    operations = [
        migrations.RunSQL(
            "DROP INDEX IF EXISTS events_registrationrequest_idempotency_key_89dbbeb9_like", migrations.RunSQL.noop
        ),
    ]
