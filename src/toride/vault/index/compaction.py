"""Deltas are folded into segments beside the work, a few segments in each transaction; killed, it goes on later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np

from toride.base import clock
from toride.base.errors import Conflict, Unavailable
from toride.vault import rows
from toride.vault.aead import Unopenable
from toride.vault.index import database
from toride.vault.index.arrays import UUIDS
from toride.vault.index.columns import Schema, schema
from toride.vault.index.database import STORE, State, fetch, run
from toride.vault.index.part import NOBODY, Part, load_column, merge
from toride.vault.index.process import SUBJECTS, begin
from toride.vault.index.sealing import SEGMENT_BLOCK, close, load_delta, open_
from toride.vault.keystore.lock import exclusive

WORK = "index"  # the lock: one process at a time works on segments
SEGMENT_ROWS = 8_192
SPLIT_ROWS = 6_144  # a segment that grew too long is cut into pieces of at most so many
BATCH_ROWS = 65_536  # changes folded in one round; bounds memory
GROUP = 4  # segments written in one transaction
RETAIN = timedelta(minutes=10)  # folded deltas stay for other processes that have not read them
_TABLE_COLUMNS = ("edition", "low", '"column"', "epoch", "version", "batch", "rows", "blob")


@dataclass(frozen=True, slots=True)
class Range:
    """A segment's place: subjects from `low` up to, without, `high`; the round that wrote it last."""

    low: bytes
    high: bytes | None
    batch: int


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
        fold(columns, state.edition, merge(columns, parts), batch)
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


def fold(columns: Schema, edition: int, change: Part, batch: int) -> None:
    """Merges `change` into the segments of `edition` that it touches and that round `batch` has not written yet."""
    touched = [
        (place, cut)
        for place in _ranges(edition)
        if place.batch < batch
        for cut in (change.between(place.low, place.high),)
        if len(cut.subjects) or len(cut.gone)
    ]
    for start in range(0, len(touched), GROUP):
        _fold_group(columns, edition, touched[start : start + GROUP], batch)


def _fold_group(columns: Schema, edition: int, group: Sequence[tuple[Range, Part]], batch: int) -> None:
    """Computes before it locks: the transaction only writes."""
    before = database.state()
    if before is None:
        raise Conflict("the index has gone")
    written = []
    for place, cut in group:
        merged = merge(columns, [read_segment(columns, edition, place.low), cut])
        pieces = _pieces(place.low, Part(merged.subjects, merged.columns, NOBODY))
        written.append(
            (
                place.low,
                [
                    row
                    for low, piece in pieces
                    for row in _sealed(columns, before, piece, edition=edition, low=low, batch=batch)
                ],
            )
        )
    with database.atomic():
        now = _locked()
        if (now.version, now.epoch) != (before.version, before.epoch) or edition not in {now.edition, now.building}:
            raise Conflict("somebody else works on the index")
        for low, sealed in written:
            run("DELETE FROM vault_segment WHERE edition = %s AND low = %s", edition, _id(low))
            rows.insert(STORE, "vault_segment", _TABLE_COLUMNS, sealed)
        run("UPDATE vault_indexstate SET version = version + 1")


def _sealed(
    columns: Schema, state: State, piece: Part, *, edition: int, low: bytes, batch: int
) -> Iterator[tuple[Any, ...]]:
    version = state.version + 1
    for name in (SUBJECTS, *(column.name for column in columns.columns)):
        content = piece.subjects.tobytes() if name == SUBJECTS else piece.dump(name)
        blob = close(state.epoch, "segment", content, edition, name, low, version, block=SEGMENT_BLOCK)
        yield edition, _id(low), name, state.epoch, version, batch, len(piece.subjects), blob


def read_segment(columns: Schema, edition: int, low: bytes) -> Part:
    """One segment; empty where there is none. Unopenable where its columns do not belong together."""
    sql = 'SELECT "column", version, epoch, blob FROM vault_segment WHERE edition = %s AND low = %s'
    found = {name: (version, epoch, bytes(blob)) for name, version, epoch, blob in fetch(sql, [edition, _id(low)])}
    if not found:
        return Part.build(columns, {})
    if len({version for version, _, _ in found.values()}) > 1:
        raise Unopenable
    opened = {
        name: open_(epoch, "segment", blob, edition, name, low, version)
        for name, (version, epoch, blob) in found.items()
    }
    flats = {column.name: load_column(column.type, opened[column.name]) for column in columns.columns}
    return Part(np.frombuffer(opened[SUBJECTS], UUIDS), flats, NOBODY)


def _ranges(edition: int) -> list[Range]:
    sql = 'SELECT low, batch FROM vault_segment WHERE edition = %s AND "column" = %s ORDER BY low'
    found = [(database.subject(low).bytes, batch) for low, batch in fetch(sql, [edition, SUBJECTS])]
    if not found:
        return [Range(bytes(16), None, -1)]
    highs = [*(low for low, _ in found[1:]), None]
    return [Range(low, high, batch) for (low, batch), high in zip(found, highs, strict=True)]


def _pieces(low: bytes, part: Part) -> list[tuple[bytes, Part]]:
    """`part` as it is, or cut where it is too long for one segment."""
    size = len(part.subjects)
    if size <= SEGMENT_ROWS:
        return [(low, part)]
    cuts = np.array_split(np.arange(size), -(-size // SPLIT_ROWS))
    pieces = [part.take(cut) for cut in cuts]
    return [(bytes(piece.subjects[0]).ljust(16, b"\0") if index else low, piece) for index, piece in enumerate(pieces)]


def _purge(retain: timedelta) -> None:
    """Deletes folded deltas that every process has had time to read; who has not loads the index again.

    On PostgreSQL only those of transactions older than all that run: a reader's mark is then always beyond them, once
    it has read.
    """
    with database.atomic():
        state = _locked()
        if state.building is not None:
            return
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


def _id(low: bytes) -> Any:
    return database.to_subject(UUID(bytes=low))
