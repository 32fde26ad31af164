"""What of a file is not brought in, by heading: columns, sheets, rows, cells. Nothing is left out without a word."""

from collections.abc import Callable, Iterable, MutableMapping
from contextlib import closing
from typing import Any

from toride.customers.imports import labels, mapping, reading, reasons
from toride.customers.imports.cleaning import Row
from toride.customers.models import Import

MOST_NAMED = 20


def note(kept: MutableMapping[str, Any], rows: Iterable[Row]) -> None:
    """Counts cells that were left out, by target and reason."""
    for row in rows:
        for warning in () if row.problems or row.held else row.warnings:
            target, _colon, why = warning.partition(": ")
            if why in reasons.LEFT:
                of = kept.setdefault(target, {})
                of[why] = of.get(why, 0) + 1


def of(content: Callable[[], Iterable[bytes]], source: Import, *, by_hand: bool = False) -> dict[str, str]:
    """Heading (or what else it is called) → why. `by_hand`: somebody chose the columns. Reads the file's beginning."""
    sheet = reading.Sheet()
    with closing(reading.begun(content, source)) as parsed:
        first: list[list[str]] = next(
            (message["rows"] for message in reading.heard(parsed, sheet, encoding=reading.encoding(source))), []
        )
    found = _columns(first, source, by_hand=by_hand) | _sheets(sheet)
    for target, counted in source.left.items():
        heading = _heading(first, source, target)
        told = "; ".join(reasons.CELLS % {"count": count, "why": why} for why, count in counted.items())
        found[heading] = f"{found[heading]}; {told}" if heading in found else told
    return found


def _columns(first: list[list[str]], source: Import, *, by_hand: bool) -> dict[str, str]:
    decided = mapping.decided(source)
    names = _names(first, decided)
    found: dict[str, str] = {}
    for at, why in mapping.why_left(first, decided, by_hand=by_hand).items():
        name = names[at] if at < len(names) and names[at] else f"column {at + 1}"
        found[name if name not in found else f"{name} (column {at + 1})"] = why
    above = [at for at, row in enumerate(first[: decided.above], 1) if any(cell.strip() for cell in row)]
    return found | {f"row {at}": reasons.ABOVE for at in above}


def _sheets(sheet: reading.Sheet) -> dict[str, str]:
    found = {f"sheet {name}": reasons.SHEET for name in sheet.others} | {
        f"sheet {name}": reasons.UNSEEN for name in sheet.unseen
    }
    if sheet.hidden:
        named = ", ".join(map(str, sheet.hidden[:MOST_NAMED])) + (", …" if len(sheet.hidden) > MOST_NAMED else "")
        found[f"{len(sheet.hidden)} rows"] = reasons.HIDDEN % named
    return found | {name: reasons.PROPERTY % count for name, count in sheet.properties.items()}


def _names(first: list[list[str]], decided: mapping.Columns) -> list[str]:
    if not decided.header:
        return []
    width = max(map(len, first), default=0)
    return mapping.heading_texts(first, decided.above, double=decided.double, width=width)


def _heading(first: list[list[str]], source: Import, target: str) -> str:
    """What the file calls the column, or one of those, that became this field."""
    names = _names(first, mapping.decided(source))
    for at, one in enumerate(source.targets):
        if one and (one == target or target in labels.stands(one)) and at < len(names) and names[at]:
            return names[at]
    return target
