"""Tables of what a directory says; of our app."""

from django.db import models

from toride.base.ids import random_id


class Provisioned(models.Model):
    """A person as a directory knows them. `said`: names and mail addresses in its words.

    `left`: when the directory ended them; it may bring back only whom it has ended. `removed`: it knows them no more.
    """

    person = models.OneToOneField(
        "access.Person", on_delete=models.CASCADE, primary_key=True, related_name="provisioned"
    )
    external = models.CharField(max_length=200, blank=True, db_index=True)
    said = models.JSONField(default=dict)
    changed = models.DateTimeField()
    left = models.DateTimeField(null=True)
    removed = models.BooleanField(default=False)

    class Meta:
        app_label = "access"


class DirectoryGroup(models.Model):
    """A group of a directory; where its name stands on the connection's list, who is in it holds that duty."""

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    connection = models.ForeignKey("access.Connection", on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=200)
    external = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField()
    changed = models.DateTimeField()
    members = models.ManyToManyField("access.Person", related_name="+")

    class Meta:
        app_label = "access"


class ReportingLine(models.Model):
    """Who answers for a person, and who stands in for them, from one day to another (both included, None: open)."""

    class Kind(models.TextChoices):
        SUPERIOR = "superior"
        DEPUTY = "deputy"

    person = models.ForeignKey("access.Person", on_delete=models.CASCADE, related_name="lines")
    to = models.ForeignKey("access.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    begins = models.DateField()
    ends = models.DateField(null=True)

    class Meta:
        app_label = "access"
        indexes = [models.Index(fields=["person", "kind", "begins"], name="access_line_of_person")]
