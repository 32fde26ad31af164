"""A job outlives its worker, runs once at a time, stops when asked; a chore's failure stops nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest

from toride.base import clock
from toride.base.errors import Refused
from toride.jobs import running
from toride.jobs.models import Job, State
from toride.jobs.running import Chore, Run, cancel, claim, handler, perform, queue, resume

pytestmark = [pytest.mark.requirement("C7"), pytest.mark.django_db]
seen: list[int] = []


@handler("test.count")
def count(run: Run) -> dict[str, int]:
    for step in range(run.job.checkpoint.get("step", 0), 5):
        if step == run.job.arguments.get("fails_at"):
            raise ValueError("佐藤 花子")
        seen.append(step)
        run.checkpoint(done=step + 1, total=5, step=step + 1)
        if step == run.job.arguments.get("cancelled_at"):
            cancel(run.job.pk)
    return {"steps": 5}


@pytest.fixture(autouse=True)
def _empty() -> None:
    seen.clear()


def job(**arguments: int) -> Job:
    return queue("test.count", person=uuid4(), purpose="data-care", arguments=arguments)


def test_a_job_is_claimed_once() -> None:
    job()
    first = claim("one")
    assert first is not None
    assert claim("two") is None
    assert perform(first, "one").state == State.DONE
    assert first.result == {"steps": 5}


def test_a_killed_workers_job_goes_on_from_its_checkpoint() -> None:
    mine = job()
    taken = claim("killed")
    Job.objects.filter(pk=mine.pk).update(checkpoint={"step": 3}, lease=clock.now() - timedelta(seconds=1))
    again = claim("other")
    assert again is not None
    assert again.attempts == 2
    assert perform(again, "other").state == State.DONE
    assert seen == [3, 4]
    with pytest.raises(running.Stopped):
        Run(taken, "killed").checkpoint(done=1)


def test_cancelling_stops_at_the_next_checkpoint_and_resuming_goes_on() -> None:
    mine = job(cancelled_at=1)
    assert perform(claim("one"), "one").state == State.CANCELLED
    assert seen == [0, 1, 2]
    assert resume(mine.pk)
    assert perform(claim("one"), "one").state == State.DONE
    assert seen[-1] == 4


def test_a_queued_job_cancels_at_once() -> None:
    mine = job()
    assert cancel(mine.pk)
    assert claim("one") is None
    assert not cancel(mine.pk)


def test_a_failure_names_its_type_and_never_its_words() -> None:
    job(fails_at=2)
    failed = perform(claim("one"), "one")
    assert failed.state == State.FAILED
    assert failed.error == "ValueError"


def test_after_five_attempts_a_job_fails_for_good() -> None:
    mine = job()
    for _ in range(6):
        Job.objects.filter(pk=mine.pk).update(lease=clock.now() - timedelta(seconds=1))
        taken = claim("dies")
    assert perform(taken, "dies").state == State.FAILED
    assert seen == []


def test_a_failing_chore_waits_and_a_good_one_repeats() -> None:
    times: list[float] = []

    def refuse() -> None:
        times.append(1)
        raise Refused

    chore = Chore(10, refuse)
    for now in (0.0, 1.0, 10.5, 11.0):
        chore.look(now)
    assert len(times) == 2
