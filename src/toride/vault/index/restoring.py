"""The index after a restore: where its epoch was destroyed since, it and the unique values begin again."""

from collections.abc import Mapping
from itertools import islice

from toride.vault import keyring
from toride.vault.aead import Unopenable
from toride.vault.index import database, lookup, rebuilding
from toride.vault.index.database import run
from toride.vault.keyring import Kind

BATCH = 5_000


def make_good(unique: Mapping[str, str]) -> bool:
    """Rebuilds from the records what today's keys no longer open; whether that was needed.

    `unique`: kind of unique value → the column of the index that holds it.
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
        _claim_anew(kind, column)
    return True


def _claim_anew(kind: str, column: str) -> None:
    rows = rebuilding.projected()
    with database.atomic():
        run("DELETE FROM vault_lookuptoken WHERE kind = %s", kind)
        while chunk := list(islice(rows, BATCH)):
            wanted = [(str(row[column]), subject) for subject, row in chunk if row.get(column)]
            lookup.claim_many(kind, wanted)
