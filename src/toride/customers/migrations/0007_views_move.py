"""Saved views belong to the floor of lists: their tables get its name and keep what is in them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_import_choices")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable("SavedView", "lists_savedview"),
                migrations.AlterModelTable("FirstView", "lists_oldfirst"),
            ],
            state_operations=[migrations.DeleteModel("FirstView"), migrations.DeleteModel("SavedView")],
        )
    ]
