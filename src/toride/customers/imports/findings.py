"""What the check found, row by row: kept without values in clear, shown under a permit, left out on wish."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from toride.base.errors import Unavailable
from toride.customers import barred, queries
from toride.customers.fields import FIELDS
from toride.customers.imports import labels, reasons, wording
from toride.customers.imports.cleaning import Row
from toride.customers.imports.reasons import DOUBTS, MAY_BE_TAKEN
from toride.customers.imports.sifting import unpack
from toride.customers.models import Finding, Import, Rejected
from toride.vault import records
from toride.vault.keyring import Kind
from toride.vault.permit import Category, Opening, Permit
from toride.vault.values import Masked, Opened, Value

PROBLEM, WARNING, DUPLICATE, CONFLICT, HELD = KINDS = ("problem", "warning", "duplicate", "conflict", "held")
APART = "a separately stored number remains"
LEFT_OUT = "was left out as a likely duplicate"
MOST_KEPT = 10_000  # problems and warnings of one file; more are counted only
LONGEST = 200
PAGE = 50
MOST_GROUPS = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding as the permit shows it: `whom` is a customer in scope, where the finding names one; `cells` may be
    written anew: column, from 0, and what stands there.
    """

    row: int
    kind: str
    field: str
    value: Value
    reason: str
    whom: queries.Profile | None
    cells: Sequence[tuple[int, Value]] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Findings in the order of the file; `after` asks for the next page."""

    lines: Sequence[Shown]
    after: int | None


def leave_out(source: Import, rows: Sequence[Row]) -> None:
    """Rejects those of `rows` that the check called likely duplicates, where the person chose so."""
    if not source.leave_out or not rows:
        return
    for row in _duplicates(source, rows):
        row.problems.setdefault("row", LEFT_OUT)


def keep(
    source: Import,
    rows: Sequence[Row],
    cells: Mapping[int, Sequence[str]],
    likely: Mapping[int, tuple[str, UUID]],
    near: Mapping[int, UUID],
    *,
    room: int,
) -> int:
    """Keeps problems, doubts and warnings of these rows, at most `room`, and every likely duplicate; how many of the
    former. `near`: row → the customer who stands in its way.

    Values are sealed. In the caller's transaction.
    """
    found = [one for row in rows for one in _of(row)][: max(0, room)]
    made = []
    for row, kind, name, reason in found:
        content = {"value": _joined(source, cells[row], name), "cells": _cells(source, cells[row], name)}
        if kind == HELD and row in near:
            content["subject"] = str(near[row])
        made.append((row, kind, name, reason, content))
    made += [(row, DUPLICATE, "row", why, {"subject": str(whom)}) for row, (why, whom) in likely.items()]
    _write(source, made)
    return len(found)


def keep_twins(source: Import, twins: Iterable[tuple[int, str, int]]) -> None:
    """Keeps rows that say what another row of the file said before."""
    _write(source, [(row, DUPLICATE, "row", why, {}) for row, why, _first in twins])


def keep_conflicts(source: Import, conflicts: Iterable[tuple[UUID, str]]) -> None:
    """Keeps what stood in the way of taking an import back."""
    _write(
        source,
        [
            (0, CONFLICT, "row", APART if why == APART else "changed since", {"subject": str(one), "fields": why})
            for one, why in conflicts
        ],
    )


def groups(source: Import) -> list[dict[str, Any]]:
    """Problems and warnings by kind and field, the most usual first: kind, field, its label, and how many."""
    found = Finding.objects.filter(source=source, kind__in=(PROBLEM, HELD, WARNING)).values("kind", "field")
    return [
        {**one, "label": wording.field(one["field"])}
        for one in found.annotate(rows=Count("id")).order_by("-rows", "field", "kind")[:MOST_GROUPS]
    ]


def doubts(source: Import) -> list[str]:
    """Kinds of doubt for which rows are held back, or were and are taken."""
    told = set(Finding.objects.filter(source=source, kind=HELD).values_list("reason", flat=True))
    chosen = unpack(source.choices).taken
    return [kind for kind in DOUBTS if kind in MAY_BE_TAKEN and (kind in chosen or reasons.is_said(told, kind))]


def page(permit: Permit, source: Import, *, kind: str, field: str = "", after: int = 0) -> Page:
    """Findings of one kind (empty: of any) after one; values and customers as the permit opens them."""
    found = Finding.objects.filter(source=source, pk__gt=after).exclude(kind=CONFLICT)
    if kind in KINDS:
        found = Finding.objects.filter(source=source, pk__gt=after, kind=kind)
    if field:
        found = found.filter(field=field)
    lines = list(found.order_by("pk")[: PAGE + 1])
    opened = [
        (one, open_at(permit, source, bytes(one.blob), one.row, one.kind, one.field) if one.blob else {})
        for one in lines[:PAGE]
    ]
    whom = [UUID(content["subject"]) for _one, content in opened if "subject" in content]
    people = {one.subject: one for one in queries.profiles(permit, list(dict.fromkeys(whom)), (Category.BASIC,))}
    permit.ledger.facts |= {"import": str(source.pk), "findings": len(opened)}
    shown = [_shown(permit, one, content, people) for one, content in opened]
    return Page(shown, lines[PAGE - 1].pk if len(lines) > PAGE else None)


def any_rejected(source: Import) -> bool:
    """Are there rows to correct?"""
    return Rejected.objects.filter(source=source).exists()


def rejected(permit: Permit, source: Import, *, after: int = 0) -> Page:
    """Rows or cells that were not brought in, from a row on: what was in the field, and what to do."""
    found = list(Rejected.objects.filter(source=source, row__gt=after).order_by("row")[: PAGE + 1])
    lines: list[Shown] = []
    for one in found[:PAGE]:
        content = open_at(permit, source, bytes(one.blob), one.row)
        for name, reason in content["problems"].items():
            value = _opened(permit, name, _joined(source, content["cells"], name))
            lines.append(Shown(one.row, PROBLEM, wording.field(name), value, wording.tell(reason), None))
    permit.ledger.facts |= {"import": str(source.pk), "rejected": len(found[:PAGE])}
    return Page(lines, found[PAGE - 1].row if len(found) > PAGE else None)


def open_at(permit: Permit, source: Import, blob: bytes, *at: Any) -> dict[str, Any]:
    """What was kept at this place of an import: of which row, kind, field. Raises Unavailable where it was moved."""
    content = records.open_with(permit, Kind.FILES, blob, source.pk)
    if content.get("at", [*at]) != [*at]:
        raise Unavailable("altered")
    return content


def _shown(permit: Permit, one: Finding, content: Mapping[str, Any], people: Mapping[UUID, queries.Profile]) -> Shown:
    whom = people.get(UUID(content["subject"])) if "subject" in content else None
    reason = wording.tell(one.reason)
    names = [wording.field(name) for name in content.get("fields", "").split(", ") if name in FIELDS]
    if names:
        reason = f"{reason}: {', '.join(names)}"
    value = _opened(permit, one.field, content.get("value", ""))
    cells = [(int(at), Opened(text)) for at, text in content.get("cells", ())] if not isinstance(value, Masked) else []
    return Shown(one.row, one.kind, wording.field(one.field), value, reason, whom, cells)


def _opened(permit: Permit, name: str, value: str) -> Value:
    """A value of the file, as far as the permit opens the category it was meant for."""
    if not value:
        return Opened(None)
    if name not in FIELDS and name not in labels.SPECIAL:
        return Opened(value)
    category = labels.category(name)
    opening = permit.opening(category, name)
    return Opened(value) if opening is Opening.CLEAR else Masked()


def _of(row: Row) -> Iterable[tuple[int, str, str, str]]:
    for name, reason in row.problems.items():
        yield row.number, PROBLEM, name, reason
    for kind, reason in row.held.items():
        yield row.number, HELD, DOUBTS[kind], reason
    for warning in row.warnings:
        name, _colon, reason = warning.partition(": ")
        yield row.number, WARNING, name, reason


def _joined(source: Import, cells: Sequence[str], name: str) -> str:
    """What stands in the columns that concern a field; barred numbers struck out."""
    parts = [
        cell.strip()
        for target, cell in zip(source.targets, barred.struck_cells(cells, source.targets), strict=False)
        if target and name in (target, *labels.stands(target)) and cell.strip()
    ]
    return " ".join(parts)[:LONGEST]


def _cells(source: Import, cells: Sequence[str], name: str) -> list[tuple[int, str]]:
    """The columns that concern a field, with what stands there; barred numbers struck out, long texts left out."""
    told = barred.struck_cells(cells, source.targets)
    return [
        (at, told[at] if at < len(told) else "")
        for at, target in enumerate(source.targets)
        if target and name in (target, *labels.stands(target)) and (at >= len(told) or len(told[at]) <= LONGEST)
    ]


def _write(source: Import, made: Sequence[tuple[int, str, str, str, Mapping[str, Any]]]) -> None:
    filled = [{**content, "at": [row, kind, name]} for row, kind, name, _reason, content in made if content]
    blobs = iter(records.seal_each(Kind.FILES, filled, source.pk) if filled else ())
    Finding.objects.bulk_create(
        [
            Finding(
                source=source, row=row, kind=kind, field=name, reason=reason[:200], blob=next(blobs) if content else b""
            )
            for row, kind, name, reason, content in made
        ],
        batch_size=1_000,
    )


def _duplicates(source: Import, rows: Sequence[Row]) -> Collection[Row]:
    found = Finding.objects.filter(
        source=source, kind=DUPLICATE, row__gte=rows[0].number, row__lte=rows[-1].number
    ).values_list("row", flat=True)
    numbers = set(found)
    return [row for row in rows if row.number in numbers]
