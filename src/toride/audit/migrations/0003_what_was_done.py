"""The projection says what was done; older entries, which keep no verb, stand in it as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_last_use")]

    operations = [
        migrations.AddField(
            model_name="listed", name="did", field=models.CharField(default="", max_length=60), preserve_default=True
        ),
    ]
