"""Rejected rows leave as a file: in the file's own form, with reasons, and nothing that a spreadsheet would run."""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from toride.customers.imports import labels, mapping, reading, services, wording
from toride.customers.models import Import, Rejected
from toride.vault import files
from toride.vault.permit import Opening, Permit
from toride.vault.values import DOTS

BREAKS = ("\t", "\r", "\n")
MARKS = re.compile(r"([,;|\t\r\n])")  # by which some spreadsheet, in some country, tells cells apart
BLANK = re.compile(r"[\s\"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*")
PIECE = 500


def encoding(source: Import) -> str:
    """In which the file is written; a workbook's rows leave as UTF-8 with its mark."""
    return source.encoding if source.encoding not in reading.FOUND_OUT else "utf-8-sig"


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP CSV Injection), also where it is told apart otherwise than
    the file says, or turns full width into half; numbers and phones stay as they are.
    """
    lead = BLANK.match(cell)[0]  # type: ignore[index] # it matches the empty text, too
    first, *rest = MARKS.split(cell[len(lead) :])
    began = "'" if _runs(first) or cell.startswith(BREAKS) else ""
    return f"{began}{lead}{first}" + "".join(f"'{part}" if _runs(part) else part for part in rest)


def _runs(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", BLANK.sub("", text, count=1))
    signed = plain.startswith(("+", "-")) and not plain[1:].replace("-", "").replace(" ", "").isdigit()
    return plain.startswith(("=", "@")) or signed


@dataclass(frozen=True, slots=True)
class Head:
    """How a file begins: its headings, and which columns, from 0, are made of numbers that must not be here, or become
    what the permit does not open in clear.
    """

    headings: Sequence[str] = ()
    barred: Collection[int] = ()
    closed: Collection[int] = ()

    def leaving(self, cells: Sequence[str]) -> list[str]:
        """A row's cells as they may leave: of a barred column nothing, a mistyped number of it neither."""
        return [self._cell(at, cell) for at, cell in enumerate(cells)]

    def _cell(self, at: int, cell: str) -> str:
        if at in self.barred or not cell:
            return ""
        return DOTS if at in self.closed else harmless(cell)


def head(permit: Permit, source: Import) -> Head:
    """Reads the first rows of the file once more."""
    with closing(reading.begun(partial(files.content, source.file), source)) as parsed:
        messages = reading.heard(parsed, reading.Sheet(), encoding=reading.encoding(source))
        first: list[list[str]] = next((message["rows"] for message in messages), [[]])
    closed = {
        at
        for at, one in enumerate(source.targets)
        if one and permit.opening(labels.category(one), one) is not Opening.CLEAR
    }
    names = mapping.heading_texts(first, source.above, double=source.double, width=max(map(len, first), default=0))
    return Head(names, mapping.barred_columns(first, header=source.header, above=source.above), closed)


def line(begin: Head, number: int, cells: Sequence[str], problems: dict[str, str]) -> list[str]:
    """One row as the command writes it."""
    reasons = "; ".join(f"{name} {reason}" for name, reason in problems.items())
    return [*begin.leaving(cells), f"row {number}: {reasons}"]


def download(permit: Permit, source: Import, *, heading: str) -> Iterator[bytes]:
    """The file in pieces, headings first, reasons in the active language; what it holds is told to the ledger now."""
    permit.ledger.facts |= {
        "import": str(source.pk),
        "rows": Rejected.objects.filter(source=source).count(),
        "encoding": encoding(source),
    }
    return _pieces(source, _rows(permit, source, heading))


def _rows(permit: Permit, source: Import, heading: str) -> Iterator[list[str]]:
    begin = head(permit, source)
    if source.header:
        yield [*map(harmless, begin.headings), heading]
    for number, cells, problems in services.rejected_each(permit, source):
        reasons = " / ".join(f"{wording.field(name)}: {wording.tell(reason)}" for name, reason in problems.items())
        yield [*begin.leaving(cells), f"{number}: {reasons}"]


def _pieces(source: Import, rows: Iterator[list[str]]) -> Iterator[bytes]:
    found = encoding(source)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=source.delimiter or ",")
    first = True
    for count, row in enumerate(rows, 1):
        writer.writerow(row)
        if count % PIECE == 0:
            yield _encoded(text, found, first=first)
            first = False
    yield _encoded(text, found, first=first)


def _encoded(text: io.StringIO, found: str, *, first: bool) -> bytes:
    """What stands in `text`, which is emptied; the mark of an encoding comes once."""
    content = text.getvalue()
    text.seek(0)
    text.truncate()
    if not first and found in ("utf-8-sig", "utf-16"):
        found = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}[found]
    return content.encode(found, errors="replace")
