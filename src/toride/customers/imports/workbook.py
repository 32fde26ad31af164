"""Reads a workbook (.xlsx) in the parser's process: its first visible sheet, as it is seen. Imports nothing of ours."""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat

MAX_UNPACKED = 536_870_912
MAX_PARTS = 2_000
MAX_RATIO = 200
CHUNK = 65_536
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
SHEET = re.compile(rb"<(?:\w+:)?worksheet[\s>]")
ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
ZEROS = re.compile(r"[0-]*0[0-]*")
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]+)")
SIGNIFICANT = 10**15  # Excel keeps fifteen figures of a number
OTHERS = {"word/": "word", "ppt/": "other-office", "Index/": "numbers"}
Complain = Callable[..., Exception]


@dataclass(slots=True)
class _Row:
    """What of a row its values do not say: whether it is hidden, and how cells are shown, by column from 0."""

    at: int
    hidden: bool = False
    shown: dict[int, str] = field(default_factory=dict)


def sheets(content: bytes, complain: Complain) -> tuple[str, list[str], list[str], Any]:
    """(name of the first visible sheet, other visible ones with content, hidden ones, the book)."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    inspect(content, complain)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        seen = [one.name for one in tables if one.visible == SheetVisibleEnum.Visible]
        hidden = [one.name for one in tables if one.visible != SheetVisibleEnum.Visible]
        first = seen[0] if seen else hidden.pop(0)
        others = [name for name in seen if name != first and book.get_sheet_by_name(name).height]
    except (CalamineError, OSError, ValueError, IndexError):
        raise complain("excel") from None
    return first, others, [name for name in hidden if book.get_sheet_by_name(name).height], book


def rows(content: bytes, name: str, book: Any, *, hidden: bool, complain: Complain) -> Iterator[list[str]]:
    """The rows of a sheet by their places; hidden ones are empty, unless they are asked for."""
    from python_calamine import CalamineError

    try:
        sheet = book.get_sheet_by_name(name)
        top, left = sheet.start or (0, 0)
        about = _about(content, name)
        yield from ([] for _ in range(top))
        following = next(about, None)
        for at, row in enumerate(sheet.iter_rows(), top):
            while following is not None and following.at < at:
                following = next(about, None)
            cells = [""] * left + [_cell(value) for value in row]
            if following is not None and following.at == at:
                cells = _as_seen(cells, following, hidden=hidden)
            yield cells
    except (CalamineError, expat.ExpatError, KeyError, zipfile.BadZipFile):
        raise complain("excel") from None


def hidden_rows(content: bytes, name: str) -> list[int]:
    """Places, from 1, of rows that hold something and are hidden."""
    return [row.at + 1 for row in _about(content, name) if row.hidden]


def _as_seen(cells: list[str], row: _Row, *, hidden: bool) -> list[str]:
    if row.hidden and not hidden:
        return []
    for column, text in row.shown.items():
        if column < len(cells):
            form = text.removeprefix("\0")
            cells[column] = _in_form(cells[column], form) if text.startswith("\0") else text
    return cells


def inspect(content: bytes, complain: Complain) -> None:
    """Refuses bombs, entities and formulas before any parser sees them."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise complain("excel") from None
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > len(content) * MAX_RATIO:
        raise complain("bomb")
    names = [part.filename for part in parts]
    if not any(name.startswith("xl/") for name in names):
        other = next((code for begin, code in OTHERS.items() if any(name.startswith(begin) for name in names)), "")
        raise complain(other or ("opendocument" if "mimetype" in names and "content.xml" in names else "zip"))
    if "xl/workbook.bin" in names:
        raise complain("excel-binary")
    for part in parts:  # whatever they are called: a relationship may lead to any of them
        _scan(archive, part, complain)


