"""A job, whose checkpoint lets another worker go on where a killed one stopped; and mail that waits to leave."""

from django.db import models

from toride.base.ids import ordered_id


class State(models.TextChoices):
    """A job's life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(models.Model):
    """Holds ids, figures and codes only; never personal data. `error` is an exception's type and a code.

    `before`: how much was done when it was last resumed.
    """

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    kind = models.CharField(max_length=60)
    person = models.UUIDField()
    purpose = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    checkpoint = models.JSONField(default=dict)
    done = models.PositiveBigIntegerField(default=0)
    before = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=200, blank=True)
    cancelling = models.BooleanField(default=False)
    worker = models.CharField(max_length=60, blank=True)
    lease = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "created"])]


class Mail(models.Model):
    """A mail that waits to leave, to one person, who stands here by id: where it goes is asked when it leaves.

    `blob`: what it says, sealed for that person and this mail. `left`: when the last attempt began.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        LEAVING = "leaving"
        ACCEPTED = "accepted"
        GIVEN_UP = "given up"
        UNCERTAIN = "uncertain"

    id = models.UUIDField(primary_key=True, default=ordered_id, editable=False)
    person = models.UUIDField()
    kind = models.CharField(max_length=40)
    blob = models.BinaryField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField()
    due = models.DateTimeField()
    left = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due"], name="jobs_mail_due")]
