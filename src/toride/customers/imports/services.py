"""What an import does to customers, a batch at a time: each batch is one transaction, with its own events."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from django.db import transaction

from toride import audit
from toride.access.facts import Facts
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict
from toride.customers import apart, barred, bulk, claims, resemblance
from toride.customers.actions import Action
from toride.customers.bulk import New
from toride.customers.imports import findings, fitting, reasons, remarks
from toride.customers.imports.cleaning import Row
from toride.customers.imports.places import Places
from toride.customers.imports.sifting import complete, unpack
from toride.customers.models import Brought, Customer, Import, Rejected
from toride.customers.queries import facts_of_each
from toride.customers.services import NUMBER, by_category
from toride.vault import index, records, subjects
from toride.vault.aead import Unopenable
from toride.vault.amending import Amendment, amend, compare, judged, restore, unopenable, untouched
from toride.vault.index import lookup
from toride.vault.keyring import Kind
from toride.vault.permit import Category, Mode, Permit
from toride.vault.projecting import refresh

RETENTION = timedelta(days=30)
TRIES = 3
UNDO_BATCH = 1_000


@dataclass(slots=True)
class Counts:
    """What became of the rows; `held`: kept back as doubtful."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    held: int = 0
    warnings: int = 0

    def __iadd__(self, other: Self) -> Self:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self


@dataclass(slots=True)
class Sorted:
    """A batch sorted by what is to be done. `near`: row number → who has nearly the same number; `notes`: remarks of
    known customers as they become.
    """

    new: list[tuple[Row, Facts]] = field(default_factory=list)
    known: list[tuple[UUID, Row]] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)
    held: list[Row] = field(default_factory=list)
    near: dict[int, UUID] = field(default_factory=dict)
    notes: dict[UUID, str] = field(default_factory=dict)


@recorded(Action.FILE_IMPORT)
def bring(permit: Permit, *, source: Import, rows: Sequence[Row]) -> Counts:
    """Creates and changes customers from cleaned rows; rows out of scope, with problems or in doubt are kept apart."""
    fitting.must_fit(permit, source)
    damaged: set[UUID] = set()
    for attempt in range(TRIES):
        try:
            batch = _sorted(permit, source, rows, damaged)
            with transaction.atomic():
                return _write(permit, source, batch)
        except Conflict:
            if attempt == TRIES - 1:
                raise
        except Unopenable:
            damaged = _unopenable(permit, rows, damaged)
    raise Conflict


def foresee(permit: Permit, source: Import, rows: Sequence[Row]) -> tuple[Counts, dict[int, UUID]]:
    """What `bring` would do, and who stands in the way of a row that is held: row number → customer."""
    damaged: set[UUID] = set()
    try:
        batch = _sorted(permit, source, rows, damaged)
        changed = {one.subject for one in compare(_amendments(batch))}
    except Unopenable:
        batch = _sorted(permit, source, rows, _unopenable(permit, rows, damaged))
        changed = {one.subject for one in compare(_amendments(batch))}
    return _counts(batch, len(changed)), batch.near


def _unopenable(permit: Permit, rows: Sequence[Row], known: Collection[UUID]) -> set[UUID]:
    """Who of the rows' customers has a record that does not open, told to the trail. Raises Unopenable where that is
    known already, and was not the reason.
    """
    found = claims.owners({row.stored[NUMBER]: row for row in rows if NUMBER in row.stored})
    damaged = unopenable(set(found.values()), kind="profile")
    if damaged <= set(known):
        raise Unopenable
    audit.fail(permit, sorted(damaged), reason="unopenable")
    return damaged


def _sorted(permit: Permit, source: Import, rows: Sequence[Row], damaged: Collection[UUID]) -> Sorted:
    taken = unpack(source.choices).taken
    batch = Sorted(rejected=[row for row in rows if row.problems])
    batch.held = [row for row in rows if not row.problems and NUMBER not in row.stored]
    good = {row.stored[NUMBER]: row for row in rows if not row.problems and NUMBER in row.stored}
    found = claims.owners(good)
    places = _reachable(permit, found.values())
    fresh: list[Row] = []
    for number, row in good.items():
        subject = found.get(number)
        if subject is None:
            fresh.append(row)
        elif subject in places and subject in damaged:
            row.problems[NUMBER] = reasons.DAMAGED
            batch.rejected.append(row)
        elif subject in places:
            batch.known.append((subject, row))
        else:
            row.problems[NUMBER] = "is not available"
            batch.rejected.append(row)
    _hold_near(permit, batch, fresh, taken)
    _hold_others(batch, places, taken)
    known = Places(permit, source.branch_id, fresh)
    for row in fresh:
        place = known.of(row, taken="place" in taken)
        if row.held:
            batch.held.append(row)
        else:
            batch.new.append((row, place))
    remarks.into_new(permit, [row for row, _place in batch.new])
    batch.notes = remarks.into_known(permit, batch.known)
    return batch


