"""Reaches the key store, or says that it is away; one process at a time does key work of a kind."""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from django.conf import settings
from django.db import Error, connections

from toride.base import stores
from toride.base.errors import Conflict, TorideError, Unavailable

STORE = "keys"
WAIT_SECONDS = 60.0
PAUSE_SECONDS = 0.05
_CLASS = 0x746F7269  # "tori": our class of PostgreSQL advisory locks
_held = threading.local()


@contextmanager
def reaching() -> Iterator[None]:
    """Turns a failure of the key store into Unavailable, without its detail."""
    try:
        yield
    except TorideError:
        raise
    except Error:
        raise Unavailable("the key store cannot be reached") from None


@contextmanager
def exclusive(name: str) -> Iterator[None]:
    """Holds the lock `name`; one thread may nest it. Conflict when somebody else keeps it for a minute.

    On every machine that shares the key store; a server's session lock, or a lock on a file in HOME/run, so that it
    ends with its process, however that ends.
    """
    depth: dict[str, int] = _held.__dict__.setdefault("depth", {})
    if not depth.get(name):
        with reaching():
            release = _wait(_server(name) if stores.is_server(STORE) else _file(name))
    depth[name] = depth.get(name, 0) + 1
    try:
        yield
    finally:
        depth[name] -= 1
        if not depth[name]:
            release()


Release = Callable[[], None]


def _wait(attempt: Callable[[], Release | None]) -> Release:
    end = time.monotonic() + WAIT_SECONDS
    while (release := attempt()) is None:
        if time.monotonic() > end:
            raise Conflict("somebody else is working on the keys; try again later")
        time.sleep(PAUSE_SECONDS)
    return release


def _server(name: str) -> Callable[[], Release | None]:
    arguments = [_CLASS, crc32(name.encode()) & 0x7FFF_FFFF]

    def ask(function: str) -> bool:
        with connections[STORE].cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s::int, %s::int)", arguments)
            return bool(cursor.fetchone()[0])

    def release() -> None:
        ask("pg_advisory_unlock")

    def attempt() -> Release | None:
        return release if ask("pg_try_advisory_lock") else None

    return attempt


def _file(name: str) -> Callable[[], Release | None]:
    path = Path(settings.HOME) / "run" / f"keys-{name}.lock"

    def attempt() -> Release | None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return lambda: os.close(descriptor)

    return attempt
