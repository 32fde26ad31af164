"""Rows of a delimited text, where one broken quotation mark costs the rows that it touches and no others.

A quotation mark that is closed before its cell ends, or never, makes it unsure where rows begin. Lines that are whole
rows whatever one believes come in; the others are *broken*: given as they stand, to be held back, never by half.

- Closed, with text behind it ("砦"ビル2階): the lines from the opening to the closing mark are one broken row; unless
  every line between is a whole row by itself, and the last one is or begins as one, for then the first mark was a slip.
- Never closed, to the end of the file or for longer than any cell may be: a slip; each line stands for itself. Of
  100,000 rows a mark opened in row 2 holds back row 2.
- A record of several lines whose marks are in order is what it says (RFC 4180), unless each line has as many cells as a
  row and begins as one: then two slips met.
- Behind a broken row reading goes on with the next record that has the usual width and all its marks in order; what
  stands before that is broken, too, for the rest of a torn row must not begin a new one.
"""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

Read = tuple[list[str], bool]  # cells; whether the row is broken
LINES = 20  # that are looked at together for a record behind a broken row
LEAST = 3  # columns by which a line is known as a row
FIGURES, LETTERS = re.compile("[0-9０-９]+"), re.compile("[A-Za-z]+")


class Lines:
    """Lines, with a memory of those that were taken since it was emptied, and a way to put some back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines, self._back = lines, deque[str]()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        return line

    def put_back(self, lines: Sequence[str]) -> None:
        """These come next."""
        self._back.extendleft(reversed(lines))
        self.taken.clear()


class Form:
    """How a row of a file looks: its delimiter, and how many cells most have."""

    def __init__(self, delimiter: str, sample: Iterable[str]) -> None:
        self.delimiter = delimiter
        cell = rf'(?:"(?:[^"]|"")*"|[^"\r\n{re.escape(delimiter)}]*)'
        self._orderly = re.compile(rf"{cell}(?:{re.escape(delimiter)}{cell})*(?:\r\n|\r|\n)?")
        widths = Counter(width for line in sample if line.strip() and (width := self._cells(line)))
        self.width = max(widths, key=lambda width: (widths[width], width), default=0)

    def _cells(self, text: str) -> int:
        """How many cells a record has whose marks are in order; 0 where they are not."""
        if not self._orderly.fullmatch(text):
            return 0
        try:
            return len(next(csv.reader([text], delimiter=self.delimiter), ()))
        except csv.Error:  # a cell longer than any may be
            return 0

    def is_row(self, text: str) -> bool:
        """A record of the usual width with all its marks in order."""
        return bool(self.width) and self._cells(text) == self.width

    def are_rows(self, lines: Sequence[str]) -> bool:
        """Is each of these lines, marks aside, as wide as a row, and does it begin as the first one does?"""
        if self.width < LEAST:
            return False
        split = [self.as_it_stands(line) for line in lines]
        begun = {LETTERS.sub("A", FIGURES.sub("9", cells[0].strip('"'))) for cells in split}
        return len(begun) == 1 and "9" in begun.pop() and all(len(cells) == self.width for cells in split)

    def as_it_stands(self, line: str) -> list[str]:
        """A broken line, its marks left where they are."""
        return line.rstrip("\r\n").split(self.delimiter)


def rows(source: Iterator[str], form: Form) -> Iterator[Read]:
    """The rows of these lines. Raises csv.Error for what is no matter of quotation marks."""
    lines = Lines(source)
    while True:
        reader = csv.reader(lines, delimiter=form.delimiter, strict=True)
        closed = True
        try:
            for cells in reader:
                if len(lines.taken) > 1 and form.are_rows(lines.taken):
                    break
                lines.taken.clear()
                yield cells, False
            else:
                return
        except csv.Error as error:
            closed = "expected after" in str(error)
            if not closed and "end of data" not in str(error) and len(lines.taken) == 1:
                raise
        yield from _mended(lines, form, closed=closed)


def _mended(lines: Lines, form: Form, *, closed: bool) -> Iterator[Read]:
    """What becomes of the lines that were taken for one record, up to the next sure beginning of one."""
    first, *rest = lines.taken
    lines.taken.clear()
    yield form.as_it_stands(first), True
    if closed and not _are_told_apart(first, rest, form):
        yield from ((form.as_it_stands(line), True) if line.strip() else ([], False) for line in rest)
        rest = []
    for line in rest[:-1]:
        if form.is_row(line):
            yield _cells(line, form), False
        else:
            yield (form.as_it_stands(line), True) if line.strip() else ([], False)
    lines.put_back(rest[-1:])  # it may begin a record of several lines
    yield from _up_to_a_row(lines, form)


def _are_told_apart(first: str, rest: Sequence[str], form: Form) -> bool:
    """Was the first mark a slip, as every line between is a whole row, and the last one is or begins one?"""
    filled = [line for line in rest if line.strip()]
    if not filled or not all(map(form.is_row, filled[:-1])):
        return False
    return form.is_row(filled[-1]) or form.are_rows([first, filled[-1]])


def _up_to_a_row(lines: Lines, form: Form) -> Iterator[Read]:
    """Broken lines, as long as none begins a record beyond doubt."""
    for line in lines:
        record = [line]
        while "".join(record).count('"') % 2 and len(record) < LINES and (more := next(lines, None)) is not None:
            record.append(more)
        if form.is_row("".join(record)):
            lines.put_back(record)
            return
        lines.put_back(record[1:])
        yield (form.as_it_stands(line), True) if line.strip() else ([], False)


def _cells(line: str, form: Form) -> list[str]:
    return next(csv.reader([line], delimiter=form.delimiter, strict=True))
