"""The trail's tables; nobody but the sequencer writes to them, save the inbox and the outbox."""

from django.db import models


class Inbox(models.Model):
    """Events committed and not yet in order; the app role may only insert."""

    id = models.BigAutoField(primary_key=True)
    bytes = models.BinaryField()


class Outbox(models.Model):
    """Events of business transactions, in the data store; the sequencer moves each once, by event id."""

    id = models.BigAutoField(primary_key=True)
    bytes = models.BinaryField()


class Entry(models.Model):
    """An event at its place in the order; never changed. `event` is the event's id, 16 bytes."""

    idx = models.BigIntegerField(primary_key=True)
    event = models.BinaryField(unique=True, max_length=16)
    bytes = models.BinaryField()


class Tile(models.Model):
    """Up to 256 hashes of the tree (C2SP tlog-tiles); only the right edge still grows."""

    pk = models.CompositePrimaryKey("level", "n")
    level = models.SmallIntegerField()
    n = models.BigIntegerField()
    width = models.SmallIntegerField()
    bytes = models.BinaryField()


class Checkpoint(models.Model):
    """The signed tree head at `size` entries, as a signed note."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()


class Listed(models.Model):
    """Projection: one line per entry, to list and filter. `at` in microseconds; `event`, `actor` are 16 bytes."""

    idx = models.BigIntegerField(primary_key=True)
    event = models.BinaryField(max_length=16)
    at = models.BigIntegerField()
    action = models.CharField(max_length=60)
    did = models.CharField(max_length=60, default="")
    outcome = models.CharField(max_length=10)
    actor = models.BinaryField(null=True, max_length=16)
    purpose = models.CharField(max_length=60)
    door = models.CharField(max_length=10)
    subjects = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["actor", "at"], name="audit_listed_actor"),
            models.Index(fields=["actor", "action", "at"], name="audit_listed_use"),
            models.Index(fields=["action", "at"], name="audit_listed_action"),
            models.Index(fields=["at"], name="audit_listed_at"),
        ]


class Touched(models.Model):
    """Projection: one line per subject of an entry, found by subject or by actor."""

    pk = models.CompositePrimaryKey("idx", "subject", "mode")
    idx = models.BigIntegerField()
    subject = models.BinaryField(max_length=16)
    mode = models.CharField(max_length=10)
    mask = models.SmallIntegerField()
    at = models.BigIntegerField()
    actor = models.BinaryField(null=True, max_length=16)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "at"], name="audit_touched_subject"),
            models.Index(fields=["actor", "at"], name="audit_touched_actor"),
        ]


class Projected(models.Model):
    """How far the projections have come: entries below `upto` are in them."""

    id = models.SmallIntegerField(primary_key=True)
    upto = models.BigIntegerField()
