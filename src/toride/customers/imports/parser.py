"""Reads one file in a process of its own, with limits and without keys: bytes in on stdin, rows out on stdout.

Every message is a length (4 bytes, big endian) and JSON: {"sheet": …} once, {"rows": [[text, …], …]} many times, with
"broken": [place, …] where a quotation mark broke rows; then {"end": rows} or {"error": code, …facts}. Imports nothing
of Django.
"""

import codecs
import csv
import re
import resource
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

import orjson

from . import quoting, vcards, workbook

BATCH = 1_000
SAMPLE = 262_144
CHUNK = 65_536
SAMPLED = 200  # lines that say how wide a row is
DELIMITERS = ",\t;|"
ENCODINGS = ("utf-8", "cp932", "euc_jp")
JIS = re.compile(rb"\x1b(?:\$[@B]|\([IJ])")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
XLSX_MAX_BYTES = 67_108_864
ZIP, COMPOUND, PROTECTED = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", "EncryptedPackage".encode("utf-16-le")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # VT, FF, NEL, U+2028 and their like are content
SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)
LATIN = re.compile("[a-z][\u3400-\u9fff](?![\u3040-\u9fff])|(?<![\u3040-\u9fff])[\u3400-\u9fff][a-z]")
JAPANESE = re.compile("[\u3040-\u9fff]")
# What begins in such a way is no table; who sent it is told what it is.
KNOWN = (
    (re.compile(rb"%PDF-"), "pdf"),
    (re.compile(rb"\{\\rtf"), "rtf"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8"), "image"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html|<head|<table|<meta)", re.IGNORECASE), "html"),
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*>\s*(?:<!--.*?-->\s*)*<(?:html|table)", re.IGNORECASE | re.DOTALL),
        "html",
    ),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml|<[A-Za-z]+[\s>])"), "xml"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*\"|\[\s*[\[{])"), "json"),
    (re.compile(rb"\x1f\x8b|7z\xbc\xaf|Rar!"), "zip"),
)


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
        for rows, broken in _batches(_rows(sys.stdin.buffer, asked), asked):
            count += len(rows)
            _say({"rows": rows, "broken": broken} if broken else {"rows": rows})
        _say({"end": count})
    except Unreadable as error:
        _say({"error": error.code, "row": count + 1} | error.facts)
    except MemoryError:
        _say({"error": "memory"})


def _rows(source: BinaryIO, asked: dict[str, Any]) -> Iterator[quoting.Read]:
    head = source.read(SAMPLE)
    if not head.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise Unreadable("empty")
    if head.startswith(ZIP):
        return _in_order(_excel(head + _rest(source), asked))
    if head.startswith(COMPOUND):
        raise Unreadable("protected" if PROTECTED in head + source.read(XLSX_MAX_BYTES) else "old-excel")
    if code := next((code for pattern, code in KNOWN if pattern.match(head)), ""):
        raise Unreadable(code)
    if vcards.is_one(head):
        return _in_order(_cards(head + _rest(source), asked))
    return _text(head, source, asked)


def _in_order(rows: Iterator[list[str]]) -> Iterator[quoting.Read]:
    return ((row, False) for row in rows)


def _rest(source: BinaryIO) -> bytes:
    found = source.read(XLSX_MAX_BYTES)
    if source.read(1):
        raise Unreadable("excel-size", limit=XLSX_MAX_BYTES)
    return found


def _excel(content: bytes, asked: dict[str, Any]) -> Iterator[list[str]]:
    name, others, unseen, book = workbook.sheets(content, Unreadable)
    hidden = [] if asked.get("hidden") else workbook.hidden_rows(content, name)
    about = {"name": name, "others": others, "unseen": unseen, "hidden": hidden}
    _say({"sheet": {"encoding": "xlsx", "delimiter": "", **about}})
    yield from workbook.rows(content, name, book, hidden=bool(asked.get("hidden")), complain=Unreadable)


