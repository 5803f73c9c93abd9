from django.db import migrations, models

import greenroom.hub.core.encryption


class Migration(migrations.Migration):
    dependencies = [("automation", "0001_initial")]

    operations = [
        migrations.RemoveField("hook", "unsubscribe_digest"),
        migrations.AddField(
            "hook",
            "unsubscribe_token",
            greenroom.hub.core.encryption.EncryptedTextField(default=""),
            preserve_default=False,
        ),
        migrations.AddField("hook", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("hook", "last_failure_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "hookdelivery",
            "began_at",
            models.DateTimeField(help_text="When it was tried first.", null=True),
        ),
        migrations.RemoveIndex("hookdelivery", "hook_delivery_due"),
        migrations.AddIndex("hookdelivery", models.Index(fields=["hook", "state", "due_at"], name="hook_delivery_due")),
        migrations.AddIndex("hookdelivery", models.Index(fields=["created_at"], name="hook_delivery_by_age")),
    ]
