"""Brings committed events into one dense, sealed order: one sequencer per installation, each event entered once."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self

from django.db import Error, connections

from toride.audit import checkpoints, projections, store
from toride.audit.actions import System
from toride.audit.events import ENTRY_BYTES, SYSTEM, Event, decode
from toride.audit.tree import Edge
from toride.audit.verifier.toride_verify import Head, leaf_hash
from toride.audit.writer import record
from toride.base.errors import Invalid, Unavailable

BATCH = 500
SETTLE_SECONDS = 10.0
WAITING = "SELECT id, bytes FROM audit_{box} WHERE id > %s ORDER BY id LIMIT %s"
LEFT = "DELETE FROM audit_{box} WHERE id = %s"
ENTER = "INSERT INTO audit_entry (idx, event, bytes) VALUES (%s, %s, %s)"
GROW = """INSERT INTO audit_tile (level, n, width, bytes) VALUES (%s, %s, %s, %s)
          ON CONFLICT (level, n) DO UPDATE SET width = excluded.width, bytes = excluded.bytes"""
SIGN = "INSERT INTO audit_checkpoint (size, note) VALUES (%s, %s)"
Row = tuple[int, bytes]


class Sequencer:
    """Enters what waits. `lock` is shared with other writers of an embedded store in the same process."""

    def __init__(self, lock: AbstractContextManager[Any] | None = None) -> None:
        self.lock = lock or nullcontext()
        connection = store.as_sequencer()
        self.audit, self.data = connection("audit"), connection("default")
        self._edge: Edge | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Lets go of connections of its own; Django's stay."""
        for connection in (self.audit, self.data):
            if connection is not connections[connection.alias]:
                connection.close()

    def tick(self) -> int:
        """Enters what waits now (of the inbox, BATCH events at most); how many.

        The inbox is read before the outbox, and entered after it: so whatever a writer says it has staged stands in
        the trail before it says so. The outbox is emptied last, as a long business transaction may lock it; what stays
        there is known by its id. Raises Unavailable when a store cannot be used; nothing is half-done then.
        """
        try:
            waiting = _waiting(self.audit, "inbox")
            moved: list[Row] = []
            count = 0
            while staged := _waiting(self.data, "outbox", moved[-1][0] if moved else 0):
                count += self._enter(staged, "outbox")
                moved += [(number, b"") for number, _ in staged]
            count += self._enter(waiting, "inbox") if waiting else 0
            self._project()
            if moved:
                with store.transaction(self.data):
                    _leave(self.data, "outbox", moved)
        except Error:
            raise Unavailable("The audit trail's database is unavailable.") from None
        return count

    def _enter(self, waiting: Sequence[Row], box: str) -> int:
        refused: list[bytes] = []
        found = _decoded(waiting, refused)  # before the lock: whoever waits for it has a person before them
        try:
            with self.lock, store.transaction(self.audit):
                fresh = self._fresh(found, refused)
                if fresh:
                    self._append(fresh)
                if box == "inbox":
                    _leave(self.audit, box, waiting)
        except BaseException:
            self._edge = None
            raise
        if refused:
            record([_refusal(data) for data in refused])
        return len(fresh)

    def _fresh(self, found: dict[bytes, bytes], refused: list[bytes]) -> list[tuple[bytes, bytes]]:
        """(event id, bytes) of those not yet entered; what has another's id is refused."""
        marks = ", ".join(["%s"] * len(found))
        query = f"SELECT event, bytes FROM audit_entry WHERE event IN ({marks})"  # noqa: S608 - marks only
        for event_id, known in store.rows(self.audit, query, *found) if found else ():
            data = found.pop(bytes(event_id))
            if data != bytes(known):
                refused.append(data)
        return list(found.items())

    def _append(self, fresh: Sequence[tuple[bytes, bytes]]) -> None:
        last = store.rows(self.audit, "SELECT MAX(idx) FROM audit_entry")[0][0]
        size = 0 if last is None else last + 1
        if self._edge is None or self._edge.size != size:
            self._edge = self._resumed(size)
        edge = self._edge
        for _, data in fresh:
            edge.append(leaf_hash(data))
        tiles = [(level, n, len(data) // 32, data) for level, n, data in edge.changed()]
        with self.audit.cursor() as cursor:
            cursor.executemany(ENTER, [(size + at, event, data) for at, (event, data) in enumerate(fresh)])
            cursor.executemany(GROW, tiles)
            cursor.execute(SIGN, (edge.size, checkpoints.sign(edge.size, edge.root())))

    def _resumed(self, size: int) -> Edge:
        """The edge as the newest checkpoint signed it; nothing is ever sealed on top of an altered tree."""
        trail = store.Trail(self.audit)
        edge, note = Edge(size, trail.tile), trail.newest()
        sealed = Head.read(note) if note else None
        whole = sealed.size == size and sealed.root == edge.root() if sealed else not size
        if not whole or (sealed and not sealed.signed_by(checkpoints.key())):
            raise Unavailable("The audit trail was altered: no events can be added. Run `toride audit verify`.")
        return edge

    def _project(self) -> None:
        while found := projections.upcoming(self.audit):
            with self.lock, store.transaction(self.audit):
                projections.advance(self.audit, found)


def settle(seconds: float = SETTLE_SECONDS) -> bool:
    """Enters everything that waits, or lets the running sequencer do so; False when that took longer than `seconds`.

    On PostgreSQL a process without the sequencer's URL can only wait.
    """
    until = time.monotonic() + seconds
    while True:
        if store.may_sequence():
            with Sequencer() as sequencer, store.exclusively(sequencer.audit) as held:
                while held and sequencer.tick():
                    pass
        if _is_settled():
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.05)


def _is_settled() -> bool:
    try:
        return not (_waiting(connections["audit"], "inbox") or _waiting(connections["default"], "outbox"))
    except Error:
        raise Unavailable("The audit trail's database is unavailable.") from None


def _decoded(waiting: Sequence[Row], refused: list[bytes]) -> dict[bytes, bytes]:
    """Bytes by event id. A row that is no event, or has another's id, is refused."""
    found: dict[bytes, bytes] = {}
    for _, data in waiting:
        try:
            event, _ = decode(data)
        except Invalid:
            refused.append(data)
            continue
        if found.setdefault(event.id.bytes, data) != data:
            refused.append(data)
    return found


def _waiting(connection: Any, box: str, after: int = 0) -> list[Row]:
    found = store.rows(connection, WAITING.format(box=box), after, BATCH)
    return [(number, bytes(data)) for number, data in found]


def _leave(connection: Any, box: str, waiting: Iterable[Row]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(LEFT.format(box=box), [(number,) for number, _ in waiting])


def _refusal(data: bytes) -> Event:
    facts = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "most": ENTRY_BYTES}
    return Event(action=System.ROW_REFUSE, door=SYSTEM, outcome="refused", reason="not-an-event", facts=facts)
