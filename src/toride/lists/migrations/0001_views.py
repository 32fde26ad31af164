"""Saved views of every list: those of customers as they are, with the code of their list."""

import django.db.models.deletion
import toride.base.ids
from django.conf import settings
from django.db import migrations, models

THERE = (
    "INSERT INTO lists_newfirst (person_id, view_id, list) SELECT person_id, view_id, 'customers' FROM lists_oldfirst"
)
BACK = "INSERT INTO lists_oldfirst (person_id, view_id) SELECT person_id, view_id FROM lists_newfirst WHERE list = 'customers'"


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("access", "0001_initial"),
        ("customers", "0007_views_move"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=toride.base.ids.ordered_id, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "reach",
                            models.CharField(
                                choices=[("own", "Own"), ("branch", "Branch"), ("all", "All")],
                                default="own",
                                max_length=6,
                            ),
                        ),
                        ("blob", models.BinaryField()),
                        ("created", models.DateTimeField()),
                        ("removed", models.DateTimeField(null=True)),
                        (
                            "branch",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, to="access.branch"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                        ),
                    ],
                    options={"indexes": [models.Index(fields=["reach"], name="customers_view_reach")]},
                ),
                migrations.CreateModel(
                    name="OldFirst",
                    fields=[
                        (
                            "person",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("view", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lists.savedview")),
                    ],
                ),
            ],
        ),
        migrations.AddField(
            model_name="savedview",
            name="list",
            field=models.CharField(default="customers", max_length=20),
            preserve_default=False,
        ),
        migrations.RenameIndex(model_name="savedview", new_name="lists_view_reach", old_name="customers_view_reach"),
        migrations.CreateModel(
            name="NewFirst",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("list", models.CharField(max_length=20)),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
                ("view", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="lists.savedview")),
            ],
        ),
        migrations.AddConstraint(
            model_name="newfirst",
            constraint=models.UniqueConstraint(fields=("person", "list"), name="lists_first_once"),
        ),
        migrations.RunSQL(THERE, BACK),
    ]
