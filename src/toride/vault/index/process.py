"""The process's copy of the index: opened once, kept up with every change, and searched by one thread at a time."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from toride.base.errors import Unavailable
from toride.vault import keyring
from toride.vault.aead import Unopenable
from toride.vault.index import database
from toride.vault.index.arrays import UUIDS, Array
from toride.vault.index.columns import Schema, schema
from toride.vault.index.database import Seen, State, fetch
from toride.vault.index.engine import Engine
from toride.vault.index.part import Part, index, load_column
from toride.vault.index.run import Run, kept_orders
from toride.vault.index.sealing import load_delta, open_
from toride.vault.keyring import Kind

SUBJECTS = ""  # the column that holds the subjects themselves


@dataclass(slots=True)
class _Kept:
    """The engine, the state it was last brought up to, and what it has read."""

    engine: Engine
    state: State
    seen: Seen


_kept: list[_Kept] = []
_lock = threading.RLock()


def _renew_lock() -> None:
    """A lock that another thread held at the fork would never be released."""
    global _lock  # noqa: PLW0603 - the lock of this process
    _lock = threading.RLock()


os.register_at_fork(after_in_child=_renew_lock)


def catch_up() -> None:
    """Brings this process's copy up to date: one query when nothing is new."""
    with current():
        pass


def forget() -> None:
    """Drops this process's copy."""
    with _lock:
        _kept.clear()


@contextmanager
def current() -> Iterator[tuple[Engine, State]]:
    """The index as the caller's transaction sees it, for one thread at a time.

    What a transaction sees of itself is not kept: it may still be rolled back.
    """
    with _lock:
        kept = _follow(_kept[0]) if _kept else None
        if kept is None:
            kept = _load(schema())
        if not database.is_within():
            _kept[:] = [kept]
        yield kept.engine, kept.state


def begin() -> None:
    """Makes an empty index where there is none."""
    if database.state() is None:
        with database.atomic():
            database.begin(schema(), keyring.current(Kind.INDEX).number)


def apply(engine: Engine, deltas: Sequence[tuple[int, int, bytes]]) -> None:
    """Deltas (number, epoch, blob) in the order of their numbers."""
    waiting: dict[bytes, dict[str, object] | None] = {}
    for number, epoch, blob in deltas:
        change = load_delta(open_(epoch, "delta", blob, number))
        if isinstance(change, Part):
            engine.change(waiting)
            waiting = {}
            engine.add(change)
        else:
            waiting |= change
    engine.change(waiting)


def _follow(kept: _Kept) -> _Kept | None:
    """`kept` with what is new; None where it must be loaded again."""
    found = database.news(kept.seen)
    if found is None or found.state.edition != kept.state.edition or kept.engine.schema != schema():
        return None
    if database.is_lost(kept.seen, kept.state.purges, found.state):
        return None
    engine = kept.engine
    if found.deltas:
        engine = engine.copy() if database.is_within() else engine
        try:
            apply(engine, found.deltas)
        except BaseException:
            _kept.clear()  # half of it may have been applied
            raise
    return _Kept(engine, found.state, found.seen)


def _load(columns: Schema) -> _Kept:
    """The index from its segments and the deltas that they do not hold yet, as of one moment."""
    begin()
    with database.snapshot():
        state = database.state()
        if state is None or state.served != columns.fingerprint():
            raise Unavailable("the search index is being rebuilt, or must be")
        engine = Engine(columns, runs=_runs(columns, state))
        deltas = fetch("SELECT seq, epoch, blob FROM vault_delta WHERE folded IS NULL ORDER BY seq")
        seen = database.latest(state)
        apply(engine, [(number, epoch, bytes(blob)) for number, epoch, blob in deltas])
    return _Kept(engine, state, seen)


def _runs(columns: Schema, state: State) -> list[Run]:
    """All segments as one run, column by column, so that little memory is needed beside the arrays."""
    places, blobs = _column(state.edition, SUBJECTS)
    if not places:
        return []
    subjects = np.concatenate([np.frombuffer(blob, UUIDS) for blob in blobs])
    built = {}
    for column in columns.columns:
        again, blobs = _column(state.edition, column.name)
        if again != places:
            raise Unopenable
        flats = [load_column(column.type, blob) for blob in blobs]
        joined = type(flats[0]).concat(flats)  # type: ignore[arg-type]
        del flats, blobs
        built[column.name] = index(columns, column.name, joined)
    return [_run(columns, subjects, built)]


def _run(columns: Schema, subjects: Array, built: dict) -> Run:  # type: ignore[type-arg]
    return Run(subjects, built, kept_orders(columns, built))


def _column(edition: int, name: str) -> tuple[list[tuple[bytes, int]], list[bytes]]:
    """The places (low, version) and opened contents of one column's segments."""
    sql = 'SELECT low, version, epoch, blob FROM vault_segment WHERE edition = %s AND "column" = %s ORDER BY low'
    places, blobs = [], []
    for low, version, epoch, blob in fetch(sql, [edition, name]):
        place = database.subject(low).bytes
        places.append((place, version))
        blobs.append(open_(epoch, "segment", bytes(blob), edition, name, place, version))
    return places, blobs
