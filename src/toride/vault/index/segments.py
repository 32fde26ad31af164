"""Segments: the rows of a range of subjects, column by column, each sealed to its place; changes are merged in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np

from toride.base.errors import Conflict
from toride.vault import rows
from toride.vault.aead import Unopenable
from toride.vault.index import database
from toride.vault.index.arrays import UUIDS
from toride.vault.index.columns import Schema
from toride.vault.index.database import STORE, State, fetch, run
from toride.vault.index.part import NOBODY, Part, load_column, merge
from toride.vault.index.process import SUBJECTS
from toride.vault.index.sealing import SEGMENT_BLOCK, close, open_

SEGMENT_ROWS = 8_192
SPLIT_ROWS = 6_144  # a segment that grew too long is cut into pieces of at most so many
GROUP = 4  # segments written in one transaction
_TABLE_COLUMNS = ("edition", "low", '"column"', "epoch", "version", "rows", "blob")
Sealed = list[tuple[Any, ...]]


def fold(columns: Schema, edition: int, change: Part) -> None:
    """Merges `change` into the segments of `edition` that it touches; done twice it is the same."""
    touched = [
        (low, cut)
        for low, high in _ranges(edition)
        for cut in (change.between(low, high),)
        if len(cut.subjects) or len(cut.gone)
    ]
    for start in range(0, len(touched), GROUP):
        _fold_group(columns, edition, touched[start : start + GROUP])


def _fold_group(columns: Schema, edition: int, group: Sequence[tuple[bytes, Part]]) -> None:
    """Computes before it locks: the transaction only writes."""
    before = database.state()
    if before is None:
        raise Conflict("the index has gone")
    written = [(low, _merged(columns, before, edition, low, cut)) for low, cut in group]
    with database.atomic():
        now = database.state(lock=True)
        if now is None or (now.version, now.epoch) != (before.version, before.epoch):
            raise Conflict("somebody else works on the index")
        if edition not in {now.edition, now.building}:
            raise Conflict("the index has been replaced")
        for low, sealed in written:
            run("DELETE FROM vault_segment WHERE edition = %s AND low = %s", edition, _id(low))
            rows.insert(STORE, "vault_segment", _TABLE_COLUMNS, sealed)
        run("UPDATE vault_indexstate SET version = version + 1")


def _merged(columns: Schema, state: State, edition: int, low: bytes, change: Part) -> Sealed:
    """The rows of the table that take the place of the segment at `low`."""
    merged = merge(columns, [_read(columns, edition, low), change])
    sealed: Sealed = []
    for place, piece in _pieces(low, merged):
        for name in (SUBJECTS, *(column.name for column in columns.columns)):
            content = piece.subjects.tobytes() if name == SUBJECTS else piece.dump(name)
            where = (edition, name, place, state.version + 1)
            blob = close(state.epoch, "segment", content, *where, block=SEGMENT_BLOCK)
            sealed.append((edition, _id(place), name, state.epoch, state.version + 1, len(piece.subjects), blob))
    return sealed


def _read(columns: Schema, edition: int, low: bytes) -> Part:
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
    try:
        flats = {column.name: load_column(column.type, opened[column.name]) for column in columns.columns}
        return Part(np.frombuffer(opened[SUBJECTS], UUIDS), flats, NOBODY)
    except KeyError:
        raise Unopenable from None


def _ranges(edition: int) -> list[tuple[bytes, bytes | None]]:
    """Where each segment begins and the next one does."""
    sql = 'SELECT low FROM vault_segment WHERE edition = %s AND "column" = %s ORDER BY low'
    lows = [database.subject(low).bytes for (low,) in fetch(sql, [edition, SUBJECTS])] or [bytes(16)]
    return list(zip(lows, [*lows[1:], None], strict=True))


def _pieces(low: bytes, part: Part) -> list[tuple[bytes, Part]]:
    """`part` as it is, or cut where it is too long for one segment."""
    size = len(part.subjects)
    if size <= SEGMENT_ROWS:
        return [(low, part)]
    pieces = [part.take(cut) for cut in np.array_split(np.arange(size), -(-size // SPLIT_ROWS))]
    return [(bytes(piece.subjects[0]).ljust(16, b"\0") if at else low, piece) for at, piece in enumerate(pieces)]


def _id(low: bytes) -> Any:
    return database.to_subject(UUID(bytes=low))
