"""Webhooks, and what waits to be told; ids, codes and figures only."""

from django.db import models

from toride.access.models import Connection
from toride.base.ids import ordered_id


class Hook(models.Model):
    """Where another system is told what happened, of whom its connection may read.

    `kinds`: codes of `hooks.KINDS`. `inside`: it stands in the house's own network. `blob`: the secret, sealed; none
    until it was taken. `place`: the next entry of the trail to look at. `failing`: since when nothing arrives.
    """

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=500)
    kinds = models.JSONField()
    inside = models.BooleanField()
    blob = models.BinaryField(default=bytes)
    place = models.BigIntegerField(default=0)
    created = models.DateTimeField()
    arrived = models.DateTimeField(null=True)
    failing = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)


class Message(models.Model):
    """One thing to tell one hook. `entry`: its place in the trail; none for a test. `part`: of one too long for one
    message. `attempts` were made by now.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        ARRIVED = "arrived"
        GIVEN_UP = "given up"

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="messages")
    entry = models.BigIntegerField(null=True)
    part = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    subjects = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hook", "entry", "kind", "part"], name="disclosure_message_once")
        ]
        indexes = [models.Index(fields=["state", "due"], name="disclosure_message_due")]
