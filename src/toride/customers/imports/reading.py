"""Runs parser and cleaner as children without keys, environment or files, and says what they found in words."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any

import orjson
from django.conf import settings

from toride.base.errors import Invalid
from toride.customers.models import Import

MOST_MESSAGE = 64 * 1_048_576
CLEANER_SECONDS = 3_600  # of processor; ten million rows take a quarter of it
FOUND_OUT = ("", "xlsx", "vcard")  # encodings that nobody chooses
SOURCE = Path(__file__).resolve().parents[3]
WORDS = {
    "empty": "The file is empty.",
    "encoding": "The encoding of the file is not known. Save it as UTF-8 or CP932, or name it with --encoding.",
    "bytes": "The file is not valid {encoding} at byte {byte}. Save it anew, or name its encoding with --encoding.",
    "nul": "The file contains NUL bytes: it is not a text file, or it is damaged. Save it again as CSV.",
    "quotes": 'In row {row} a quotation mark is never closed, or text stands behind it. Double the " in a cell.',
    "cell": "A cell near row {row} is longer than {cell} characters. Shorten it, or check the quotation marks.",
    "csv": "The file cannot be read as CSV near line {line}.",
    "columns": "The file has {count} columns; at most {limit} are read. Save the columns that you need.",
    "protected": "The workbook is protected by a password. Open it in Excel, remove the password, and save it again.",
    "excel-binary": "The binary Excel format (.xlsb) is not read. Save it as .xlsx or CSV.",
    "opendocument": "The file is an OpenDocument table (.ods). Save it as .xlsx or CSV.",
    "numbers": "The file is a Numbers document. Export it as .xlsx or CSV.",
    "word": "The file is a Word document. Put the table into Excel, and save it as .xlsx or CSV.",
    "other-office": "The file is a presentation. Put the table into Excel, and save it as .xlsx or CSV.",
    "zip": "The file is a compressed archive. Unpack it, and choose the file within.",
    "html": "The file is a web page (HTML), whatever its ending says. Open it in Excel, and save it as .xlsx or CSV.",
    "xml": "The file is XML. Export the addresses as CSV or vCard, or open it in Excel and save it as .xlsx.",
    "json": "The file is JSON. Export the customers as CSV.",
    "pdf": "The file is a PDF, which holds no table. Export the customers as CSV or .xlsx.",
    "rtf": "The file is a formatted text (RTF). Put the table into Excel, and save it as .xlsx or CSV.",
    "image": "The file is a picture. Export the customers as CSV or .xlsx.",
    "excel": "The file is not a readable Excel workbook (.xlsx). Save it again, or as CSV.",
    "old-excel": "The old Excel format (.xls) is not read. Save it as .xlsx or CSV.",
    "excel-size": "The workbook is larger than 64 MB. Save it as CSV.",
    "bomb": "The workbook is unusually large when unpacked, so it was not opened. Save it again, or as CSV.",
    "entities": "The workbook defines XML entities, which no office program does. It was not opened.",
    "formulas": "The sheet holds formulas. Paste it as values, or save it as CSV, so that what you see is imported.",
    "memory": "The file needs more memory than an import may use. Split it, or save it as CSV.",
    "died": "The file could not be read: the reader gave up ({status}). Save it anew as CSV.",
}


@dataclass(slots=True)
class Sheet:
    """What was found out about the file; filled when the first rows come. Of a workbook: `others`, `unseen` (hidden)
    sheets that hold something, `hidden` rows; of address cards: `properties` without a column, in how many cards.
    """

    encoding: str = ""
    delimiter: str = ""
    name: str = ""
    others: Sequence[str] = ()
    unseen: Sequence[str] = ()
    hidden: Sequence[int] = ()
    properties: Mapping[str, int] = field(default_factory=dict)


class Child:
    """A process without keys, environment or files: `content` goes in on its stdin, messages come out.

    Every message is a length (4 bytes, big endian) and JSON.
    """

    def __init__(self, module: str, asked: Mapping[str, Any], content: Callable[[], Iterable[bytes]]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", module, orjson.dumps(asked).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": str(SOURCE), "LC_ALL": "C.UTF-8"},
            close_fds=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("no pipes")
        self._out = self._process.stdout
        self._feeder = threading.Thread(target=_feed, args=(self._process.stdin, content), daemon=True)
        self._feeder.start()

    def messages(self) -> Iterator[bytes]:
        """As they come, until the process ends. Raises Invalid where one is longer than any may be."""
        while header := self._out.read(4):
            length = int.from_bytes(header)
            if length > MOST_MESSAGE:
                raise Invalid(WORDS["memory"])
            yield self._out.read(length)

    def status(self) -> int:
        """With which it ended."""
        return self._process.wait()

    def close(self) -> None:
        """Ends it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._out.close()
        self._feeder.join(timeout=5)


