"""The index after a restore: where its epoch was destroyed since, it and the unique values begin again."""

from collections.abc import Callable, Mapping
from itertools import islice
from uuid import UUID

from toride.vault import keyring
from toride.vault.aead import Unopenable
from toride.vault.index import database, lookup, rebuilding
from toride.vault.index.database import run
from toride.vault.keyring import Kind

BATCH = 5_000


def make_good(unique: Mapping[str, str], shared: Mapping[str, str]) -> bool:
    """Rebuilds from the records what today's keys no longer open; whether that was needed.

    `unique`: kind of unique value → what of a projected row holds it; `shared`: the same, of values of which the first
    that has one holds it.
    """
    state = database.state()
    if state is None:
        return False
    try:
        state.salt()
    except Unopenable:
        pass
    else:
        return False
    keyring.current(Kind.INDEX)
    rebuilding.rebuild()
    for kind, column in unique.items():
        _claim_anew(kind, column, lookup.claim_many)
    for kind, column in shared.items():
        _claim_anew(kind, column, lookup.claim_free)
    return True


def _claim_anew(kind: str, column: str, claim: Callable[[str, list[tuple[str, UUID]]], None]) -> None:
    rows = rebuilding.projected()
    with database.atomic():
        run("DELETE FROM vault_lookuptoken WHERE kind = %s", kind)
        while chunk := list(islice(rows, BATCH)):
            wanted = [(str(row[column]), subject) for subject, row in chunk if row.get(column)]
            claim(kind, wanted)
