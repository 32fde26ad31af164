"""A new epoch: everything is sealed anew beside the work, the old epoch ends, and old copies stay shut for ever."""

from typing import Any

from toride.base.errors import Conflict
from toride.vault import keyring
from toride.vault.index import database, lookup
from toride.vault.index.compaction import WORK
from toride.vault.index.database import State, fetch, run
from toride.vault.index.process import begin
from toride.vault.index.sealing import DELTA_BLOCK, SEGMENT_BLOCK, close, moved
from toride.vault.keyring import Kind
from toride.vault.keystore.lock import exclusive
from toride.vault.keystore.models import State as KeyState

STEP = 64  # segments or deltas sealed anew in one transaction
TOKEN_STEP = 1_000
_LIVING = (KeyState.PENDING, KeyState.ACTIVE, KeyState.RETIRING)


def rotate() -> int:
    """A new epoch, to which everything moves; the ones before are destroyed with their root versions. Its number.

    Writers and readers go on meanwhile. First finishes a rotation that was interrupted; what was removed before this
    call is out of reach after it.
    """
    begin()
    with exclusive(WORK):
        if _is_unfinished(required()):
            _finish()
        _start()
        _finish()
        return required().epoch


def required() -> State:
    """The state; Conflict where the index has gone."""
    found = database.state()
    if found is None:
        raise Conflict("the index has gone")
    return found


def _is_unfinished(state: State) -> bool:
    others = [row for row in keyring.generations(Kind.INDEX, *_LIVING) if row.number != state.epoch]
    return state.previous is not None or bool(others)


def _start() -> None:
    """From here on writers seal under the new epoch, and keep tokens under both."""
    number = keyring.prepare(Kind.INDEX).number
    with database.atomic():
        state = database.state(lock=True) or required()
        run(
            "UPDATE vault_indexstate SET previous = epoch, epoch = %s, phase = phase + 1, salt = %s",
            number, close(number, "salt", state.salt()),
        )  # fmt: skip


def _finish() -> None:
    state = required()
    _activate(state.epoch)
    if state.previous is not None:
        database.await_writers(state.phase - 1)
        _move("segment", _SEGMENT, SEGMENT_BLOCK, state.epoch)
        _move("delta", _DELTA, DELTA_BLOCK, state.epoch)
        _move_tokens(state)
        run("UPDATE vault_indexstate SET previous = NULL, phase = phase + 1 WHERE previous IS NOT NULL")
    state = required()
    database.await_writers(state.phase - 1)
    run("DELETE FROM vault_lookuptoken WHERE epoch <> %s", state.epoch)
    database.truncate_log()
    for row in keyring.generations(Kind.INDEX, *_LIVING):
        if row.number != state.epoch:
            keyring.destroy(Kind.INDEX, row.number)


def _activate(number: int) -> None:
    for row in keyring.generations(Kind.INDEX, KeyState.PENDING):
        if row.number == number:
            keyring.activate(row)


_SEGMENT = ("id", 'edition, "column", low, version')
_DELTA = ("seq", "seq")


def _move(label: str, shape: tuple[str, str], block: int, new: int) -> None:
    """Seals every blob of one table anew, in short transactions; readers find each under the one or the other."""
    key, place = shape
    last: Any = -1
    while last is not None:
        with database.atomic():
            found = fetch(
                f"SELECT {key}, epoch, blob, {place} FROM vault_{label}"  # noqa: S608 - our names
                f" WHERE {key} > %s AND epoch <> %s ORDER BY {key} LIMIT {STEP}",
                [last, new],
            )
            for id_, old, blob, *where in found:
                if label == "segment":
                    where[2] = database.subject(where[2]).bytes
                fresh = moved(bytes(blob), label, old, new, *where, block=block)
                run(f"UPDATE vault_{label} SET epoch = %s, blob = %s WHERE {key} = %s", new, fresh, id_)  # noqa: S608
            last = found[-1][0] if found else None


def _move_tokens(state: State) -> None:
    last: int | None = 0
    while last is not None:
        with database.atomic():
            last = lookup.rekey(state, last, TOKEN_STEP)
