"""The first rows of a file, and what each column is and becomes; how a whole file's columns fared."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.utils import translation

from toride.base.errors import Invalid
from toride.customers import barred, showing
from toride.customers.imports import labels, mapping, reading, wording
from toride.customers.imports.cleaning import Row, clean
from toride.customers.imports.mapping import Columns
from toride.customers.imports.sifting import unpack
from toride.customers.models import Import
from toride.vault import files
from toride.vault.permit import Opening, Permit
from toride.vault.values import Masked, Opened, Value

SHOWN = 5
MOST_COLUMNS = 40  # of the preview of rows
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Look:
    """The first rows (up to 1,000) as the file is read now; `problem` says why it cannot be."""

    encoding: str = ""
    delimiter: str = ""
    rows: Sequence[Sequence[str]] = field(default=(), repr=False)
    problem: str = ""
    sheet: str = ""
    hidden: Sequence[int] = ()

    @property
    def width(self) -> int:
        """Columns of the widest row."""
        return max(map(len, self.rows), default=0)


@dataclass(slots=True)
class Fared:
    """How one column fared: rows that are in order, empty, with problems, and the most usual problem."""

    fine: int = 0
    empty: int = 0
    problems: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the page of columns shows it; `barred` says, where it is so, what it looks like."""

    place: int
    heading: Value
    samples: Sequence[Value]
    target: str
    becomes: Value
    fared: Fared
    twice: bool
    barred: Any


class Tally:
    """Counts, row by row, how each column fares."""

    def __init__(self, targets: Sequence[str | None]) -> None:
        self.stands = [labels.stands(one) if one else () for one in targets]
        self.columns = [Fared() for _ in targets]
        self.reasons: list[Counter[str]] = [Counter() for _ in targets]

    def see(self, rows: Iterable[Row], cells: Mapping[int, Sequence[str]]) -> None:
        """Takes cleaned rows with their cells."""
        for row in rows:
            written = cells[row.number]
            for at, names in enumerate(self.stands):
                one = self.columns[at]
                found = next((row.problems[name] for name in names if name in row.problems), None)
                if found is not None:
                    one.problems += 1
                    self.reasons[at][found] += 1
                elif at >= len(written) or not written[at].strip():
                    one.empty += 1
                else:
                    one.fine += 1

    def result(self) -> list[list[Any]]:
        """For a job's result: figures and sentences that quote nothing."""
        return [
            [one.fine, one.empty, one.problems, reasons.most_common(1)[0][0] if reasons else ""]
            for one, reasons in zip(self.columns, self.reasons, strict=True)
        ]


def look(permit: Permit, source: Import, *, encoding: str, delimiter: str) -> Look:
    """Reads the first rows; noted in the permit's ledger as a reading of the file."""
    sheet = reading.Sheet()
    chosen = None if encoding in reading.FOUND_OUT else encoding
    try:
        with translation.override("en"):
            parts = reading.rows(
                partial(files.content, source.file), sheet, encoding=chosen, delimiter=delimiter or None,
                hidden=source.hidden,
            )  # fmt: skip
            rows = next(parts, [])
            parts.close()  # type: ignore[attr-defined]
    except Invalid as error:
        return Look(encoding, delimiter, (), wording.tell(str(error.reason)))
    permit.ledger.facts |= {"import": str(source.pk), "previewed": len(rows)}
    return Look(sheet.encoding, sheet.delimiter, rows, sheet=sheet.name, hidden=sheet.hidden)


def shown(source: Import, found: Look) -> list[list[Value]]:
    """The first rows as they stand in the file; barred numbers struck out."""
    most = max(SHOWN, mapping.decided(source).first + SHOWN - 1) if source.header else mapping.TOP // 2
    rows = [barred.struck_cells(row[:MOST_COLUMNS], source.targets) for row in found.rows[:most]]
    return [[Opened(cell[:LONGEST]) for cell in row] for row in rows]


def columns(permit: Permit, source: Import, found: Look) -> list[Column]:
    """Each column with samples, what the first becomes, and how it fares: in the whole file where it was checked."""
    decided = mapping.decided(source)
    body = list(found.rows[decided.first :])
    targets = [*source.targets, *[None] * (found.width - len(source.targets))] if found.rows else []
    names = headings(source, found)
    cleaned = _cleaned(source, body, targets)
    fared = _fared(source, targets, body, cleaned)
    twice = set(mapping.twice(targets))
    left = mapping.barred_columns(found.rows, header=source.header, above=source.above)
    return [
        Column(
            place=at,
            heading=Opened(barred.struck(names[at])),
            samples=[Opened(one[:LONGEST]) for one in _samples(body, at, target)],
            target=target or "",
            becomes=_becomes(permit, target, at, body, cleaned),
            fared=fared[at],
            twice=at in twice,
            barred=barred.LOOKS[left[at]] if at in left else "",
        )
        for at, target in enumerate(targets)
    ]


def headings(source: Import, found: Look) -> list[str]:
    """What stands over each column; nothing where the first row is a customer already."""
    if not source.header:
        return [""] * found.width
    return mapping.heading_texts(found.rows, source.above, double=source.double, width=found.width)


def _cleaned(source: Import, body: Sequence[Sequence[str]], targets: Sequence[str | None]) -> list[Row]:
    with translation.override("en"):
        columns, policy = Columns(tuple(targets), header=False, numbered=source.numbered), barred.policy()
        choices = unpack(source.choices)
        return [clean(number, cells, columns, policy, choices) for number, cells in enumerate(body, 1)]


def _fared(
    source: Import, targets: Sequence[str | None], body: Sequence[Sequence[str]], cleaned: Sequence[Row]
) -> list[Fared]:
    checked = source.trial.result.get("columns") if source.trial else None
    if checked and len(checked) == len(targets):
        return [Fared(*one) for one in checked]
    tally = Tally(targets)
    tally.see(cleaned, dict(enumerate(body, 1)))
    return [Fared(*one) for one in tally.result()]


def _samples(body: Sequence[Sequence[str]], at: int, target: str | None) -> list[str]:
    """Up to two different values, barred numbers struck out."""
    filled = (row[at].strip() for row in body if at < len(row) and row[at].strip())
    return barred.struck_cells([one for one, _ in zip(dict.fromkeys(filled), range(2), strict=False)], [target] * 2)


def _becomes(
    permit: Permit, target: str | None, at: int, body: Sequence[Sequence[str]], cleaned: Sequence[Row]
) -> Value:
    """What the first row with something in this column gives."""
    if target is None:
        return Opened(None)
    for cells, row in zip(body, cleaned, strict=True):
        shown = [row.stored.get(name) for name in labels.stands(target) if row.stored.get(name)]
        if at < len(cells) and cells[at].strip() and shown:
            if permit.opening(labels.category(target)) is not Opening.CLEAR:
                return Masked()
            first = labels.stands(target)[0]
            if len(labels.stands(target)) == 1:
                return showing.display(first, Opened(shown[0]))  # type: ignore[no-any-return]
            return Opened("".join(showing.as_written(one) for one in shown)[:LONGEST])
    return Opened(None)
