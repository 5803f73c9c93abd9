from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0004_plan_of_reading"),
    ]

    operations = [
        migrations.AddField(
            model_name="eventact",
            name="event_key",
            field=models.CharField(
                blank=True, help_text="Of what GoTo made; it is not asked for again.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="registrationrequest",
            name="idempotency_key",
            field=models.CharField(max_length=128, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name="eventact",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "On its way to GoTo"),
                    ("unclear", "Needs a look"),
                    ("done", "Done"),
                    ("refused", "Refused"),
                ],
                default="pending",
                max_length=16,
            ),
        ),
    ]
