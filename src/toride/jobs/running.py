"""Runs jobs: a lease, a heartbeat, a checkpoint after each batch; what a killed worker left is taken up again."""

import logging
import os
import socket
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from toride.base import clock
from toride.base.errors import TorideError
from toride.jobs.models import Job, State

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
PAUSE = 0.5
Handler = Callable[["Run"], dict[str, Any]]
_handlers: dict[str, Handler] = {}
log = logging.getLogger(__name__)


class Stopped(Exception):  # noqa: N818 - not an error: the person cancelled
    """Raised by `Run.checkpoint` when the job is being cancelled, or its lease was lost."""


class Run:
    """One attempt at a job, as its handler sees it."""

    def __init__(self, job: Job, worker: str) -> None:
        self.job, self.worker = job, worker

    def checkpoint(self, *, done: int, total: int | None = None, **state: Any) -> None:
        """Commits progress with the caller's transaction, if one is open, and renews the lease; a `total` once told
        stays. Raises Stopped.
        """
        changed = Job.objects.filter(pk=self.job.pk, worker=self.worker, state=State.RUNNING, cancelling=False).update(
            done=done, total=total or F("total"), checkpoint=state, lease=clock.now() + LEASE
        )
        if not changed:
            raise Stopped
        self.job.done, self.job.total, self.job.checkpoint = done, total or self.job.total, state


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Declares who does jobs of this kind. It returns the result: figures and codes only."""

    def declare(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return declare


def queue(kind: str, *, person: UUID, purpose: str, arguments: dict[str, Any], total: int | None = None) -> Job:
    """A new job, visible to workers when the caller's transaction commits."""
    return Job.objects.create(kind=kind, person=person, purpose=purpose, arguments=arguments, total=total)


def cancel(job: UUID) -> bool:
    """Asks a job to stop at its next batch; a queued one stops at once. False where it had ended."""
    if Job.objects.filter(pk=job, state=State.QUEUED).update(state=State.CANCELLED, finished=clock.now()):
        return True
    return bool(Job.objects.filter(pk=job, state=State.RUNNING).update(cancelling=True))


def cancel_all(person: UUID) -> int:
    """As `cancel`, for every job of a person that has not ended; how many."""
    waiting = Job.objects.filter(person=person, state__in=(State.QUEUED, State.RUNNING)).values_list("pk", flat=True)
    return sum(cancel(job) for job in waiting)


def resume(job: UUID) -> bool:
    """Queues a cancelled or failed job again; it goes on from its checkpoint."""
    return bool(
        Job.objects.filter(pk=job, state__in=(State.CANCELLED, State.FAILED)).update(
            state=State.QUEUED, cancelling=False, error="", attempts=0, started=None, finished=None, before=F("done")
        )
    )


def ahead(job: Job) -> int:
    """How many jobs are done before this queued one begins."""
    earlier = Q(state=State.RUNNING) | Q(state=State.QUEUED, created__lt=job.created)
    return Job.objects.filter(earlier).exclude(pk=job.pk).count()


def claim(worker: str, job: UUID | None = None) -> Job | None:
    """The next job that nobody works on, or whose worker's lease has run out; now leased to `worker`."""
    moment = clock.now()
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease__lt=moment)
    waiting = Job.objects.filter(free, kind__in=list(_handlers))
    if job is not None:
        waiting = Job.objects.filter(free, pk=job)
    for candidate in waiting.order_by("created").values_list("pk", flat=True)[:10]:
        claimed = Job.objects.filter(free, pk=candidate).update(
            state=State.RUNNING, worker=worker, lease=moment + LEASE, attempts=F("attempts") + 1
        )
        if claimed:
            Job.objects.filter(pk=candidate, started=None).update(started=moment)
            return Job.objects.get(pk=candidate)
    return None


def perform(job: Job, worker: str) -> Job:
    """Does a claimed job to its end, failure or cancellation."""
    run = Run(job, worker)
    try:
        if job.attempts > MOST_ATTEMPTS:
            raise TorideError("attempts")
        result = _handlers[job.kind](run)
    except Stopped:
        _end(job, worker, State.CANCELLED)
    except Exception as error:  # noqa: BLE001 - a job's failure must not end the worker
        log.warning("job %s of kind %s failed: %s at %s", job.pk, job.kind, type(error).__name__, _place(error))
        reason = str(error) if isinstance(error, TorideError) else ""
        _end(job, worker, State.FAILED, error=f"{type(error).__name__}: {reason}"[:200].rstrip(": "))
    else:
        _end(job, worker, State.DONE, result=result)
    job.refresh_from_db()
    return job


def _end(job: Job, worker: str, state: State, **values: Any) -> None:
    with transaction.atomic():
        Job.objects.filter(pk=job.pk, worker=worker, state=State.RUNNING).update(
            state=state, finished=clock.now(), cancelling=False, **values
        )


def _place(error: Exception) -> str:
    """Where it arose; never its message, which may quote data."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"


def name() -> str:
    """What this worker calls itself."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}"


@dataclass(slots=True)
class Chore:
    """Something to be done again and again, `every` seconds, between jobs; a failure waits for the next time."""

    every: float
    do: Callable[[], object]
    due: float = 0.0

    def look(self, now: float) -> None:
        """Does it when it is due."""
        if now < self.due:
            return
        self.due = now + self.every
        try:
            self.do()
        except Exception as error:  # noqa: BLE001 - a chore's failure must not end the worker
            log.warning("a chore failed: %s at %s", type(error).__name__, _place(error))


def work(stop: Callable[[], bool], chores: Sequence[Chore] = ()) -> None:
    """Does jobs and chores until `stop()`."""
    me = name()
    while not stop():
        for chore in chores:
            chore.look(time.monotonic())
        job = claim(me)
        if job is None:
            time.sleep(PAUSE)
        else:
            perform(job, me)
