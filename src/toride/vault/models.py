"""What the data store holds of the vault: subjects without meaning, sealed records, and the list of the erased."""

from django.db import models

from toride.base.ids import ordered_id, random_id
from toride.vault.index.models import Delta, IndexState, LookupToken, Segment


class Subject(models.Model):
    """The anchor of everything that is kept about one person or organisation; says nothing itself."""

    id = models.UUIDField(primary_key=True, default=random_id, editable=False)
    created = models.DateTimeField()
    erased = models.DateTimeField(null=True)


class SealedRecord(models.Model):
    """One record of one category, sealed under the subject's key for it; `kind` is the domain's name of its form."""

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, db_index=False)
    category = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=40)
    revision = models.PositiveIntegerField()
    changed = models.DateTimeField()
    blob = models.BinaryField()

    class Meta:
        indexes = (models.Index(fields=("subject", "kind", "category"), name="vault_record_place"),)


class Erasure(models.Model):
    """A category of a subject (0: all of them) was erased, with its key up to this version."""

    subject = models.UUIDField()
    category = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("subject", "category", "version"), name="vault_erasure_once"),)
