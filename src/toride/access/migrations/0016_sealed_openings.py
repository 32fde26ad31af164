"""Emergencies and temporary accesses are sealed from here on; those that stand are sealed as they are."""

from typing import Any

from django.db import migrations, models

from toride.access import seals


def seal(apps: Any, schema: Any) -> None:
    """Without any, no key is asked for."""
    store = schema.connection.alias
    for name in ("Glass", "TemporaryAccess"):
        for row in apps.get_model("access", name).objects.using(store).iterator():
            beyond = getattr(row, "beyond", False)
            row.seal = seals.of_opening(
                row.pk, row.person_id, row.subject_id, row.categories, row.created, beyond=beyond
            )
            row.save(update_fields=["seal"])


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0015_start_codes_by_command"),
    ]

    operations = [
        migrations.AddField(
            model_name="glass",
            name="seal",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AddField(
            model_name="temporaryaccess",
            name="seal",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
