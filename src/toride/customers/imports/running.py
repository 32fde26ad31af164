"""Runs an import as a job: file → parser → cleaning → batches, with a checkpoint in each batch's transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation

from toride.access.acting import door
from toride.access.decide import decide
from toride.access.models import Person
from toride.base import clock
from toride.base.errors import Invalid
from toride.customers import folding
from toride.customers.actions import Action
from toride.customers.imports import findings, mapping, reading, services
from toride.customers.imports.cleaning import Row, clean
from toride.customers.imports.mapping import Columns
from toride.customers.imports.services import Counts
from toride.customers.models import Brought, Import
from toride.customers.services import NUMBER
from toride.jobs.models import Job
from toride.jobs.running import Run, handler
from toride.vault import files
from toride.vault.permit import Permit

KIND = "customers.import"
BATCH = 2_000
TWICE = "stands twice in the file"
Source = Callable[[], Iterable[bytes]]


@handler(KIND)
def run(run: Run) -> dict[str, Any]:
    """The job's handler; goes on after the rows of its checkpoint. Its result is the counts."""
    source = Import.objects.select_related("branch").get(job=run.job)
    counts = Counts(**source.counts)
    skip = int(run.job.checkpoint.get("rows", 0))
    for cells, rows in batches(lambda: files.content(source.file), source, run.job.arguments, skip=skip):
        permit = allowed(run.job)
        findings.leave_out(source, rows)
        with transaction.atomic():
            found = services.bring(permit, source=source, rows=rows)
            services.reject(source, [(row, cells[row.number]) for row in rows if row.problems])
            counts += found
            Import.objects.filter(pk=source.pk).update(
                counts=asdict(counts),
                encoding=source.encoding,
                delimiter=source.delimiter,
                targets=source.targets,
                header=source.header,
            )
            run.checkpoint(done=rows[-1].number, rows=rows[-1].number)
    return {"import": str(source.pk), **asdict(counts)}


def allowed(job: Job, action: Action = Action.FILE_IMPORT) -> Permit:
    """Decides anew: a person who was disabled, or lost the duty, imports no further row."""
    person = Person.objects.get(pk=job.person)
    return decide(person, action, door=door("job"), purpose=job.purpose)


def batches(
    content: Source, source: Import, arguments: Mapping[str, Any], *, skip: int = 0
) -> Iterator[tuple[dict[int, list[str]], list[Row]]]:
    """Cleaned rows in batches, with their cells by row number; fills in what was found out about the file.

    Rows up to `skip` are read again, for the numbers in them, and left out. Raises Invalid for an unusable file.
    """
    sheet = reading.Sheet()
    encoding, delimiter = arguments.get("encoding") or source.encoding, arguments.get("delimiter") or source.delimiter
    encoding = None if encoding in ("", "xlsx") else encoding
    parts = reading.rows(content, sheet, encoding=encoding, delimiter=delimiter or None)
    first = next(parts, None)
    if not first:
        raise Invalid(reading.WORDS["empty"])
    columns = _columns(first, source, arguments)
    source.encoding, source.delimiter = sheet.encoding, sheet.delimiter
    seen: set[str] = set()
    numbered = enumerate((cells for part in _chain(first, parts) for cells in part), 1)
    if columns.header:
        next(numbered)
    filled = ((number, cells) for number, cells in numbered if any(cell.strip() for cell in cells))
    while chunk := list(islice(filled, BATCH)):
        with translation.override("en"):  # what is kept of a row is said in English; `wording` says it to a person
            rows = [clean(number, cells, columns) for number, cells in chunk]
        for row in rows:
            _once(row, seen)
        if fresh := [row for row in rows if row.number > skip]:
            yield dict(chunk), fresh


def _columns(first: list[list[str]], source: Import, arguments: Mapping[str, Any]) -> Columns:
    if source.targets:
        return Columns(tuple(source.targets), source.header)
    chosen: Mapping[str, str | None] | None = arguments.get("mapping")
    columns = mapping.propose(first) if chosen is None else mapping.given(first, chosen)
    source.targets, source.header = list(columns.targets), columns.header
    return columns


def _once(row: Row, seen: set[str]) -> None:
    number = folding.plain_number(row.stored.get(NUMBER) or "")
    if number and number in seen:
        row.problems[NUMBER] = TWICE
    seen.add(number)


def _chain(first: list[list[str]], rest: Iterator[list[list[str]]]) -> Iterator[list[list[str]]]:
    yield first
    yield from rest


def undo(source: Import, permit: Callable[[], Permit]) -> tuple[int, list[tuple[UUID, str]]]:
    """Takes the whole import back, batch by batch; repeatable after a kill. (customers put back, conflicts)."""
    back, last = 0, 0
    conflicts: list[tuple[UUID, str]] = []
    while batch := list(Brought.objects.filter(source=source, pk__gt=last).order_by("pk")[: services.UNDO_BATCH]):
        done, standing = services.take_back(permit(), source=source, brought=batch)
        back, conflicts, last = back + done, conflicts + standing, batch[-1].pk
    Import.objects.filter(pk=source.pk, undone=None).update(undone=clock.now())
    return back, conflicts
