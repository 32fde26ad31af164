"""What of a file is not brought in, by heading: columns, sheets, rows, cells. Nothing is left out without a word."""

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.customers.imports import labels, mapping, reading, reasons, wording
from toride.customers.imports.cleaning import Row
from toride.customers.models import Import
from toride.vault.values import Opened, Value

MOST_NAMED = 20
ROW = "row"  # all of it
WORDS = {
    "column no.": lazy("Column %(name)s"), "sheet": lazy("Sheet %(name)s"), "row": lazy("Row %(name)s"),
    "rows": lazy("Rows %(name)s"),
}  # fmt: skip


def note(kept: MutableMapping[str, Any], rows: Iterable[Row]) -> None:
    """Counts cells that were left out, by target and reason, and names the first rows."""
    for row in rows:
        if "quote" in row.held:
            _count(kept, ROW, reasons.QUOTE, row.number)
        for warning in () if row.problems or row.held else row.warnings:
            target, why = warning.split(": ", 1)
            if reasons.is_left(why):
                _count(kept, target, why, row.number)


def _count(kept: MutableMapping[str, Any], target: str, why: str, row: int) -> None:
    of = kept.setdefault(target, {}).setdefault(why, {"count": 0, "rows": []})
    of["count"] += 1
    of["rows"] += [row] if len(of["rows"]) < MOST_NAMED else []


@dataclass(frozen=True, slots=True)
class Omission:
    """Something that is not brought in: a column, sheet, row or property; what it is called, why, how often, in which
    rows first.
    """

    kind: str
    name: str = field(repr=False)
    why: str
    count: int = 0
    rows: Sequence[int] = ()

    @property
    def places(self) -> str:
        """The rows, as far as they are known."""
        return _named(self.rows, self.count)


def of(content: Callable[[], Iterable[bytes]], source: Import, *, by_hand: bool = False) -> dict[str, str]:
    """What it is called, by heading → why, for a machine. `by_hand`: somebody chose the columns."""
    found: dict[str, str] = {}
    for one in each(content, source, source.left, by_hand=by_hand):
        name = one.name if one.kind in ("column", "property") else f"{one.kind} {one.name}"
        why = _in_rows(one) if one.count else one.why
        found[name] = f"{found[name]}; {why}" if name in found else why
    return found


def told(
    content: Callable[[], Iterable[bytes]], source: Import, left: Mapping[str, Mapping[str, Any]]
) -> list[tuple[Value, str]]:
    """The same for a person: what it is called, and why."""
    found: list[tuple[Value, str]] = []
    for one in each(content, source, left):
        name = WORDS[one.kind] % {"name": one.name} if one.kind in WORDS else one.name
        why = wording.tell(one.why)
        if one.count:
            why = _("%(count)d rows: %(why)s") % {"count": one.count, "why": why}
            why += _(" (row %(rows)s)") % {"rows": one.places} if one.rows else ""
        found.append((Opened(name), why))
    return found


def _in_rows(one: Omission) -> str:
    if not one.rows:
        return reasons.COUNTED % {"count": one.count, "why": one.why}
    return reasons.CELLS % {"count": one.count, "why": one.why, "rows": f"row {one.places}"}


def _named(rows: Sequence[int], count: int) -> str:
    return ", ".join(map(str, rows[:MOST_NAMED])) + (", …" if count > MOST_NAMED else "")


def each(
    content: Callable[[], Iterable[bytes]],
    source: Import,
    left: Mapping[str, Mapping[str, Any]],
    *,
    by_hand: bool = False,
) -> list[Omission]:
    """All that is not brought in; reads the file's beginning."""
    sheet = reading.Sheet()
    with closing(reading.begun(content, source)) as parsed:
        messages = reading.heard(parsed, sheet, encoding=reading.encoding(source))
        first: list[list[str]] = next((message["rows"] for message in messages), [])
    decided = mapping.decided(source)
    names = _names(first, decided)
    found = _columns(first, decided, names, by_hand=by_hand)
    for target, counted in left.items():
        for why, kept in counted.items():
            count, rows = _counted(kept)
            if target == ROW:
                found.append(Omission("rows", _named(rows, count), why))
            else:
                found.append(Omission("column", _heading(source, names, target), why, count, rows))
    return [*found, *_sheets(sheet)]


def _columns(first: list[list[str]], decided: mapping.Columns, names: list[str], *, by_hand: bool) -> list[Omission]:
    found, known = [], set[str]()
    for at, why in mapping.why_left(first, decided, by_hand=by_hand).items():
        name = names[at] if at < len(names) and names[at] else ""
        called = name if name and name not in known else f"{name} ({at + 1})".strip() if name else str(at + 1)
        found.append(Omission("column" if name else "column no.", called, why))
        known.add(name)
    above = [at for at, row in enumerate(first[: decided.above], 1) if any(cell.strip() for cell in row)]
    return found + [Omission("row", str(at), reasons.ABOVE) for at in above]


def _sheets(sheet: reading.Sheet) -> list[Omission]:
    found = [Omission("sheet", name, reasons.SHEET) for name in sheet.others]
    found += [Omission("sheet", name, reasons.UNSEEN) for name in sheet.unseen]
    if sheet.hidden:
        found.append(Omission("rows", _named(sheet.hidden, len(sheet.hidden)), reasons.HIDDEN))
    return found + [Omission("property", name, reasons.PROPERTY, count) for name, count in sheet.properties.items()]


def _counted(kept: Any) -> tuple[int, Sequence[int]]:
    """(how many rows, the first of them); of an import of an earlier version only how many."""
    return (kept["count"], kept["rows"]) if isinstance(kept, dict) else (int(kept), ())


def _names(first: list[list[str]], decided: mapping.Columns) -> list[str]:
    if not decided.header:
        return []
    width = max(map(len, first), default=0)
    return mapping.heading_texts(first, decided.above, double=decided.double, width=width)


def _heading(source: Import, names: list[str], target: str) -> str:
    """What the file calls the column, or one of those, that became this field."""
    for at, one in enumerate(source.targets):
        if one and (one == target or target in labels.stands(one)) and at < len(names) and names[at]:
            return names[at]
    return target
