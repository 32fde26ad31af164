"""Moves everything to new keys beside the work, and ends the old ones; killed at any moment, it is finished later."""

from collections.abc import Iterator

from django.conf import settings
from django.db import connections

from toride.base import clock, stores
from toride.base.errors import Conflict
from toride.vault import bundles, keyring, subjects
from toride.vault.keyring import Key, Kind
from toride.vault.keystore.lock import STORE, exclusive
from toride.vault.keystore.models import Generation, State, SubjectKeys

BATCH = 1_000  # subjects moved in one transaction


def rotate_subjects() -> Key:
    """A new generation for the keys of all subjects; the former ones end, and with them every older copy of the store.

    Includes erasures that a crash left half done. Waits for a rotation elsewhere and then makes another one, so
    that what was erased before this call is out of reach after it.
    """
    with exclusive(Kind.SUBJECTS):
        finish()
        made = keyring.create(Kind.SUBJECTS)
        finish()
    return made


def finish() -> int:
    """Ends what an interrupted erasure or rotation left; says how many generations it destroyed. Repeatable."""
    subjects.replay()
    with exclusive(Kind.SUBJECTS):
        retiring = keyring.generations(Kind.SUBJECTS, State.RETIRING)
        for row in retiring:
            for _ in _moves(row.number):
                pass
            keyring.destroy(Kind.SUBJECTS, row.number)
    if retiring:
        _flush()
    return len(retiring)


def rotate_index() -> None:
    """A new epoch of the sealed index."""
    from toride.vault.index import epochs

    epochs.rotate()


def end(kind: Kind, number: int) -> None:
    """Destroys one generation for good. Conflict for one that is in use."""
    with exclusive(kind):
        found = next((row for row in keyring.generations(kind) if row.number == number), None)
        if found is None:
            raise Conflict(f"there is no generation {kind}:{number}")
        if found.state in {State.PENDING, State.ACTIVE}:
            raise Conflict(f"{kind}:{number} is in use; `toride keys rotate` makes the next one first")
        if kind is Kind.SUBJECTS and SubjectKeys.objects.filter(generation=number).exists():
            raise Conflict(f"{kind}:{number} still holds subjects' keys; `toride keys rotate` moves them first")
        keyring.destroy(kind, number)


def terms_due() -> list[int]:
    """The months (yyyymm) whose search terms have been kept for TORIDE_TERMS_MONTHS, and still open."""
    today = clock.now()
    first = today.year * 12 + today.month - 1 - settings.TERMS_MONTHS
    before = first // 12 * 100 + first % 12 + 1
    return [row.number for row in keyring.generations(Kind.TERMS, State.RETIRING) if row.number < before]


def in_use(row: Generation) -> int:
    """How many subjects' keys a generation seals."""
    return SubjectKeys.objects.filter(generation=row.number).count() if row.kind == Kind.SUBJECTS else 0


def _moves(generation: int) -> Iterator[int]:
    while moved := bundles.move(generation, BATCH):
        yield moved


def _flush() -> None:
    """SQLite: takes former pages out of the write-ahead log (sqlite.org/pragma.html#pragma_wal_checkpoint)."""
    if not stores.is_server(STORE):
        with connections[STORE].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
