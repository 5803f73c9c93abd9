from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0002_api_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="linked_email",
            field=models.EmailField(blank=True, db_default="", default="", max_length=254),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("linked_email", models.F("email")), _negated=True),
                fields=["id"],
                name="user_to_be_linked",
            ),
        ),
    ]
