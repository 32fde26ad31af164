"""What the trail's tables say beside the sealed bytes: ids, widths and sizes by which they are found, and look-ups."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from toride.audit import projections, store, tree
from toride.audit.events import decode
from toride.audit.projections import ENTRIES
from toride.audit.verifier.toride_verify import HASH, TILE, Finding, Head, Unusable
from toride.base.errors import Invalid

NEXT = "SELECT idx, event, bytes FROM audit_entry WHERE idx >= %s ORDER BY idx LIMIT %s"
TILES = "SELECT level, n, width, length(bytes) FROM audit_tile ORDER BY level, n"
HEADS = "SELECT size, note FROM audit_checkpoint ORDER BY size"


def differences(connection: Any) -> Iterator[Finding]:
    """Where a column beside the sealed bytes says something else than they do, and where a look-up table does."""
    yield from _ids(connection)
    yield from _tiles(connection)
    yield from _heads(connection)
    yield from projections.differences(connection)


def _ids(connection: Any) -> Iterator[Finding]:
    """Each entry is found under the id of the event that it holds."""
    after = 0
    while found := store.rows(connection, NEXT, after, ENTRIES):
        for index, kept, data in found:
            try:
                said = decode(bytes(data))[0].id
            except Invalid:
                continue  # which the verifier names
            if bytes(kept) != said.bytes:
                name = str(UUID(bytes=bytes(kept))) if len(bytes(kept)) == len(said.bytes) else "another id"
                yield Finding("id", f"entry {index} is the event {said}, and is kept as {name}", index, str(said))
        after = found[-1][0] + 1


def _tiles(connection: Any) -> Iterator[Finding]:
    """Each tile has its width, and no tile is there that the tree does not have."""
    before = store.Trail(connection).size
    found = store.rows(connection, TILES)
    after = store.Trail(connection).size  # the trail goes on meanwhile
    for level, n, width, length in found:
        if _due(level, n, after) <= 0 or not width * HASH == length >= _due(level, n, before) * HASH:
            yield Finding("tile", f"tile {level}/{n} is altered")


def _due(level: int, n: int, size: int) -> int:
    """How many hashes a tile has in a tree of this size; none for one that it does not have."""
    return min(TILE, (size >> level * tree.TILE_BITS) - n * TILE) if level >= 0 and n >= 0 else 0


def _heads(connection: Any) -> Iterator[Finding]:
    """Each checkpoint stands at the size that it signs."""
    for size, note in store.rows(connection, HEADS):
        try:
            said = Head.read(note).size
        except Unusable:
            continue  # which the verifier names
        if said != size:
            yield Finding("checkpoint", f"checkpoint {said} is kept as that of {size} entries")