def _reachable(permit: Permit, subjects: Collection[UUID]) -> dict[UUID, Facts]:
    """Those of the permit's rows, and where they are."""
    found = Customer.objects.filter(subject__in=set(subjects), hidden=None).values_list("subject", "branch", "owner")
    return {subject: Facts(branch, owner) for subject, branch, owner in found if permit.rows.include(branch, owner)}


def _hold_near(permit: Permit, batch: Sorted, fresh: Sequence[Row], taken: Collection[str]) -> None:
    """A number that differs from a customer's by separators, case or zeros only is another one, or a mistake."""
    if "near" in taken or not fresh:
        return
    found = claims.alike([row.stored[NUMBER] for row in fresh])
    reachable = _reachable(permit, found.values())
    for row in fresh:
        subject = found.get(row.stored[NUMBER])
        if subject is not None and subject in reachable:
            row.held["near"] = reasons.NEAR
            batch.near[row.number] = subject


def _hold_others(batch: Sorted, places: Mapping[UUID, Facts], taken: Collection[str]) -> None:
    """No row makes another person of a customer, whatever brought it to their number."""
    asked = [one for one in _amendments(batch) if one.category is Category.BASIC]
    others = {} if "another" in taken else judged(asked, resemblance.is_another)
    known, batch.known = batch.known, []
    for subject, row in known:
        if others.get(subject):
            row.held["another"] = reasons.ANOTHER
            batch.near[row.number] = subject
        if row.place and not row.held:
            row.warn("row", reasons.MOVED)
        if row.held:
            batch.held.append(row)
        else:
            batch.known.append((subject, row))


def _write(permit: Permit, source: Import, batch: Sorted) -> Counts:
    note = {"who": permit.actor.name, "who_id": str(permit.actor.id), "source": "import", "import": str(source.pk)}
    origin = {"source": f"import {source.pk}", "by": permit.actor.name, "at": clock.now().isoformat()}
    rows = [row for row, _place in batch.new]
    made = bulk.add(
        [New(place.branch, place.owner, complete(row), row.folded) for row, place in batch.new],
        origin=origin,
        ledger=permit.ledger,
    )
    amended = amend(_amendments(batch), history="history", note=note)
    changed: dict[UUID, set[str]] = {}
    for one in amended:
        permit.ledger.touch(one.subject, Mode.CHANGED, one.category)
        changed.setdefault(one.subject, set()).update(one.changed)
    refresh(changed)
    new = list(zip(made, rows, strict=True))
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


def why(row: Row) -> dict[str, str]:
    """Field → why a row, or that field of it, is not brought in: problems, else what holds it back, else gaps."""
    return row.problems or {reasons.DOUBTS[kind]: said for kind, said in row.held.items()} or row.gaps()


def reject(source: Import, rows: Sequence[tuple[Row, list[str]]]) -> None:
    """Keeps rejected rows, sealed: the cells as they stood in the file, barred numbers struck out, and why."""
    found = [
        {"cells": barred.struck_cells(cells, source.targets), "problems": why(row), "at": [row.number]}
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
        for category, values in by_category(_set(row, batch.notes.get(subject))).items()
    ]


def _set(row: Row, note: str | None) -> dict[str, Any]:
    found = row.stored if note is None else {**row.stored, remarks.NOTE: note}
    return {name: value for name, value in found.items() if value not in (None, [], "")}


def _counts(batch: Sorted, changed: int) -> Counts:
    rows = [*(row for row, _ in batch.new), *(row for _, row in batch.known)]
    return Counts(
        created=len(batch.new),
        changed=changed,
        unchanged=len(batch.known) - changed,
        rejected=len(batch.rejected),
        held=len(batch.held),
        warnings=sum(len(row.warnings) for row in rows),
    )
