"""A campaign, and each grant that is reviewed in it."""

from django.db import models

from toride.base.ids import ordered_id


class Campaign(models.Model):
    """A review of every grant within its scope; see services.py.

    `branches`, `departments`: codes of the scope, both empty for everybody. `covers`: how many people that was, and
    who was left out. `unused`, `dormant`: days after which a duty or an account counts as such. `since`: from when
    attempts of ended people are counted. `staff`: what the staff file said, `ended`: what ended people tried; figures
    and ids only. `result`: the signed note, once it is closed.
    """

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    opener = models.ForeignKey("access.Person", on_delete=models.PROTECT, related_name="+")
    branches = models.JSONField(default=list)
    departments = models.JSONField(default=list)
    covers = models.JSONField(default=dict)
    unused = models.PositiveSmallIntegerField()
    dormant = models.PositiveSmallIntegerField()
    since = models.DateTimeField()
    opened = models.DateTimeField()
    due = models.DateTimeField()
    escalated = models.DateTimeField(null=True)
    closed = models.DateTimeField(null=True, db_index=True)
    closer = models.ForeignKey("access.Person", on_delete=models.PROTECT, null=True, related_name="+")
    staff = models.JSONField(default=dict)
    ended = models.JSONField(default=dict)
    result = models.TextField(blank=True)


class Item(models.Model):
    """One grant of one person: a duty, or a connection (`what`: its code or id; `called`: what pages say).

    `above`: nobody nearer was left, so that somebody higher up reviews it. `talk`: reason, question and answer, sealed.
    """

    class Kind(models.TextChoices):
        DUTY = "duty"
        KEY = "key"

    class State(models.TextChoices):
        OPEN = "open"
        ASKED = "asked"
        KEPT = "kept"
        REMOVED = "removed"

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="items")
    person = models.ForeignKey("access.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind)
    what = models.CharField(max_length=20)
    called = models.CharField(max_length=60, blank=True)
    used = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)
    reviewer = models.ForeignKey("access.Person", on_delete=models.PROTECT, null=True, related_name="+")
    above = models.BooleanField(default=False)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    talk = models.BinaryField(default=bytes)
    asked = models.DateTimeField(null=True)
    decider = models.ForeignKey("access.Person", on_delete=models.PROTECT, null=True, related_name="+")
    decided = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("campaign", "person", "kind", "what"), name="access_item_once"),)
        indexes = (models.Index(fields=("reviewer", "state"), name="access_item_waiting"),)


UNDECIDED = (Item.State.OPEN, Item.State.ASKED)
