"""The job that hands over what two people agreed upon, batch by batch, asking anew each time."""

from typing import Any
from uuid import UUID

from django.db import transaction

from toride.access.approvals import requests
from toride.access.command_line import door
from toride.access.decide import decide
from toride.access.models import Person
from toride.base.errors import Conflict
from toride.customers.actions import Action
from toride.customers.handing import services
from toride.customers.models import Handover
from toride.jobs.models import Job
from toride.jobs.running import Run, handler
from toride.vault.permit import Permit

BATCH = 200


@handler(services.JOB)
def run(run: Run) -> dict[str, Any]:
    """Who is out of the asker's rows by then is left out. Raises Conflict or Unavailable where nobody agreed to it."""
    row = Handover.objects.get(job=run.job)
    if row.approval_id is None:
        raise Conflict("altered")
    content = requests.approved(_allowed(run.job), services.KIND, row.approval_id)
    to = [row.branch_id, str(row.owner_id or "")]
    if [content["handover"], content["branch"], content["owner"]] != [str(row.pk), *to]:
        raise Conflict("altered")
    subjects = [UUID(one) for one in content["subjects"]]
    done, moved = run.job.done, int(run.job.checkpoint.get("moved", 0))
    while batch := subjects[done : done + BATCH]:
        permit = _allowed(run.job)
        with transaction.atomic():
            moved += services.carry(permit, row=row, subjects=batch)
            done += len(batch)
            run.checkpoint(done=done, total=len(subjects), moved=moved)
    return {"handover": str(row.pk), "moved": moved, "left": len(subjects) - moved}


def _allowed(job: Job) -> Permit:
    person = Person.objects.get(pk=job.person)
    return decide(person, Action.CHARGE_MOVE, door=door("job"), purpose=job.purpose)
