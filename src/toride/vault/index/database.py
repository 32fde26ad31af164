"""The index's statements on the data store, and all in which SQLite and PostgreSQL differ for it."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from toride.base import stores
from toride.vault import rows
from toride.vault.index import sealing
from toride.vault.index.columns import Schema

STORE = "default"
_CLASS = 0x74696478  # "tidx": our class of PostgreSQL advisory locks
_STATE = "epoch, previous, phase, edition, building, schema, served, version, batch, purges, purged, salt"


@dataclass(frozen=True, slots=True)
class State:
    """The row of IndexState."""

    epoch: int
    previous: int | None
    phase: int
    edition: int
    building: int | None
    schema: str
    served: str
    version: int
    batch: int
    purges: int
    purged: int
    sealed_salt: bytes

    def salt(self) -> bytes:
        """The key of e-mail hashes; travels from epoch to epoch."""
        return sealing.open_(self.epoch, "salt", self.sealed_salt)

    @property
    def epochs(self) -> tuple[int, ...]:
        """Under which tokens are kept: during a rotation both, the complete one first."""
        return (self.epoch,) if self.previous is None else (self.previous, self.epoch)


def fetch(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return rows.fetch(STORE, sql, parameters)


def run(sql: str, *parameters: Any) -> int:
    """How many rows a statement changed."""
    return rows.change(STORE, sql, [parameters])


def is_server() -> bool:
    """Does the data store stand on PostgreSQL?"""
    return stores.is_server(STORE)


def is_within() -> bool:
    """Is a transaction of the caller open?"""
    return bool(connections[STORE].in_atomic_block)


def atomic() -> Any:
    """A transaction on the data store; within the caller's, a part of it."""
    return transaction.atomic(using=STORE)


def joined() -> Any:
    """The caller's transaction, or one where there is none."""
    return nullcontext() if is_within() else atomic()


def state(*, lock: bool = False) -> State | None:
    """The state; with `lock`, nobody else changes it before the transaction ends."""
    found = fetch(f"SELECT {_STATE} FROM vault_indexstate WHERE id = 1{rows.for_update(STORE) if lock else ''}")  # noqa: S608
    return _state(found[0]) if found else None


def begin(schema: Schema, epoch: int) -> None:
    """The first state of an empty index; another process may be faster."""
    fingerprint = schema.fingerprint()
    run(
        "INSERT INTO vault_indexstate"
        " (id, epoch, phase, edition, schema, served, version, batch, purges, purged, salt)"
        " VALUES (1, %s, 1, %s, %s, %s, 0, 0, 0, 0, %s) ON CONFLICT DO NOTHING",
        epoch, new_edition(), fingerprint, fingerprint, new_salt(epoch),
    )  # fmt: skip


def new_salt(epoch: int) -> bytes:
    """A new key of e-mail hashes, sealed."""
    return sealing.close(epoch, "salt", secrets.token_bytes(16))


def new_edition() -> int:
    """A number that no other edition has, in this store or another."""
    return secrets.randbits(62)


def held_state() -> State | None:
    """The state, as which the caller may write until its transaction ends: a rotation waits for it."""
    if not is_server():
        return state()
    lock = "SELECT phase, pg_advisory_xact_lock_shared(%s::int, phase::int) FROM vault_indexstate WHERE id = 1"
    while held := fetch(lock, [_CLASS]):
        found = state()
        if found is None or found.phase == held[0][0]:
            return found
    return None


def await_writers(phase: int) -> None:
    """Returns when every writer of `phase` has committed or given up. SQLite has one writer at a time."""
    if is_server():
        with atomic():
            fetch("SELECT pg_advisory_xact_lock(%s::int, %s::int)", [_CLASS, phase])


def next_number() -> int:
    """The number of the delta that the current transaction writes next."""
    if is_server():
        return int(fetch("SELECT nextval(pg_get_serial_sequence('vault_delta', 'seq'))")[0][0])
    found = fetch("SELECT seq FROM sqlite_sequence WHERE name = 'vault_delta'")
    return int(found[0][0]) + 1 if found else 1


