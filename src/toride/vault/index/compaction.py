"""Deltas are folded into segments beside the work, a few segments in each transaction; killed, it goes on later."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from toride.base import clock
from toride.base.errors import Conflict, Unavailable
from toride.vault import rows
from toride.vault.index import database
from toride.vault.index.columns import Schema, schema
from toride.vault.index.database import STORE, State, fetch, run
from toride.vault.index.part import Part, merge
from toride.vault.index.process import begin
from toride.vault.index.sealing import load_delta, open_
from toride.vault.index.segments import fold
from toride.vault.keystore.lock import exclusive

WORK = "index"  # the lock: one process at a time works on segments
BATCH_ROWS = 65_536  # changes folded in one round; bounds memory
RETAIN = timedelta(minutes=10)  # folded deltas stay for other processes that have not read them


def compact(retain: timedelta = RETAIN) -> int:
    """Folds all deltas into the segments; says how many. Safe beside writers, readers and itself, and repeatable."""
    begin()
    folded = 0
    with exclusive(WORK):
        while batch := _claim():
            folded += _fold_batch(batch)
        _purge(retain)
    return folded


def _claim() -> int | None:
    """The round in progress, or the next; None when there is nothing to fold."""
    with database.atomic():
        state = _locked()
        if fetch("SELECT 1 FROM vault_delta WHERE batch = %s AND folded IS NULL LIMIT 1", [state.batch]):
            return state.batch
        taken: list[int] = []
        size = 0
        for number, count in fetch("SELECT seq, rows FROM vault_delta WHERE batch IS NULL ORDER BY seq LIMIT 100000"):
            if taken and size + count > BATCH_ROWS:
                break
            taken.append(number)
            size += count
        if not taken:
            return None
        run("UPDATE vault_indexstate SET batch = batch + 1")
        for begin_, end in _spans(taken):
            run(
                "UPDATE vault_delta SET batch = %s WHERE seq BETWEEN %s AND %s AND batch IS NULL",
                state.batch + 1,
                begin_,
                end,
            )
        return state.batch + 1


def _spans(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    begin_ = last = numbers[0]
    for number in numbers[1:]:
        if number != last + 1:
            yield begin_, last
            begin_ = number
        last = number
    yield begin_, last


def _fold_batch(batch: int) -> int:
    columns = schema()
    found = fetch("SELECT seq, epoch, blob FROM vault_delta WHERE batch = %s ORDER BY seq", [batch])
    parts = list(_parts(columns, found))
    state = database.state()
    if state is None or state.served != columns.fingerprint():
        raise Unavailable("the search index has other columns than this version; it must be rebuilt")
    if parts:
        fold(columns, state.edition, merge(columns, parts))
    with database.atomic():
        _locked()
        run("UPDATE vault_delta SET folded = %s WHERE batch = %s AND folded IS NULL", _moment(), batch)
    return len(found)


def _parts(columns: Schema, deltas: Sequence[tuple[Any, ...]]) -> Iterator[Part]:
    waiting: dict[bytes, Any] = {}
    for number, epoch, blob in deltas:
        change = load_delta(open_(epoch, "delta", bytes(blob), number))
        if isinstance(change, Part):
            if waiting:
                yield Part.build(columns, waiting)
            waiting = {}
            yield change
        else:
            waiting |= change
    if waiting:
        yield Part.build(columns, waiting)


def _purge(retain: timedelta) -> None:
    """Deletes folded deltas that every process has had time to read; who has not loads the index again.

    On PostgreSQL only those of transactions older than all that run: a reader's mark is then always beyond them, once
    it has read.
    """
    with database.atomic():
        state = _locked()
        before = rows.to_moment(STORE, clock.now() - retain)
        bound, measure = "folded <= %s", "seq"
        if database.is_server():
            bound, measure = f"{bound} AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint", "xact"
        newest = fetch(f"SELECT max({measure}) FROM vault_delta WHERE {bound}", [before])[0][0]  # noqa: S608
        if newest is not None:
            run(f"DELETE FROM vault_delta WHERE {bound}", before)  # noqa: S608
            run("UPDATE vault_indexstate SET purges = purges + 1, purged = %s", max(state.purged, newest))


def _locked() -> State:
    state = database.state(lock=True)
    if state is None:
        raise Conflict("the index has gone")
    return state


def _moment() -> Any:
    return rows.to_moment(STORE, clock.now())
