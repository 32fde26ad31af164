"""What the data store holds of the index: all of it sealed, but sizes, times and which key sealed it."""

from django.db import models


class IndexState(models.Model):
    """One row: which epoch seals, which edition serves, how far the work beside the writes has come.

    `phase` changes whenever writers must write otherwise; `previous` is the epoch that a rotation leaves behind.
    `schema` is what writers write, `served` what the edition that serves was built for. `purged` is the newest change
    (by number, on PostgreSQL by transaction) whose row was deleted, `purges` how often that happened.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    epoch = models.PositiveIntegerField()
    previous = models.PositiveIntegerField(null=True)
    phase = models.PositiveIntegerField(default=1)
    edition = models.BigIntegerField()
    building = models.BigIntegerField(null=True)
    schema = models.CharField(max_length=64)
    served = models.CharField(max_length=64)
    version = models.BigIntegerField(default=0)
    batch = models.BigIntegerField(default=0)
    purges = models.BigIntegerField(default=0)
    purged = models.BigIntegerField(default=0)
    salt = models.BinaryField()


class Segment(models.Model):
    """One column of the subjects from `low` up to the next segment's, at most 8,192; column "" holds the subjects."""

    edition = models.BigIntegerField()
    low = models.UUIDField()
    column = models.CharField(max_length=40)
    epoch = models.PositiveIntegerField()
    version = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    blob = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("edition", "column", "low"), name="vault_segment_place"),
        )  # fmt: skip


class Delta(models.Model):
    """A change of one or many subjects, as it was written; `xact` is its transaction on PostgreSQL.

    `batch`: taken up by this round of compaction; `folded`: when the segments held it; `stale`: an edition being
    built already has it from the records.
    """

    seq = models.BigAutoField(primary_key=True)
    xact = models.BigIntegerField(default=0)
    epoch = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    batch = models.BigIntegerField(null=True)
    folded = models.DateTimeField(null=True)
    stale = models.BigIntegerField(null=True)
    blob = models.BinaryField()

    class Meta:
        indexes = (models.Index(fields=("xact",), name="vault_delta_xact"),)


class LookupToken(models.Model):
    """That a value is taken, and by whom; the sealed value serves only to make the next epoch's token."""

    epoch = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    token = models.BinaryField(max_length=16)
    subject = models.UUIDField()
    blob = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("epoch", "kind", "token"), name="vault_lookup_once"),
        )  # fmt: skip
        indexes = (models.Index(fields=("subject",), name="vault_lookup_subject"),)
