"""How far a job is: rows, rate, time left, and who is before it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from toride.base import clock
from toride.customers.models import Import
from toride.jobs import running as jobs
from toride.jobs.models import Job, State

ENOUGH = 2.0  # seconds after which a rate says something
MINUTE, HOUR = 60, 3_600


@dataclass(frozen=True, slots=True)
class Progress:
    """`percent` and `left` (seconds) are None while they cannot be known; `ahead`: jobs before this one."""

    state: State
    done: int
    total: int | None
    percent: int | None
    rate: int | None
    left: int | None
    ahead: int
    stopping: bool

    @property
    def live(self) -> bool:
        """Does it wait or run?"""
        return self.state in (State.QUEUED, State.RUNNING)


def current(source: Import) -> Job | None:
    """The job that the person waits for: the last one begun."""
    return source.taking_back or source.job or source.trial


def of(job: Job) -> Progress:
    """As the job stands in the store."""
    seconds = ((job.finished or clock.now()) - job.started).total_seconds() if job.started else 0.0
    rate = int((job.done - job.before) / seconds) if seconds > ENOUGH else None
    total = max(job.total, job.done) if job.total else None
    return Progress(
        state=State(job.state),
        done=job.done,
        total=total,
        percent=job.done * 100 // total if total else None,
        rate=rate,
        left=int((total - job.done) / rate) if rate and total else None,
        ahead=jobs.ahead(job) if job.state == State.QUEUED else 0,
        stopping=job.cancelling,
    )


def lasting(seconds: int) -> str:
    """A time in words, roughly."""
    if seconds < MINUTE:
        return _("%(seconds)d s") % {"seconds": seconds}
    if seconds < HOUR:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": seconds // MINUTE, "seconds": seconds % MINUTE}
    return _("%(hours)d h %(minutes)d min") % {"hours": seconds // HOUR, "minutes": seconds % HOUR // MINUTE}
