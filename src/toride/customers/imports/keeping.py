"""What an import needs is kept as long as it can be taken back, and ends then: file, findings, rejected rows."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from toride import audit
from toride.access.command_line import door
from toride.base import clock
from toride.customers.actions import Action
from toride.customers.imports.services import RETENTION
from toride.customers.models import Brought, Finding, Import, Mended, Rejected
from toride.jobs.models import State
from toride.vault import files

KEPT = RETENTION
ENDED = (State.DONE, State.FAILED, State.CANCELLED)


def until(source: Import) -> datetime | None:
    """How long what is needed to take it back is kept; None while it runs."""
    last = (source.taking_back or source.job) if source.job else None
    return (source.undone or last.finished) + KEPT if last and last.finished else None


def end() -> int:
    """Ends what imports kept that were finished, and if so taken back, KEPT ago; how many. Each is an event.

    The customers stay; the import stays with its figures, and can no longer be gone on with or taken back. Of one that
    was taken back the customers' keys go first.
    """
    past = clock.now() - KEPT
    due = Import.objects.filter(
        Q(taking_back=None) | Q(taking_back__state__in=ENDED, taking_back__finished__lt=past),
        Q(undone=None) | Q(purged__isnull=False),
        job__state__in=ENDED,
        job__finished__lt=past,
        ended=None,
    )
    for source in (found := list(due)):
        audit.note(None, door("system"), Action.IMPORT_END, facts={"import": str(source.pk)})
        files.drop(source.file)
        with transaction.atomic():
            for kept in (Finding, Rejected, Brought, Mended):
                kept.objects.filter(source=source).delete()
            Import.objects.filter(pk=source.pk).update(ended=clock.now())
    return len(found)
