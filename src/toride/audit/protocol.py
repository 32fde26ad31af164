"""How a process hands rows to the one writer of an embedded installation: frames over a Unix socket."""

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings

from toride.base import stores
from toride.base.errors import Unavailable

NAME = "audit.sock"
FRAME_BYTES = 8 * 1_048_576
ANSWER_SECONDS = 5.0
AGAIN_SECONDS = 0.5  # once the writer has not answered, until it answers again: nobody else waits for as long
ACCEPTED, FAILED = b"\x01", b"\x00"
LENGTH = struct.Struct(">I")
_kept = threading.local()


def folder() -> Path:
    """Where the socket and the sequencer's lock are."""
    return Path(settings.HOME) / "run"


@contextlib.contextmanager
def address() -> Iterator[str]:
    """The socket's path, by way of a folder descriptor: a socket's own path may have 107 bytes only (unix(7))."""
    descriptor = os.open(folder(), os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)


def frame(rows: Sequence[bytes]) -> bytes:
    """Length-prefixed rows behind the length of them all; lengths are big-endian uint32."""
    body = b"".join(part for row in rows for part in (LENGTH.pack(len(row)), row))
    return LENGTH.pack(len(body)) + body


def rows_of(body: bytes) -> list[bytes]:
    """The rows of a frame's body. Raises ValueError where lengths and bytes disagree."""
    rows, at = [], 0
    while at < len(body):
        if at + LENGTH.size > len(body):
            raise ValueError("cut")
        (length,) = LENGTH.unpack_from(body, at)
        at += LENGTH.size
        if not length or at + length > len(body):
            raise ValueError("cut")
        rows.append(body[at : at + length])
        at += length
    if not rows:
        raise ValueError("empty")
    return rows


def send(rows: Sequence[bytes]) -> bool:
    """Hands rows to the writer process and waits until they are durable; False where none runs (or a frame is too
    large for it), so that the caller writes itself. Raises Unavailable when the writer could not commit.

    A connection that broke is tried once more: an event that arrives twice is entered once, by its id.
    """
    if stores.is_server("audit"):
        return False
    message = frame(rows)
    if len(message) > FRAME_BYTES:
        return False
    for _ in range(2):
        try:
            connection = _connection()
        except OSError:
            _drop()
            return False
        try:
            connection.sendall(message)
            answer = connection.recv(1)
        except TimeoutError:
            _drop()
            _kept.patience = AGAIN_SECONDS
            raise Unavailable("audit") from None
        except OSError:
            answer = b""
        if answer == ACCEPTED:
            _at_ease(connection)
            return True
        _drop()
        if answer == FAILED:
            raise Unavailable("audit")
    return False


def _connection() -> socket.socket:
    """The connection of this thread, made where there is none; raises OSError where no writer listens."""
    found: socket.socket | None = getattr(_kept, "connection", None)
    if found is not None and _kept.pid == os.getpid():
        return found
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(getattr(_kept, "patience", ANSWER_SECONDS))
        with address() as path:
            connection.connect(path)
    except BaseException:
        connection.close()
        raise
    _kept.connection, _kept.pid = connection, os.getpid()
    return connection


def _at_ease(connection: socket.socket) -> None:
    """It answers: the next row may take as long as ever."""
    if getattr(_kept, "patience", ANSWER_SECONDS) != ANSWER_SECONDS:
        _kept.patience = ANSWER_SECONDS
        connection.settimeout(ANSWER_SECONDS)


def _drop() -> None:
    found: socket.socket | None = getattr(_kept, "connection", None)
    _kept.connection = None
    if found is not None:
        found.close()
