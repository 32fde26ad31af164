"""Runs the parser as a child without keys, environment or files, and says what it found in words."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from django.conf import settings

from toride.base.errors import Invalid

MOST_MESSAGE = 64 * 1_048_576
SOURCE = Path(__file__).resolve().parents[3]
WORDS = {
    "empty": "The file is empty.",
    "encoding": "The encoding of the file is not known. Save it as UTF-8 or CP932, or name it with --encoding.",
    "bytes": "The file is not valid {encoding} at byte {byte}. Save it anew, or name its encoding with --encoding.",
    "nul": "The file holds NUL bytes; it is no text file, or damaged. Save it anew as CSV.",
    "quotes": 'A quotation mark is opened and never closed, near line {line}. Check the " marks there.',
    "cell": "A cell near row {row} is longer than {cell} characters. Shorten it, or check the quotation marks.",
    "csv": "The file cannot be read as CSV near line {line}.",
    "columns": "The file has {count} columns; at most {limit} are read. Save the columns that you need.",
    "excel": "The file is not a readable Excel workbook (.xlsx). Save it anew, or as CSV.",
    "old-excel": "The old Excel format (.xls) is not read. Save it as .xlsx or CSV.",
    "excel-size": "The workbook is larger than 64 MB. Save it as CSV.",
    "bomb": "The workbook unpacks to far more than it should. It was not opened. Save it anew, or as CSV.",
    "entities": "The workbook defines XML entities, which no office program does. It was not opened.",
    "formulas": "The sheet holds formulas. Paste it as values, or save it as CSV, so that what you see is imported.",
    "memory": "The file needs more memory than an import may use. Split it, or save it as CSV.",
    "died": "The file could not be read: the reader gave up ({status}). Save it anew as CSV.",
}


@dataclass(slots=True)
class Sheet:
    """What was found out about the file; filled when the first rows come."""

    encoding: str = ""
    delimiter: str = ""
    name: str = ""


def rows(
    content: Callable[[], Iterable[bytes]], sheet: Sheet, *, encoding: str | None = None, delimiter: str | None = None
) -> Iterator[list[list[str]]]:
    """Batches of rows as text. Raises Invalid, in words that say what to do, where the file cannot be read."""
    asked = {
        "encoding": encoding,
        "delimiter": delimiter,
        "columns": settings.IMPORT_MAX_COLUMNS,
        "cell": settings.IMPORT_MAX_CELL,
        "memory": settings.IMPORT_PARSER_MEMORY,
        "seconds": settings.IMPORT_PARSER_SECONDS,
    }
    child = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "toride.customers.imports.parser", orjson.dumps(asked).decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PYTHONPATH": str(SOURCE), "LC_ALL": "C.UTF-8"},
        close_fds=True,
    )
    if child.stdin is None or child.stdout is None:
        raise OSError("no pipes")
    feeder = threading.Thread(target=_feed, args=(child.stdin, content), daemon=True)
    feeder.start()
    try:
        yield from _messages(child, child.stdout, sheet, asked)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        feeder.join(timeout=5)


def _feed(pipe: IO[bytes], content: Callable[[], Iterable[bytes]]) -> None:
    try:
        with pipe:
            for chunk in content():
                pipe.write(chunk)
    except (BrokenPipeError, ValueError):
        return


def _messages(
    child: "subprocess.Popen[bytes]", pipe: IO[bytes], sheet: Sheet, asked: dict[str, Any]
) -> Iterator[list[list[str]]]:
    while header := pipe.read(4):
        length = int.from_bytes(header)
        if length > MOST_MESSAGE:
            raise Invalid(WORDS["memory"])
        message = orjson.loads(pipe.read(length))
        if "rows" in message:
            yield message["rows"]
        elif "sheet" in message:
            sheet.encoding, sheet.delimiter = message["sheet"]["encoding"], message["sheet"]["delimiter"]
            sheet.name = message["sheet"].get("name", "")
        elif "error" in message:
            raise Invalid(_words(message, asked))
        else:
            return
    raise Invalid(WORDS["died"].format(status=child.wait()))


def _words(message: dict[str, Any], asked: dict[str, Any]) -> str:
    facts = {"row": "?", "line": "?", "byte": "?", "count": "?", "limit": "?", **asked, **message}
    facts["encoding"] = message.get("encoding", "text")
    return WORDS.get(message["error"], WORDS["csv"]).format(**facts)
