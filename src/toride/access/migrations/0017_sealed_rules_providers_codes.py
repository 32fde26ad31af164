from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0016_sealed_openings")]

    operations = [
        migrations.AddField(model, "seal", models.CharField(default="", max_length=64))
        for model in ("signinrules", "provider", "startcode")
    ]
