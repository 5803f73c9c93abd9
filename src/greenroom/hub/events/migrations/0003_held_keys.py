from django.conf import settings
from django.db import migrations, models

import greenroom.hub.core.encryption


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_true_copy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="heldanswer",
            name="gone",
            field=greenroom.hub.core.encryption.EncryptedTextField(
                blank=True, help_text="The keys of what would go, as JSON; some are addresses."
            ),
        ),
        migrations.AlterField(
            model_name="heldanswer",
            name="state",
            field=models.CharField(
                choices=[
                    ("held", "Held"),
                    ("obeyed", "Obeyed"),
                    ("overtaken", "Overtaken by a fuller answer"),
                    ("dismissed", "Not believed"),
                ],
                default="held",
                max_length=16,
            ),
        ),
        migrations.RemoveIndex(model_name="registrant", name="registrant_by_email"),
        migrations.AddIndex(
            model_name="registrant",
            index=models.Index(fields=["email", "event"], name="registrant_by_address"),
        ),
    ]