def insert_delta(number: int, epoch: int, size: int, blob: bytes) -> None:
    """Adds a delta; on PostgreSQL with its transaction, so that readers find it however late it commits."""
    xact = "pg_current_xact_id()::text::bigint" if is_server() else "0"
    run(
        f"INSERT INTO vault_delta (seq, xact, epoch, rows, blob) VALUES (%s, {xact}, %s, %s, %s)",  # noqa: S608
        number, epoch, size, blob,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """Up to where a reader has read: on SQLite the last number; on PostgreSQL the oldest transaction that was then
    running, and the numbers of what was read of it and later ones.
    """

    mark: int
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class News:
    """The state, the deltas not seen before (number, epoch, blob), and what has been seen with them."""

    state: State
    deltas: list[tuple[int, int, bytes]]
    seen: Seen


def news(seen: Seen) -> News | None:
    """One query: the state and what came since `seen`; None without an index."""
    if not is_server():
        found = fetch(
            f"SELECT {_prefixed()}, d.seq, d.epoch, d.blob, 0, 0{_JOIN} d.seq > %s ORDER BY d.seq", [seen.mark]
        )
    else:
        found = fetch(
            f"SELECT {_prefixed()}, d.seq, d.epoch, CASE WHEN d.seq <> ALL(%s) THEN d.blob END, d.xact,"
            f" pg_snapshot_xmin(pg_current_snapshot())::text::bigint{_JOIN} d.xact >= %s ORDER BY d.seq",
            [list(seen.numbers), seen.mark],
        )
    return _news(found, seen) if found else None


_JOIN = " FROM vault_indexstate s LEFT JOIN vault_delta d ON s.id = 1 AND"
_WIDTH = _STATE.count(",") + 1


def _prefixed() -> str:
    return ", ".join(f"s.{name.strip()}" for name in _STATE.split(","))


def _news(found: Sequence[tuple[Any, ...]], seen: Seen) -> News:
    current = _state(found[0][:_WIDTH])
    read = [row[_WIDTH:] for row in found if row[_WIDTH] is not None]
    deltas = [(number, epoch, bytes(blob)) for number, epoch, blob, _, _ in read if blob is not None]
    if not is_server():
        return News(current, deltas, Seen(max([seen.mark, *(number for number, _, _ in deltas)])))
    oldest = found[0][-1]
    return News(current, deltas, Seen(oldest, frozenset(row[0] for row in read if row[3] >= oldest)))


def is_lost(seen: Seen, purges: int, now: State) -> bool:
    """May deltas have been deleted that this reader has not seen?"""
    if now.purges == purges:
        return False
    return now.purged >= seen.mark if is_server() else now.purged > seen.mark


def latest(current: State) -> Seen:
    """All that this snapshot shows has been seen."""
    if not is_server():
        return Seen(max(current.purged, fetch("SELECT coalesce(max(seq), 0) FROM vault_delta")[0][0]))
    found = fetch(
        "SELECT x.oldest, d.seq FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest) x"
        " LEFT JOIN vault_delta d ON d.xact >= x.oldest"
    )
    return Seen(found[0][0], frozenset(number for _, number in found if number is not None))


@contextmanager
def snapshot() -> Iterator[None]:
    """All reads within see one moment, without holding up a writer; within the caller's transaction, what that sees."""
    if is_within():
        yield
        return
    run_plain("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if is_server() else "BEGIN DEFERRED")
    try:
        yield
    finally:
        run_plain("ROLLBACK")


def run_plain(sql: str) -> None:
    """One statement as it is."""
    with connections[STORE].cursor() as cursor:
        cursor.execute(sql)


def truncate_log() -> None:
    """SQLite: takes former pages out of the write-ahead log (sqlite.org/pragma.html#pragma_wal_checkpoint)."""
    if not is_server() and not is_within():
        run_plain("PRAGMA wal_checkpoint(TRUNCATE)")


def subject(value: Any) -> UUID:
    """A subject as it was read."""
    return rows.from_id(value)


def to_subject(one: UUID) -> Any:
    """A subject as a parameter."""
    return rows.to_id(STORE, one)


def _state(found: Sequence[Any]) -> State:
    values = [*found]
    values[-1] = bytes(values[-1])
    return State(*values)
