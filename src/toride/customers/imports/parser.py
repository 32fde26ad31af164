"""Reads one file in a process of its own, with limits and without keys: bytes in on stdin, rows out on stdout.

Every message is a length (4 bytes, big endian) and JSON: {"sheet": …} once, {"rows": [[text, …], …]} many times,
then {"end": rows} or {"error": code, …facts}. Imports nothing of Django.
"""

import codecs
import csv
import io
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, NoReturn

import orjson

BATCH = 1_000
SAMPLE = 262_144
CHUNK = 65_536
DELIMITERS = ",\t;|"
ENCODINGS = ("utf-8", "cp932", "euc_jp")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
XLSX_MAX_BYTES = 67_108_864
XLSX_MAX_UNPACKED = 536_870_912
XLSX_MAX_PARTS = 2_000
XLSX_MAX_RATIO = 200
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
SHEET = re.compile(rb"<(?:\w+:)?worksheet[\s>]")
ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Unreadable(Exception):  # noqa: N818 - says what the file is
    """The file cannot be read; `code` names why, `facts` where."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def main() -> None:
    """Arguments, as JSON in argv[1]: encoding, delimiter, columns, cell (limits), memory (bytes), seconds."""
    asked = orjson.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    count = 0
    try:
        for rows in _batches(_rows(sys.stdin.buffer, asked), asked):
            count += len(rows)
            _say({"rows": rows})
        _say({"end": count})
    except Unreadable as error:
        _say({"error": error.code, "row": count + 1} | error.facts)
    except MemoryError:
        _say({"error": "memory"})


def _rows(source: BinaryIO, asked: dict[str, Any]) -> Iterator[list[str]]:
    head = source.read(SAMPLE)
    if not head.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise Unreadable("empty")
    if head.startswith(ZIP):
        return _excel(head + _rest(source))
    if head.startswith(OLD_EXCEL):
        raise Unreadable("old-excel")
    return _text(head, source, asked)


def _rest(source: BinaryIO) -> bytes:
    found = source.read(XLSX_MAX_BYTES)
    if source.read(1):
        raise Unreadable("excel-size", limit=XLSX_MAX_BYTES)
    return found


def _text(head: bytes, source: BinaryIO, asked: dict[str, Any]) -> Iterator[list[str]]:
    encoding = asked.get("encoding") or _encoding(head)
    sample = head.decode(encoding, errors="ignore")
    delimiter = asked.get("delimiter") or _delimiter(sample)
    _say({"sheet": {"encoding": encoding, "delimiter": delimiter}})
    csv.field_size_limit(asked["cell"])
    lines = _lines(head, source, encoding, longest=asked["columns"] * asked["cell"])
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        text = str(error)
        code = "quotes" if "end of data" in text or "expected after" in text else "cell" if "limit" in text else "csv"
        raise Unreadable(code, line=reader.line_num) from None


def _encoding(head: bytes) -> str:
    """By its mark; else UTF-16 by its zero bytes; else the first of ENCODINGS in which all of the start is valid."""
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    half = len(head) // 2 or 1
    if head[1::2].count(0) > half // 4:
        return "utf-16-le"
    if head[::2].count(0) > half // 4:
        return "utf-16-be"
    for name in ENCODINGS:
        decoder = codecs.getincrementaldecoder(name)()
        try:
            decoder.decode(head, final=len(head) < SAMPLE)
        except UnicodeDecodeError:
            continue
        return name
    raise Unreadable("encoding")


def _delimiter(sample: str) -> str:
    """The one that splits the first lines into the same, largest number of columns."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]

    def score(mark: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(lines[:-1] or lines, delimiter=mark)]
        usual = max(set(counts), key=counts.count) if counts else 1
        return (counts.count(usual) if usual > 1 else 0, usual)

    try:
        return max(DELIMITERS, key=score)
    except csv.Error:
        return ","


def _lines(head: bytes, source: BinaryIO, encoding: str, *, longest: int) -> Iterator[str]:
    """Lines with their ends, decoded strictly; none of more characters than a row may have."""
    decoder = codecs.getincrementaldecoder(encoding)()
    kept, at, chunk = "", 0, head
    while True:
        try:
            text = kept + decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise Unreadable("bytes", encoding=encoding, byte=at + error.start) from None
        if "\0" in text:
            raise Unreadable("nul")
        at += len(chunk)
        *lines, kept = text.splitlines(keepends=True) or [""]
        if len(kept) > longest:
            raise Unreadable("cell")
        if kept.endswith(("\n",)) or not chunk:
            lines, kept = [*lines, kept], ""
        yield from (line for line in lines if line)
        if not chunk:
            return
        chunk = source.read(CHUNK)


def _excel(content: bytes) -> Iterator[list[str]]:
    _inspect(content)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
    except (CalamineError, OSError, ValueError, IndexError):
        raise Unreadable("excel") from None
    _say({"sheet": {"encoding": "xlsx", "delimiter": "", "name": sheet.name}})
    for row in sheet.iter_rows():
        yield [_cell(value) for value in row]


def _inspect(content: bytes) -> None:
    """Refuses bombs, entities and formulas before any parser sees them."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Unreadable("excel") from None
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > XLSX_MAX_PARTS or unpacked > XLSX_MAX_UNPACKED or unpacked > len(content) * XLSX_MAX_RATIO:
        raise Unreadable("bomb")
    if not any(part.filename.startswith("xl/") for part in parts):
        raise Unreadable("excel")
    for part in parts:  # whatever they are called: a relationship may lead to any of them
        _scan(archive, part)


def _scan(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Reads one part in pieces that overlap; its declared size is not believed."""
    sheet, read, tail = False, 0, b""
    try:
        with archive.open(part) as stream:
            while piece := stream.read(CHUNK):
                read += len(piece)
                if read > XLSX_MAX_UNPACKED:
                    raise Unreadable("bomb")
                if ENTITY.search(tail + piece):
                    raise Unreadable("entities")
                sheet = sheet or bool(SHEET.search(tail + piece))
                if sheet and FORMULA.search(tail + piece):
                    raise Unreadable("formulas")
                tail = piece[-16:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise Unreadable("excel") from None


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


def _batches(rows: Iterator[list[str]], asked: dict[str, Any]) -> Iterator[list[list[str]]]:
    batch: list[list[str]] = []
    size = 0
    for number, row in enumerate(rows, 1):
        if len(row) > asked["columns"]:
            raise Unreadable("columns", count=len(row), limit=asked["columns"])
        if any(len(cell) > asked["cell"] for cell in row):
            raise Unreadable("cell", row=number)
        batch.append(row)
        size += sum(map(len, row))
        if len(batch) == BATCH or size > 4_000_000:  # noqa: PLR2004 - characters; a message stays small
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _say(message: dict[str, Any]) -> None:
    try:
        content = orjson.dumps(message)
    except (TypeError, ValueError):
        content = orjson.dumps({"error": "bytes"})
    try:
        sys.stdout.buffer.write(len(content).to_bytes(4) + content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _leave()


def _leave() -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
