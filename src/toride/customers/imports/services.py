"""What an import does to customers, a batch at a time: each batch is one transaction, with its own events."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Self
from uuid import UUID

from django.db import transaction

from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict
from toride.customers import apart, barred, bulk, folding
from toride.customers.actions import Action
from toride.customers.bulk import New
from toride.customers.imports import findings, fitting
from toride.customers.imports.cleaning import Row
from toride.customers.imports.sifting import complete
from toride.customers.models import Brought, Customer, Import, Rejected
from toride.customers.queries import facts_of_each
from toride.customers.services import NUMBER, by_category
from toride.vault import index, records, subjects
from toride.vault.amending import Amendment, amend, compare, restore, untouched
from toride.vault.index import lookup
from toride.vault.keyring import Kind
from toride.vault.permit import Mode, Permit
from toride.vault.projecting import refresh

RETENTION = timedelta(days=30)
TRIES = 3
UNDO_BATCH = 1_000


@dataclass(slots=True)
class Counts:
    """What became of the rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    warnings: int = 0

    def __iadd__(self, other: Self) -> Self:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self


@dataclass(slots=True)
class Sorted:
    """A batch sorted by what is to be done."""

    new: list[Row]
    known: list[tuple[UUID, Row]]
    rejected: list[Row]


@recorded(Action.FILE_IMPORT)
def bring(permit: Permit, *, source: Import, rows: Sequence[Row]) -> Counts:
    """Creates and changes customers from cleaned rows; rows out of scope or with problems are kept as rejected."""
    fitting.must_fit(permit, source)
    for attempt in range(TRIES):
        batch = _sorted(permit, rows)
        try:
            with transaction.atomic():
                return _write(permit, source, batch)
        except Conflict:
            if attempt == TRIES - 1:
                raise
    raise Conflict


def foresee(permit: Permit, rows: Sequence[Row]) -> Counts:
    """What `bring` would do."""
    batch = _sorted(permit, rows)
    changed = {one.subject for one in compare(_amendments(batch))}
    return _counts(batch, len(changed))


def _sorted(permit: Permit, rows: Sequence[Row]) -> Sorted:
    batch = Sorted([], [], [row for row in rows if row.problems])
    good = [row for row in rows if not row.problems]
    numbers = {folding.plain_number(row.stored[NUMBER]): row for row in good}
    found = lookup.find(NUMBER, numbers)
    reachable = {
        subject
        for subject, branch, owner in Customer.objects.filter(subject__in=found.values(), hidden=None).values_list(
            "subject", "branch", "owner"
        )
        if permit.rows.include(branch, owner)
    }
    for number, row in numbers.items():
        subject = found.get(number)
        if subject is None:
            batch.new.append(row)
        elif subject in reachable:
            batch.known.append((subject, row))
        else:
            row.problems[NUMBER] = "is not available"
            batch.rejected.append(row)
    return batch


def _write(permit: Permit, source: Import, batch: Sorted) -> Counts:
    note = {"who": permit.actor.name, "who_id": str(permit.actor.id), "source": "import", "import": str(source.pk)}
    origin = {"source": f"import {source.pk}", "by": permit.actor.name, "at": clock.now().isoformat()}
    made = bulk.add(
        [New(source.branch_id, None, complete(row), row.folded) for row in batch.new],
        origin=origin,
        ledger=permit.ledger,
    )
    amended = amend(_amendments(batch), history="history", note=note)
    changed: dict[UUID, set[str]] = {}
    for one in amended:
        permit.ledger.touch(one.subject, Mode.CHANGED, one.category)
        changed.setdefault(one.subject, set()).update(one.changed)
    refresh(changed)
    new = list(zip(made, batch.new, strict=True))
    kept = _set_apart(new, [(subject, row, changed[subject]) for subject, row in batch.known if subject in changed])
    permit.ledger.facts |= {"apart": len(kept)} if kept else {}
    _remember(source, new, kept, made=True)
    _remember(source, [(subject, row) for subject, row in batch.known if subject in changed], kept, made=False)
    counts = _counts(batch, len(changed))
    permit.ledger.facts |= {"import": str(source.pk), **asdict(counts)}
    return counts


def _set_apart(new: Sequence[tuple[UUID, Row]], known: Sequence[tuple[UUID, Row, Collection[str]]]) -> Collection[UUID]:
    """Seals apart what was struck out of fields that are really written: the same file again adds nothing. Of whom."""
    found = [(subject, row.apart) for subject, row in new if row.apart]
    found += [
        (subject, numbers)
        for subject, row, names in known
        if (numbers := [one for one in row.apart if one[0] in names])
    ]
    if found:
        apart.keep(found)
    return {subject for subject, _numbers in found}


