"""Items that wait for people, notices of them, and what a person's notices and the calendar are set to."""

from django.db import models

from toride.access.models import Branch, Person
from toride.base.ids import ordered_id
from toride.vault.models import Subject


class Item(models.Model):
    """Something to do, for one person, or for everybody whose duty does such at its branch.

    `about`: the id of what it is about. `subject`: the customer whom it concerns; who may not see them sees no item.
    """

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    kind = models.CharField(max_length=40)
    about = models.UUIDField()
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, null=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True)
    created = models.DateTimeField()
    due = models.DateTimeField()
    escalated = models.DateTimeField(null=True)
    done = models.DateTimeField(null=True)
    doer = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "about"), condition=models.Q(done=None), name="work_item_open_once"
            ),
        )
        indexes = (models.Index(fields=("done", "due"), name="work_item_open"),)


class Notice(models.Model):
    """That something waits for a person, or is late, was found at that moment; and when a mail told them."""

    class Step(models.TextChoices):
        NEW = "new"
        LATE = "late"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    about = models.UUIDField()
    step = models.CharField(max_length=4, choices=Step)
    at = models.DateTimeField(db_index=True)
    mailed = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "about", "step", "person"), name="work_notice_once"),)
        indexes = (models.Index(fields=("person", "mailed"), name="work_notice_unmailed"),)


class Contact(models.Model):
    """In which language a person is written to, and when they last were."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    language = models.CharField(max_length=8)
    mailed = models.DateTimeField(null=True)


class Opening(models.Model):
    """The business calendar as the administrator set it, one row at most; see calendar.py."""

    content = models.JSONField()
    changed = models.DateTimeField()
