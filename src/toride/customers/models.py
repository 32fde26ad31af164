"""What may stand in clear: whose branch and charge a customer is, and which import brought them."""

from django.db import models

from toride.access.models import Branch, Person
from toride.base.ids import ordered_id
from toride.jobs.models import Job
from toride.vault.models import Subject


class Customer(models.Model):
    """A subject who is a customer; everything personal is sealed in the vault."""

    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, primary_key=True)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    created = models.DateTimeField()
    hidden = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["branch"]), models.Index(fields=["owner"])]


class Import(models.Model):
    """The file and its rejected rows stand sealed; the mapping holds headings only."""

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True)
    person = models.UUIDField()
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    file = models.UUIDField()
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=2, blank=True)
    targets = models.JSONField(default=list)
    header = models.BooleanField(default=True)
    counts = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    undone = models.DateTimeField(null=True)
    purged = models.DateTimeField(null=True)


class Brought(models.Model):
    """A customer that an import made (`made`) or changed; `row` is the place in the file."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE)
    made = models.BooleanField()
    row = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "subject"], name="customers_brought_once")]


class Rejected(models.Model):
    """A row that was not imported, sealed, with the reasons."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE)
    row = models.PositiveIntegerField()
    blob = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "row"], name="customers_rejected_once")]