def _cards(content: bytes, asked: dict[str, Any]) -> Iterator[list[str]]:
    """Address cards as a table with headings; what of them has no column is named."""
    rows, left = vcards.table(content, asked["cell"])
    _say({"sheet": {"encoding": "vcard", "delimiter": "", "properties": left}})
    yield from rows


def _text(head: bytes, source: BinaryIO, asked: dict[str, Any]) -> Iterator[quoting.Read]:
    encoding = asked.get("encoding") or _encoding(head)
    sample = head.decode(encoding, errors="ignore").lstrip("\ufeff")
    said = SEPARATOR.match(sample.split("\n", 1)[0].strip())
    mark = said[1] if said and said[1] in DELIMITERS else ""
    delimiter = asked.get("delimiter") or mark or _delimiter(sample)
    _say({"sheet": {"encoding": encoding, "delimiter": delimiter}})
    csv.field_size_limit(asked["cell"])
    lines = _lines(head, source, encoding, longest=asked["columns"] * asked["cell"])
    if said:
        next(lines, None)
    form = quoting.Form(delimiter, LINE.findall(sample[:CHUNK])[:SAMPLED])
    done = 0
    try:
        for done, (cells, broken) in enumerate(quoting.rows(lines, form), 1):
            if broken and done == 1:
                raise Unreadable("quotes", row=1)
            yield cells, broken
    except csv.Error as error:
        raise Unreadable("cell" if "limit" in str(error) else "csv", line=done + 1, row=done + 1) from None


def _encoding(head: bytes) -> str:
    """By its mark; else UTF-16 by its zero bytes; else the first of ENCODINGS in which all of the start is valid."""
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if JIS.search(head):
        return "iso2022_jp_ext"
    half = len(head) // 2 or 1
    if head[1::2].count(0) > half // 4:
        return "utf-16-le"
    if head[::2].count(0) > half // 4:
        return "utf-16-be"
    for name in ENCODINGS:
        decoder = codecs.getincrementaldecoder(name)()
        try:
            text = decoder.decode(head, final=len(head) < SAMPLE)
        except UnicodeDecodeError:
            continue
        if name == "utf-8" or not _is_latin(text):
            return name
    raise Unreadable("encoding")


def _is_latin(text: str) -> bool:
    """Read as Japanese, a western file (Andrés) has single kanji within words of small letters, and no others."""
    found = len(JAPANESE.findall(text))
    return bool(found) and len(LATIN.findall(text)) >= found


def _delimiter(sample: str) -> str:
    """The one that splits the first lines into the same, largest number of columns."""
    lines = [line for line in LINE.findall(sample[:CHUNK])[:50] if line.strip()]

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
    kept, at, chunk, first = "", 0, head, False
    while True:
        try:
            text = kept + decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise Unreadable("bytes", encoding=encoding, byte=at + error.start) from None
        if "\0" in text:
            raise Unreadable("nul")
        at += len(chunk)
        if not first:
            text, first = text.lstrip("\ufeff"), True
        *lines, kept = LINE.findall(text) or [""]
        if len(kept) > longest:
            raise Unreadable("cell")
        if kept.endswith("\n") or not chunk:
            lines, kept = [*lines, kept], ""
        yield from (line for line in lines if line)
        if not chunk:
            return
        chunk = source.read(CHUNK)


def _batches(rows: Iterator[quoting.Read], asked: dict[str, Any]) -> Iterator[tuple[list[list[str]], list[int]]]:
    """Rows, and the places of those among them that a quotation mark broke."""
    batch: list[list[str]] = []
    marked: list[int] = []
    size = 0
    for number, (row, broken) in enumerate(rows, 1):
        if len(row) > asked["columns"]:
            raise Unreadable("columns", count=len(row), limit=asked["columns"])
        if any(len(cell) > asked["cell"] for cell in row):
            raise Unreadable("cell", row=number)
        if broken:
            marked.append(len(batch))
        batch.append(row)
        size += sum(map(len, row))
        if len(batch) == BATCH or size > 4_000_000:  # noqa: PLR2004 - characters; a message stays small
            yield batch, marked
            batch, marked, size = [], [], 0
    if batch:
        yield batch, marked


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
