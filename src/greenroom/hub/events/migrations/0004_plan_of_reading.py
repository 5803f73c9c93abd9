from django.db import migrations
from django.db.models.functions import Now


def read_all_once_more(apps, schema_editor):
    """Give every event we know a moment at which its registrants are read; from then on it has a plan."""
    apps.get_model("events", "Event").objects.update(registrants_due_at=Now())


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0003_held_keys"),
    ]

    operations = [
        migrations.RunPython(read_all_once_more, migrations.RunPython.noop),
    ]