def _remember(source: Import, brought: Sequence[tuple[UUID, Row]], kept: Collection[UUID], *, made: bool) -> None:
    """What undo takes back. A batch is brought once: its checkpoint commits with it."""
    number = source.pk.hex
    found = ((number, subject.hex, made, subject in kept, row.number) for subject, row in brought)
    bulk.keep(Brought, ("source_id", "subject_id", "made", "apart", "row"), found)


def reject(source: Import, rows: Sequence[tuple[Row, list[str]]]) -> None:
    """Keeps rejected rows, sealed: the cells as they stood in the file, barred numbers struck out, and why."""
    found = [
        {"cells": barred.struck_cells(cells, source.targets), "problems": row.problems, "at": [row.number]}
        for row, cells in rows
    ]
    blobs = records.seal_each(Kind.FILES, found, source.pk)
    Rejected.objects.bulk_create(
        [Rejected(source=source, row=row.number, blob=blob) for (row, _cells), blob in zip(rows, blobs, strict=True)],
        ignore_conflicts=True,
    )


def rejected(permit: Permit, source: Import) -> list[tuple[int, list[str], dict[str, str]]]:
    """(row, cells, reasons) of every rejected row, in the order of the file."""
    found = list(rejected_each(permit, source))
    permit.ledger.facts |= {"import": str(source.pk), "rejected": len(found)}
    return found


def rejected_each(permit: Permit, source: Import) -> Iterator[tuple[int, list[str], dict[str, str]]]:
    """As `rejected`, one by one; the caller tells the ledger."""
    kept = Rejected.objects.filter(source=source).order_by("row").values_list("row", "blob")
    for row, blob in kept.iterator(chunk_size=1_000):
        content = findings.open_at(permit, source, bytes(blob), row)
        yield row, content["cells"], content["problems"]


@recorded(Action.IMPORT_UNDO)
def take_back(permit: Permit, *, source: Import, brought: Sequence[Brought]) -> tuple[int, list[tuple[UUID, str]]]:
    """Undoes a batch: how many customers were put back or hidden, and (subject, what stands in the way).

    Whoever is out of the permit's rows by now stays as they are.
    """
    places = facts_of_each([one.subject_id for one in brought])
    away = {one for one, place in places.items() if not permit.rows.include(place.branch, place.owner)}
    brought = [one for one in brought if one.subject_id not in away]
    conflicts: list[tuple[UUID, str]] = [(subject, "branch") for subject in sorted(away)]
    made = list(
        Customer.objects.filter(subject__in=[one.subject_id for one in brought if one.made], hidden=None).values_list(
            "subject", flat=True
        )
    )
    still = untouched(made, kind="profile")
    conflicts += [(subject, "changed since") for subject in made if subject not in still]
    Customer.objects.filter(subject__in=still).update(hidden=clock.now())
    lookup.release_all(still)
    for subject in still:
        permit.ledger.touch(subject, Mode.ERASED)
    index.remove(still)
    note = {"who": permit.actor.name, "who_id": str(permit.actor.id), "source": "undo of an import"}
    changed = [one.subject_id for one in brought if not one.made]
    mark = ("import", str(source.pk))
    amended, standing = restore(changed, kind="profile", history="history", mark=mark, note=note)
    back = {one.subject for one in amended}
    for one in amended:
        permit.ledger.touch(one.subject, Mode.CHANGED, one.category)
    refresh(back)
    conflicts += [(one.subject, ", ".join(one.fields)) for one in standing]
    conflicts += [(one.subject_id, findings.APART) for one in brought if one.apart and not one.made]
    permit.ledger.facts |= {"import": str(source.pk), "restored": len(still | back), "conflicts": len(conflicts)}
    return len(still | back), conflicts


def purge() -> int:
    """Destroys the keys of customers whose import was undone RETENTION ago; how many."""
    due = Import.objects.filter(undone__lt=clock.now() - RETENTION, purged=None)
    count = 0
    for source in due:
        gone = list(
            Brought.objects.filter(source=source, made=True, subject__customer__hidden__isnull=False).values_list(
                "subject", flat=True
            )
        )
        with transaction.atomic():
            index.remove(gone)
            lookup.release_all(gone)
            subjects.erase(gone)
        Import.objects.filter(pk=source.pk).update(purged=clock.now())
        count += len(gone)
    return count


def _amendments(batch: Sorted) -> list[Amendment]:
    """An empty cell leaves what stands; only what the file says is set."""
    return [
        Amendment(subject=subject, category=category, kind="profile", changes=values)
        for subject, row in batch.known
        for category, values in by_category({k: v for k, v in row.stored.items() if v not in (None, [], "")}).items()
    ]


def _counts(batch: Sorted, changed: int) -> Counts:
    rows = [*batch.new, *(row for _, row in batch.known)]
    return Counts(
        created=len(batch.new),
        changed=changed,
        unchanged=len(batch.known) - changed,
        rejected=len(batch.rejected),
        warnings=sum(len(row.warnings) for row in rows),
    )
