"""Drop an index for LIKE that nothing asks; Django makes one for each unique text, and each row pays for it."""

from django.db import migrations


class Migration(migrations.Migration):
    """On SQLite there was none."""

    dependencies = [("mailing", "0003_archived_emails")]

    operations = [
        migrations.RunSQL("DROP INDEX IF EXISTS mailing_message_dedupe_key_0ea48b00_like", migrations.RunSQL.noop),
    ]