def parser(
    content: Callable[[], Iterable[bytes]],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    hidden: bool = False,
) -> Child:
    """Reads the file's bytes: its messages are the sheet, rows as text, and its end."""
    asked = {
        "encoding": encoding,
        "delimiter": delimiter,
        "hidden": hidden,
        "columns": settings.IMPORT_MAX_COLUMNS,
        "cell": settings.IMPORT_MAX_CELL,
        "memory": settings.IMPORT_PARSER_MEMORY,
        "seconds": settings.IMPORT_PARSER_SECONDS,
    }
    return Child("toride.customers.imports.parser", asked, content)


def begun(content: Callable[[], Iterable[bytes]], source: Import, arguments: Mapping[str, Any] | None = None) -> Child:
    """A parser that reads the file as was decided, or finds out."""
    told = arguments or {}
    return parser(
        content, encoding=encoding(source, told), delimiter=told.get("delimiter") or source.delimiter or None,
        hidden=source.hidden,
    )  # fmt: skip


def encoding(source: Import, arguments: Mapping[str, Any] | None = None) -> str | None:
    """The encoding that was chosen or found out; None where it is still to be."""
    chosen = (arguments or {}).get("encoding") or source.encoding
    return None if chosen in FOUND_OUT else chosen


def cleaner(sieve: Mapping[str, Any], parsed: Child) -> Child:
    """Goes on with a sieve, by its state, through what `parsed` still says: messages are batches, and the end."""
    limits = {"memory": settings.IMPORT_PARSER_MEMORY, "seconds": CLEANER_SECONDS}

    def content() -> Iterator[bytes]:
        for message in chain([orjson.dumps(sieve)], parsed.messages()):
            yield len(message).to_bytes(4)
            yield message

    return Child("toride.customers.imports.cleaner", limits, content)


def heard(child: Child, sheet: Sheet, *, encoding: str | None = None) -> Iterator[dict[str, Any]]:
    """The messages of rows or batches; fills in `sheet`. Raises Invalid where the file cannot be read."""
    for content in child.messages():
        message = orjson.loads(content)
        if "sheet" in message:
            for name, value in message["sheet"].items():
                setattr(sheet, name, value)
        elif "error" in message:
            raise Invalid(_words(message, encoding))
        elif "end" in message:
            return
        else:
            yield message
    raise Invalid(WORDS["died"].format(status=child.status()))


def rows(
    content: Callable[[], Iterable[bytes]],
    sheet: Sheet,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    hidden: bool = False,
) -> Iterator[list[list[str]]]:
    """Batches of rows as text. Raises Invalid, in words that say what to do, where the file cannot be read."""
    with closing(parser(content, encoding=encoding, delimiter=delimiter, hidden=hidden)) as child:
        for message in heard(child, sheet, encoding=encoding):
            yield message["rows"]


def _feed(pipe: IO[bytes], content: Callable[[], Iterable[bytes]]) -> None:
    try:
        with pipe:
            for chunk in content():
                pipe.write(chunk)
    except (OSError, ValueError, Invalid):  # who reads sees that the end is missing
        return


def _words(message: dict[str, Any], encoding: str | None) -> str:
    facts = {"row": "?", "line": "?", "byte": "?", "count": "?", "limit": "?", "cell": settings.IMPORT_MAX_CELL}
    facts |= {**message, "encoding": message.get("encoding", "text")}
    return WORDS.get(message["error"], WORDS["csv"]).format(**facts)
