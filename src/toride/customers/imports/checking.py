"""The job that reads a whole file and says what would become of it; nothing is brought in."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.db import transaction

from toride import audit
from toride.customers import claims
from toride.customers.imports import drafts, findings, fitting, likely, mending, omissions, running, services
from toride.customers.imports.cleaning import Row
from toride.customers.imports.preview import Tally
from toride.customers.imports.services import Counts
from toride.customers.imports.sifting import Batch
from toride.customers.models import Finding, Import
from toride.customers.services import NUMBER
from toride.jobs.running import Run, handler
from toride.vault import files

STEP = 500


class Meter:
    """Counts the bytes that were read and the rows that came of them, to guess how many rows a file has."""

    def __init__(self, source: Import) -> None:
        self.source, self.read, self.rows = source, 0, 0

    def content(self) -> Iterator[bytes]:
        """The file's bytes."""
        for piece in files.content(self.source.file):
            self.read += len(piece)
            yield piece

    def slices(self, found: Iterable[Batch]) -> Iterator[Batch]:
        """Batches cut small: progress is seen, and a cancellation obeyed, every STEP rows."""
        for cells, rows in found:
            self.rows += len(rows)
            yield from ((cells, rows[at : at + STEP]) for at in range(0, len(rows), STEP))

    def total(self) -> int | None:
        """How many rows there will be; None where that cannot be guessed."""
        if self.source.encoding == "xlsx" or not self.read:
            return None
        return max(self.rows, self.rows * self.source.size // self.read)


@handler(drafts.CHECK)
def check(run: Run) -> dict[str, Any]:
    """The handler; begins anew when it is taken up again. Its result: figures, and sentences that quote nothing."""
    source = Import.objects.select_related("branch").get(trial=run.job)
    Finding.objects.filter(source=source).delete()
    meter, counts, tally, twins = Meter(source), Counts(), Tally(source.targets), likely.Twins()
    seen, last, kept, flagged = 0, 0, 0, set[int]()
    edits = mending.of(running.allowed(run.job), source)
    left: dict[str, Any] = {}
    for cells, rows in meter.slices(running.batches(meter.content, source, {}, edits=edits)):
        permit = running.allowed(run.job)
        fitting.must_fit(permit, source)
        found, near = services.foresee(permit, source, rows)
        counts += found
        omissions.note(left, rows)
        tally.see(rows, cells)
        new = _new(rows)
        twins.see(new)
        known = likely.customers(permit, new)
        flagged |= set(known)
        seen, last = seen + len(rows), rows[-1].number
        with transaction.atomic():
            kept += findings.keep(source, rows, cells, known, near, room=findings.MOST_KEPT - kept)
            run.checkpoint(done=seen, total=meter.total())
        if permit.ledger.touches:
            permit.ledger.facts |= {"import": str(source.pk), "step": "check", "alike": len(known)}
            permit.ledger.did = "check"
            audit.commit(permit)
    with transaction.atomic():
        doubled = [one for one in twins.found() if one[0] not in flagged]
        findings.keep_twins(source, doubled)
        Import.objects.filter(pk=source.pk).update(encoding=source.encoding, delimiter=source.delimiter)
        run.checkpoint(done=seen, total=seen)
    duplicates = len(flagged) + len(doubled)
    return {
        "rows": seen,
        "last": last,
        **asdict(counts),
        "duplicates": duplicates,
        "kept": kept,
        "columns": tally.result(),
        "left": left,
    }


def _new(rows: list[Row]) -> list[Row]:
    """Rows that would make a customer."""
    good = {row.stored[NUMBER]: row for row in rows if not row.problems and not row.held}
    known = claims.owners(good)
    return [row for number, row in good.items() if number not in known]
