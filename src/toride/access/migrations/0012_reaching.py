import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0011_temporary_access"),
    ]

    operations = [
        migrations.AddField(
            model_name="glass",
            name="beyond",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="Reaching",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "at"], name="access_reaching_lately")],
            },
        ),
    ]
