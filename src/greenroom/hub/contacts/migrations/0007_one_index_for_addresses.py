"""Drop indexes for LIKE that nothing asks; Django makes one for each indexed text, and each row pays for it."""

from django.db import migrations


class Migration(migrations.Migration):
    """On SQLite there was none."""

    dependencies = [("contacts", "0006_erasure")]

    operations = [
        migrations.RunSQL("DROP INDEX IF EXISTS contacts_contactaddress_email_d59d6ae1_like", migrations.RunSQL.noop),
        migrations.RunSQL(
            "DROP INDEX IF EXISTS contacts_contactaddress_alias_key_784fc7b1_like", migrations.RunSQL.noop
        ),
    ]