def _scan(archive: zipfile.ZipFile, part: zipfile.ZipInfo, complain: Complain) -> None:
    """Reads one part in pieces that overlap; its declared size is not believed."""
    sheet, read, tail = False, 0, b""
    try:
        with archive.open(part) as stream:
            while piece := stream.read(CHUNK):
                read += len(piece)
                if read > MAX_UNPACKED:
                    raise complain("bomb")
                if ENTITY.search(tail + piece):
                    raise complain("entities")
                sheet = sheet or bool(SHEET.search(tail + piece))
                if sheet and FORMULA.search(tail + piece):
                    raise complain("formulas")
                tail = piece[-16:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise complain("excel") from None


def _cell(value: Any) -> str:  # noqa: PLR0911 - one line for each type
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
    return str(value)


def _in_form(text: str, form: str) -> str:
    """4321 in the form 0000000 is seen as 0004321, 9800803 in 000-0000 as 980-0803."""
    places = form.count("0")
    if not text.isdigit() or len(text) > places:
        return text
    figures = iter(text.zfill(places))
    return "".join(next(figures) if one == "0" else one for one in form)


def _about(content: bytes, name: str) -> Iterator[_Row]:
    """Rows that are hidden, or hold errors or numbers shown in a form of zeros; read along, never held as a whole."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = _part(archive, name)
        if part is None:
            return
        reader = _Reader(_forms(archive))
        with archive.open(part) as stream:
            while piece := stream.read(CHUNK):
                reader.parser.Parse(piece, False)
                yield from reader.ready()


class _Reader:
    """Notices rows and cells of a sheet as its XML goes by."""

    def __init__(self, forms: list[str]) -> None:
        self.forms = forms
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._row, self._column, self._error = _Row(-1), -1, False
        self._value: list[str] | None = None
        self._ready: list[_Row] = []

    def ready(self) -> list[_Row]:
        """Those that are complete."""
        found, self._ready = self._ready, []
        return found

    def _start(self, name: str, values: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            at = int(values["r"]) - 1 if values.get("r", "").isdigit() else self._row.at + 1
            self._row, self._column = _Row(at, hidden=values.get("hidden") in ("1", "true")), -1
        elif tag == "c":
            found = REFERENCE.fullmatch(values.get("r", ""))
            self._column = _column(found[1]) if found else self._column + 1
            self._error = values.get("t") == "e"
            style = values.get("s", "")
            form = self.forms[int(style)] if style.isdigit() and int(style) < len(self.forms) else ""
            if form and values.get("t", "n") == "n":
                self._row.shown[self._column] = f"\0{form}"
        elif tag == "v" and self._error:
            self._value = []

    def _text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "v" and self._value is not None:
            self._row.shown[self._column] = "".join(self._value).strip()
            self._value = None
        elif tag == "row" and ((self._row.hidden and self._column >= 0) or self._row.shown):
            self._ready.append(self._row)


def _column(letters: str) -> int:
    at = 0
    for one in letters:
        at = at * 26 + ord(one) - 64
    return at - 1


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every element of a small part with its attributes, names without their spaces of names."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, values: found.append(
        (name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in values.items()})
    )
    parser.Parse(archive.read(part), True)
    return iter(found)


def _part(archive: zipfile.ZipFile, name: str) -> str | None:
    """Where the sheet of this name stands."""
    try:
        number = next(
            one["id"]
            for tag, one in _elements(archive, "xl/workbook.xml")
            if tag == "sheet" and one.get("name") == name
        )
        target = next(
            one["Target"] for tag, one in _elements(archive, "xl/_rels/workbook.xml.rels") if one.get("Id") == number
        )
    except (KeyError, StopIteration, expat.ExpatError):
        return None
    part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
    return part if part in archive.namelist() else None


def _forms(archive: zipfile.ZipFile) -> list[str]:
    """For each style of cells its form where that is made of zeros and hyphens only; else nothing."""
    try:
        elements = list(_elements(archive, "xl/styles.xml"))
    except (KeyError, expat.ExpatError):
        return []
    codes = {one.get("numFmtId"): one.get("formatCode", "") for tag, one in elements if tag == "numFmt"}
    found, inside = [], False
    for tag, one in elements:
        inside = tag == "cellXfs" or (inside and tag not in ("cellStyles", "dxfs", "cellStyleXfs"))
        if inside and tag == "xf":
            code = codes.get(one.get("numFmtId"), "").replace('"', "").replace("\\", "").removesuffix(";@")
            found.append(code if ZEROS.fullmatch(code) and code.count("0") > 1 else "")
    return found
