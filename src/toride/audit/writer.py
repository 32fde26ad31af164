"""Writes events: at once and durably, or with the caller's transaction; if it cannot, the act fails."""

import atexit
import contextlib
import os
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import Error, OperationalError, connections, transaction

from toride.audit import protocol
from toride.audit.actions import System
from toride.audit.events import SYSTEM, Event, Stamp, encode
from toride.base import stores
from toride.base.errors import Unavailable

INBOX = "INSERT INTO audit_inbox (bytes) VALUES (%s)"
OUTBOX = "INSERT INTO audit_outbox (bytes) VALUES (%s)"


@dataclass
class Writer:
    """A process's place in the trail: a random name and dense numbers, so that a removed row leaves a gap.

    `lost` are numbers given to rows whose commit failed; the next row says so. `staged` counts committed outbox rows.
    """

    name: str = field(default_factory=lambda: secrets.token_hex(8))
    pid: int = field(default_factory=os.getpid)
    number: int = 0
    staged: int = 0
    lost: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def stamp(self, events: Sequence[Event]) -> tuple[list[int], list[bytes]]:
        """Gives the next numbers to these events, after what the writer itself has to say."""
        with self.lock:
            lost, self.lost = self.lost, []
            own = [] if self.number else [_own(System.WRITER_OPEN, pid=self.pid)]
            own += [_own(System.WRITER_LOSE, numbers=lost[at : at + 500]) for at in range(0, len(lost), 500)]
            every = [*own, *events]
            numbers = list(range(self.number, self.number + len(every)))
            try:
                rows = [
                    encode(event, Stamp(self.name, number, self.staged))
                    for number, event in zip(numbers, every, strict=True)
                ]
            except BaseException:
                self.lost = lost
                raise
            self.number += len(every)
            return numbers, rows

    def lose(self, numbers: Sequence[int]) -> None:
        """Notes numbers whose rows may not be in the trail."""
        with self.lock:
            self.lost.extend(numbers)

    def count_staged(self, rows: int) -> None:
        """Notes outbox rows that were committed."""
        with self.lock:
            self.staged += rows


_writer = Writer()


def record(events: Sequence[Event]) -> None:
    """Commits the events at once, durably and apart from the caller's transaction; raises Unavailable if it cannot."""
    if not events:
        return
    writer = _current()
    numbers, rows = writer.stamp(events)
    try:
        if not protocol.send(rows):
            _insert(rows)
    except BaseException as error:
        writer.lose(numbers)
        if isinstance(error, Error):
            raise Unavailable("audit") from None
        raise


def insert(rows: Sequence[bytes]) -> None:
    """Puts rows into the inbox in one durable transaction of the audit store's own connection."""
    connection = connections["audit"]
    with transaction.atomic(using="audit", durable=True), connection.cursor() as cursor:
        cursor.executemany(INBOX, [(row,) for row in rows])


def _insert(rows: Sequence[bytes]) -> None:
    """Once more where the server had dropped the connection: an event that arrives twice is entered once, by its id."""
    try:
        insert(rows)
    except OperationalError:
        connection = connections["audit"]
        if connection.in_atomic_block or not stores.is_server("audit"):
            raise
        connection.close()
        insert(rows)


def stage(events: Sequence[Event]) -> None:
    """Puts the events into the outbox inside the caller's transaction, which must be one. Raises Unavailable."""
    connection = connections["default"]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("events are staged inside a transaction")
    writer = _current()
    rows = [(encode(event, Stamp(writer.name)),) for event in events]
    try:
        with connection.cursor() as cursor:
            cursor.executemany(OUTBOX, rows)
    except Error:
        raise Unavailable("audit") from None
    transaction.on_commit(lambda: writer.count_staged(len(rows)), using="default")


def close() -> None:
    """Says in the trail that this process ends; called at exit, harmless when repeated."""
    if _writer.pid == os.getpid() and (_writer.number or _writer.staged):
        record([_own(System.WRITER_CLOSE)])
        forget()


def forget() -> None:
    """The next event opens a new writer."""
    global _writer  # noqa: PLW0603 - one writer per process is the meaning
    _writer = Writer()


def _current() -> Writer:
    if _writer.pid != os.getpid():
        forget()
    return _writer


def _own(action: System, **facts: object) -> Event:
    return Event(action=action, door=SYSTEM, facts=facts)


def _at_exit() -> None:
    with contextlib.suppress(Exception):
        close()


atexit.register(_at_exit)
