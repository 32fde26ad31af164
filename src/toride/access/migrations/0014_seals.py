"""Versions of the policy and places of people are sealed from here on; what an upgrade finds is sealed as it stands."""

from typing import Any

from django.db import migrations, models

from toride.access import seals


def seal(apps: Any, schema: Any) -> None:
    """Without people nothing is sealed, and no key is asked for."""
    store = schema.connection.alias
    for person in apps.get_model("access", "Person").objects.using(store).iterator():
        person.seal = seals.of_place(person)
        person.save(update_fields=["seal"])
    for row in apps.get_model("access", "PolicyVersion").objects.using(store).iterator():
        row.seal = seals.of_version(row)
        row.save(update_fields=["seal"])


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0013_start_codes"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="seal",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="seal",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="void",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
