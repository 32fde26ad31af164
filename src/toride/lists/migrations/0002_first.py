"""Each list begins with a view of its own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("lists", "0001_views")]

    operations = [migrations.DeleteModel("OldFirst"), migrations.RenameModel("NewFirst", "FirstView")]
