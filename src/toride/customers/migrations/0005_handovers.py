import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import toride.base.ids


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("customers", "0004_imports_end"),
        ("jobs", "0002_resumed_from"),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=toride.base.ids.ordered_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("created", models.DateTimeField()),
                (
                    "approval",
                    models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to="access.approval"),
                ),
                ("branch", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="access.branch")),
                (
                    "job",
                    models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to="jobs.job"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "created"], name="customers_handover_lately")],
            },
        ),
    ]
