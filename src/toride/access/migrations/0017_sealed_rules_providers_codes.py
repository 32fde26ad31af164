"""What lets somebody in is sealed from here on. Rules and providers that an upgrade finds are confirmed once; start
codes that were given out before are good no more. The table of a cache that nobody used goes.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0016_sealed_openings")]

    operations = [
        migrations.AddField(model, "seal", models.CharField(default="", max_length=64))
        for model in ("signinrules", "provider", "startcode")
    ] + [migrations.RunSQL("DROP TABLE IF EXISTS access_rate", migrations.RunSQL.noop)]
