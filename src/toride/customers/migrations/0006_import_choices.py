import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_handovers")]

    operations = [
        migrations.AddField("import", "above", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("import", "double", models.BooleanField(default=False)),
        migrations.AddField("import", "numbered", models.CharField(blank=True, max_length=20)),
        migrations.AddField("import", "hidden", models.BooleanField(default=False)),
        migrations.AddField("import", "guessed", models.BooleanField(default=False)),
        migrations.AddField("import", "choices", models.JSONField(default=dict)),
        migrations.AddField("import", "left", models.JSONField(default=dict)),
        migrations.CreateModel(
            name="Mended",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField()),
                ("blob", models.BinaryField()),
                (
                    "source",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="customers.import"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "row"), name="customers_mended_once")],
            },
        ),
    ]
