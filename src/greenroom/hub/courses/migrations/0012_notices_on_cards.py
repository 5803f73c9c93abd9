from django.db import migrations, models


def call_old_ones_seen(apps, schema_editor):
    """Keep what was told before cards showed it off them."""
    apps.get_model("courses", "Notice").objects.update(seen_at=models.F("made_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0011_dates_to_pick"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="seen_at",
            field=models.DateTimeField(help_text="Until then it also stands on the event's card.", null=True),
        ),
        migrations.RunPython(call_old_ones_seen, migrations.RunPython.noop),
    ]
