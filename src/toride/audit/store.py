"""How the audit store is read, and how its one sequencer writes it; differences between databases stay here."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.db.utils import ConnectionHandler

from toride.audit import protocol
from toride.audit.verifier.toride_verify import TILE
from toride.base import config, stores

SEQUENCER_LOCK = 0x746F72696465  # "toride"
NEWEST = """SELECT (SELECT MAX(size) FROM audit_checkpoint), (SELECT MAX(idx) FROM audit_entry)"""
PAGE = 1_000


def rows(connection: Any, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


class Trail:
    """The trail as it stood when this was made: a verifier's source, and where proofs are read from."""

    def __init__(self, connection: Any | None = None) -> None:
        self.connection = connection or connections["audit"]
        size, last = rows(self.connection, NEWEST)[0]
        self.size, self._length = size or 0, 0 if last is None else last + 1

    def heads(self) -> Iterator[str]:
        after = -1
        statement = "SELECT size, note FROM audit_checkpoint WHERE size > %s AND size <= %s ORDER BY size LIMIT %s"
        while found := rows(self.connection, statement, after, self.size, PAGE):
            yield from (note for _, note in found)
            after = found[-1][0]

    def newest(self) -> str | None:
        """The newest checkpoint."""
        found = rows(self.connection, "SELECT note FROM audit_checkpoint WHERE size = %s", self.size)
        return str(found[0][0]) if found else None

    def tile(self, level: int, n: int) -> bytes:
        found = rows(self.connection, "SELECT bytes FROM audit_tile WHERE level = %s AND n = %s", level, n)
        return bytes(found[0][0]) if found else b""

    def entries(self, n: int) -> list[tuple[int, bytes]]:
        statement = "SELECT idx, bytes FROM audit_entry WHERE idx >= %s AND idx < %s ORDER BY idx"
        found = rows(self.connection, statement, n * TILE, min((n + 1) * TILE, self._length))
        return [(index, bytes(data)) for index, data in found]

    def length(self) -> int:
        return self._length

    def name(self, index: int) -> str | None:
        for table in ("audit_entry", "audit_listed"):
            found = rows(self.connection, f"SELECT event FROM {table} WHERE idx = %s", index)  # noqa: S608 - a constant
            if found:
                return str(UUID(bytes=bytes(found[0][0])))
        return None

    def place(self, event: UUID) -> int | None:
        """Where an event was entered."""
        found = rows(self.connection, "SELECT idx FROM audit_entry WHERE event = %s", event.bytes)
        return int(found[0][0]) if found else None


def may_sequence() -> bool:
    """Has this process what it takes to be the sequencer: on PostgreSQL, the sequencer's own URL?"""
    own = config.text("TORIDE_AUDIT_SEQUENCER_URL") and config.text("TORIDE_DATABASE_SEQUENCER_URL")
    return not stores.is_server("audit") or stores.role() == "sequencer" or own is not None


def as_sequencer() -> Callable[[str], Any]:
    """Gives the connections ("audit", "default") on which the sequencer works."""
    if not stores.is_server("audit") or stores.role() == "sequencer":
        return connections.__getitem__
    return ConnectionHandler(stores.databases(settings.HOME, "sequencer")).__getitem__


@contextmanager
def transaction(connection: Any) -> Iterator[None]:
    """One write transaction on a connection in autocommit; inside a test's own transaction, part of that."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN" if connection.vendor == "postgresql" else "BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if connection.is_usable():
                cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")


@contextmanager
def exclusively(connection: Any) -> Iterator[bool]:
    """The right to be the one sequencer; False where another has it. Ends with the connection, or the process."""
    if connection.vendor == "postgresql":
        held = bool(rows(connection, "SELECT pg_try_advisory_lock(%s)", SEQUENCER_LOCK)[0][0])
        try:
            yield held
        finally:
            if held and connection.is_usable():
                rows(connection, "SELECT pg_advisory_unlock(%s)", SEQUENCER_LOCK)
        return
    descriptor = os.open(protocol.folder() / "sequencer.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
