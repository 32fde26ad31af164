"""What may stand in clear: whose branch and charge a customer is, and which import brought them."""

from django.db import models

from toride.access.models import Approval, Branch, Person
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


class Handover(models.Model):
    """`count` customers whom `person` hands over to a branch and a person in charge, or nobody yet: at once, or by a
    job once a second person agreed to the approval.
    """

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    count = models.PositiveIntegerField()
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, null=True)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True)
    created = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "created"], name="customers_handover_lately")]


class Import(models.Model):
    """A file on its way to become customers: a draft until it has a job, then an import.

    `about` holds the file's name and where it comes from, sealed; file, findings and rejected rows stand sealed, too.
    `above`: rows over the headings; `double`: headings in two rows; `numbered`: how the numbers begin that the product
    gives; `hidden`: hidden rows of a workbook come, too; `guessed`: nobody has said yes to what was guessed. `choices`:
    what was decided about problems and doubts, by kind; `left`: cells that were not brought in, by target and reason.
    `size`: bytes announced. `trial`: the job that checks the whole file; it goes when file or mapping change.
    `leave_out`: likely duplicates are left out. `taking_back`: the job that undoes the import. `ended`: when file,
    findings and rejected rows went.
    """

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True)
    trial = models.OneToOneField(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    taking_back = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.UUIDField()
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    purpose = models.CharField(max_length=60, blank=True)
    about = models.BinaryField(default=bytes)
    file = models.UUIDField()
    size = models.PositiveBigIntegerField(default=0)
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=2, blank=True)
    targets = models.JSONField(default=list)
    header = models.BooleanField(default=True)
    above = models.PositiveSmallIntegerField(default=0)
    double = models.BooleanField(default=False)
    numbered = models.CharField(max_length=20, blank=True)
    hidden = models.BooleanField(default=False)
    guessed = models.BooleanField(default=False)
    choices = models.JSONField(default=dict)
    left = models.JSONField(default=dict)
    leave_out = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    undone = models.DateTimeField(null=True)
    purged = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)


class Finding(models.Model):
    """What the check of a file found in a row, or what stood in the way of taking it back (`kind` conflict).

    `reason` is English and quotes nothing; the value, or whom it concerns, is sealed in `blob`.
    """

    source = models.ForeignKey(Import, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10)
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)
    blob = models.BinaryField(default=bytes)

    class Meta:
        indexes = [models.Index(fields=["source", "kind", "row"])]


class Mended(models.Model):
    """What a person wrote instead of cells of a row, sealed: column, from 0 → text."""

    source = models.ForeignKey(Import, on_delete=models.CASCADE)
    row = models.PositiveIntegerField()
    blob = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "row"], name="customers_mended_once")]


class SavedMapping(models.Model):
    """A mapping to be used again: its name, the headings and their targets, sealed."""

    person = models.UUIDField()
    used = models.DateTimeField()
    blob = models.BinaryField()


class Brought(models.Model):
    """A customer that an import made (`made`) or changed; `row` is the place in the file.

    `apart`: a number of theirs was sealed apart.
    """

    source = models.ForeignKey(Import, on_delete=models.CASCADE)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE)
    made = models.BooleanField()
    apart = models.BooleanField(default=False)
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


class Star(models.Model):
    """A customer whom a person marked to find again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "customer"], name="customers_star_once")]
