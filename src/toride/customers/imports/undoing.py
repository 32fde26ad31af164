"""The job that takes a whole import back; what was changed since stays, and is told."""

from typing import Any

from django.db import transaction

from toride.base import clock
from toride.customers.actions import Action
from toride.customers.imports import drafts, findings, running, services
from toride.customers.models import Brought, Finding, Import
from toride.jobs.running import Run, handler


@handler(drafts.UNDO)
def undo(run: Run) -> dict[str, Any]:
    """The handler: each batch, its event, its conflicts and its checkpoint are one transaction."""
    source = Import.objects.get(taking_back=run.job)
    brought = Brought.objects.filter(source=source)
    total, done = brought.count(), run.job.done
    last, back = (int(run.job.checkpoint.get(name, 0)) for name in ("last", "restored"))
    while batch := list(brought.filter(pk__gt=last).order_by("pk")[: services.UNDO_BATCH]):
        permit = running.allowed(run.job, Action.IMPORT_UNDO)
        with transaction.atomic():
            restored, standing = services.take_back(permit, source=source, brought=batch)
            findings.keep_conflicts(source, standing)
            last, done, back = batch[-1].pk, done + len(batch), back + restored
            run.checkpoint(done=done, total=total, last=last, restored=back)
    Import.objects.filter(pk=source.pk, undone=None).update(undone=clock.now())
    return {"restored": back, "conflicts": Finding.objects.filter(source=source, kind=findings.CONFLICT).count()}
