"""Runs an import as a job: file → parser → cleaning → batches, with a checkpoint in each batch's transaction."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation

from toride.access.command_line import door
from toride.access.decide import decide
from toride.access.models import Connection, Person
from toride.base import clock
from toride.base.errors import Invalid, Refused
from toride.customers.actions import Action
from toride.customers.imports import findings, mapping, mending, omissions, reading, services
from toride.customers.imports.cleaning import Row
from toride.customers.imports.mapping import Columns
from toride.customers.imports.services import Counts
from toride.customers.imports.sifting import Batch, Edits, Sieve, unpack
from toride.customers.models import Brought, Import
from toride.jobs.models import Job
from toride.jobs.running import Run, handler
from toride.vault import files
from toride.vault.permit import Permit

KIND = "customers.import"
BATCH = 5_000
SWEEP = 20  # batches
MACHINE = "connection"  # in a job's arguments: by which connection it was begun
Source = Callable[[], Iterable[bytes]]
# What of an import says how its file is read.
READ_AS = ("encoding", "delimiter", "targets", "header", "above", "double", "numbered", "choices", "left")


@handler(KIND)
def run(run: Run) -> dict[str, Any]:
    """The job's handler; goes on after the rows of its checkpoint. Its result is the counts."""
    source = Import.objects.select_related("branch").get(job=run.job)
    counts = Counts(**source.counts)
    skip = int(run.job.checkpoint.get("rows", 0))
    edits = mending.of(allowed(run.job), source)
    content = partial(files.content, source.file)
    for cells, rows in _swept(batches(content, source, run.job.arguments, skip=skip, edits=edits)):
        permit = allowed(run.job)
        findings.leave_out(source, rows)
        with transaction.atomic():
            found = services.bring(permit, source=source, rows=rows)
            services.reject(source, [(row, cells[row.number]) for row in rows if services.why(row)])
            counts += found
            omissions.note(source.left, rows)
            Import.objects.filter(pk=source.pk).update(
                counts=asdict(counts),
                **{name: getattr(source, name) for name in READ_AS},
            )
            run.checkpoint(done=rows[-1].number, rows=rows[-1].number)
    return {"import": str(source.pk), **asdict(counts)}


def _swept(found: Iterator[Batch]) -> Iterator[Batch]:
    """Python looks for cycles only now and then: among the million objects of a batch there are next to none."""
    gc.freeze()
    gc.disable()
    try:
        for count, batch in enumerate(found, 1):
            yield batch
            if count % SWEEP == 0:
                gc.collect()
    finally:
        gc.enable()
        gc.unfreeze()


def allowed(job: Job, action: Action = Action.FILE_IMPORT) -> Permit:
    """Decides anew: a person who was disabled, or lost the duty, imports no further row; nor does a machine whose
    connection has ended.
    """
    person, machine = Person.objects.get(pk=job.person), job.arguments.get(MACHINE)
    if machine and not Connection.objects.filter(pk=machine, revoked=None, expires__gt=clock.now()).exists():
        raise Refused("connection")
    return decide(person, action, door=door("job"), purpose=job.purpose)


def batches(
    content: Source, source: Import, arguments: Mapping[str, Any], *, skip: int = 0, edits: Edits | None = None
) -> Iterator[Batch]:
    """Cleaned rows in batches, with their cells by row number; fills in what was found out about the file.

    Rows up to `skip` are read again, for the numbers in them, and left out. Raises Invalid for an unusable file.
    """
    sheet = reading.Sheet()
    with closing(reading.begun(content, source, arguments)) as parsed:
        chosen = reading.encoding(source, arguments)
        parts = reading.heard(parsed, sheet, encoding=chosen)
        first = next(parts, None)
        if not first or not any(cell.strip() for row in first["rows"] for cell in row):
            raise Invalid(reading.WORDS["empty"])
        columns = _columns(first["rows"], source, arguments)
        sieve = Sieve(columns, BATCH, skip=skip, choices=unpack(source.choices), edits=edits)
        source.encoding, source.delimiter = sheet.encoding, sheet.delimiter
        for part in chain([first], parts):
            ready = _sifted(sieve.feed(part["rows"], part.get("broken", ())))
            if ready:
                with closing(reading.cleaner(sieve.state(), parsed)) as cleaner:  # beside the writing of what is ready
                    yield from ready
                    yield from _told(reading.heard(cleaner, sheet, encoding=chosen))
                    return
        yield from _sifted(sieve.rest())


def _sifted(batches: Iterator[Batch]) -> list[Batch]:
    with translation.override("en"):  # what is kept of a row is said in English; `wording` says it to a person
        return list(batches)


def _told(messages: Iterator[dict[str, Any]]) -> Iterator[Batch]:
    for message in messages:
        batch = message["batch"]
        yield {made[0]: cells for cells, *made in batch}, [Row(*made) for _cells, *made in batch]


def _columns(first: list[list[str]], source: Import, arguments: Mapping[str, Any]) -> Columns:
    if source.targets:
        columns = mapping.decided(source)
        mapping.must_be_allowed(columns, first)
        return columns
    chosen: Mapping[str, str | None] | None = arguments.get("mapping")
    above = arguments.get("above")
    if chosen is None:
        columns = mapping.propose(
            first, accept=bool(arguments.get("accept")), above=above, numbered=arguments.get("numbered") or ""
        )
    else:
        columns = mapping.given(first, chosen, above=above, numbered=arguments.get("numbered") or "")
    source.targets, source.header = list(columns.targets), columns.header
    source.above, source.double, source.numbered = columns.above, columns.double, columns.numbered
    if columns.company:
        source.choices = {"company": columns.company, **{k: v for k, v in source.choices.items() if v}}
    return columns


def undo(source: Import, permit: Callable[[], Permit]) -> tuple[int, list[tuple[UUID, str]]]:
    """Takes the whole import back, batch by batch; repeatable after a kill. (customers put back, conflicts)."""
    back, last = 0, 0
    conflicts: list[tuple[UUID, str]] = []
    while batch := list(Brought.objects.filter(source=source, pk__gt=last).order_by("pk")[: services.UNDO_BATCH]):
        done, standing = services.take_back(permit(), source=source, brought=batch)
        back, conflicts, last = back + done, conflicts + standing, batch[-1].pk
    Import.objects.filter(pk=source.pk, undone=None).update(undone=clock.now())
    return back, conflicts
