"""What a person keeps of a list: views, and which one it begins with."""

from django.db import models

from toride.access.models import Branch, Person
from toride.base.ids import ordered_id


class SavedView(models.Model):
    """A list as somebody set it; its name, words and filters stand sealed. `branch` where a branch shares it."""

    class Reach(models.TextChoices):
        OWN = "own"
        BRANCH = "branch"
        ALL = "all"

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    list = models.CharField(max_length=20)
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    reach = models.CharField(max_length=6, choices=Reach, default=Reach.OWN)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True)
    blob = models.BinaryField()
    created = models.DateTimeField()
    removed = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["reach"], name="lists_view_reach")]


class FirstView(models.Model):
    """Which saved view a person's list begins with."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    list = models.CharField(max_length=20)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "list"], name="lists_first_once")]
