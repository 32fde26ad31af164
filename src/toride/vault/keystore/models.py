"""What the key store holds: wrapped generations, the wrapped keys of each subject, and the list of the erased."""

from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    """A generation's life: pending (made, not yet used), active (seals and opens), retiring (opens), destroyed."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRING = "retiring"
    DESTROYED = "destroyed"


class Generation(models.Model):
    """A secret of one kind, wrapped by a root version of its own that is destroyed with it.

    `former_root` is the root version that wrapped it before, until that one is destroyed.
    """

    kind = models.CharField(max_length=16)
    number = models.PositiveIntegerField()
    root_version = models.CharField(max_length=200)
    former_root = models.CharField(max_length=200, blank=True, default="")
    wrapped = models.BinaryField()
    state = models.CharField(max_length=10, choices=State)
    created = models.DateTimeField()
    destroyed = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "number"), name="keystore_generation_number"),
            models.UniqueConstraint(fields=("kind",), condition=Q(state="active"), name="keystore_one_active"),
            models.UniqueConstraint(fields=("kind",), condition=Q(state="pending"), name="keystore_one_pending"),
        )


class SubjectKeys(models.Model):
    """The category keys of one subject, sealed together under a generation of kind `subjects`."""

    subject = models.UUIDField(primary_key=True)
    generation = models.PositiveIntegerField(db_index=True)
    keys = models.BinaryField()


class Erasure(models.Model):
    """A category of a subject (0: all of them) was erased, with its key up to this version."""

    subject = models.UUIDField()
    category = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("subject", "category", "version"), name="keystore_erasure_once"),
        )
