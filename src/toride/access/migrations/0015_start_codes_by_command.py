import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0014_seals")]
    operations = [
        migrations.AlterField(
            model_name="startcode",
            name="issuer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="access.person"
            ),
        ),
    ]
