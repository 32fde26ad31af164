"""The tree over the entries as it grows, in tiles, and the proofs that are read from it (RFC 6962, C2SP tlog-tiles)."""

from collections.abc import Callable, Iterator

from toride.audit.verifier.toride_verify import HASH, TILE, node_hash, root_of

Tiles = Callable[[int, int], bytes]
TILE_BITS = 8


class Edge:
    """The growing tile of each level; `changed` yields the tiles to keep since it was last asked."""

    def __init__(self, size: int, tile: Tiles) -> None:
        self.size = size
        self._growing: list[list[bytes]] = []
        self._whole: list[tuple[int, int, bytes]] = []
        self._touched: set[int] = set()
        level = 0
        while size >> TILE_BITS * level:
            width = (size >> TILE_BITS * level) % TILE
            data = tile(level, size >> TILE_BITS * (level + 1)) if width else b""
            self._growing.append(hashes(data)[:width])
            level += 1

    def append(self, leaf: bytes) -> None:
        """Adds the hash of the next entry."""
        self.size += 1
        found, level = leaf, 0
        while True:
            if level == len(self._growing):
                self._growing.append([])
            tile = self._growing[level]
            tile.append(found)
            self._touched.add(level)
            if len(tile) < TILE:
                return
            number = (self.size >> TILE_BITS * (level + 1)) - 1
            self._whole.append((level, number, b"".join(tile)))
            found, level = root_of(tile), level + 1
            tile.clear()

    def changed(self) -> Iterator[tuple[int, int, bytes]]:
        """(level, number, hashes) of each tile that has grown."""
        yield from self._whole
        for level in sorted(self._touched):
            if self._growing[level]:
                yield level, self.size >> TILE_BITS * (level + 1), b"".join(self._growing[level])
        self._whole, self._touched = [], set()

    def root(self) -> bytes:
        """The root over all entries."""
        found: bytes | None = None
        for tile in self._growing:
            parts = tile if found is None else [*tile, found]
            if parts:
                found = root_of(parts)
        return found or root_of([])


def hashes(data: bytes) -> list[bytes]:
    """A tile's hashes."""
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]


def inclusion(tile: Tiles, index: int, size: int) -> list[bytes]:
    """The audit path of the entry at `index` in the tree of `size` (RFC 6962, 2.1.1), from the leaf's sibling up."""
    low, high, found = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            found.append(_root(tile, middle, high))
            high = middle
        else:
            found.append(_root(tile, low, middle))
            low = middle
    return found[::-1]


def consistency(tile: Tiles, old: int, new: int) -> list[bytes]:
    """The proof that the tree of `new` entries begins with that of `old` entries (RFC 6962, 2.1.2)."""
    if old in (0, new):
        return []
    low, high, end, found = 0, new, old, []
    while end != high:
        middle = low + _split(high - low)
        if end <= middle:
            found.append(_root(tile, middle, high))
            high = middle
        else:
            found.append(_root(tile, low, middle))
            low = middle
    if low:
        found.append(_root(tile, low, high))
    return found[::-1]


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def _root(tile: Tiles, low: int, high: int) -> bytes:
    """The root over the entries low to high - 1, where low is a multiple of the largest power of two in between."""
    count = high - low
    if count & (count - 1):
        middle = low + _split(count)
        return node_hash(_root(tile, low, middle), _root(tile, middle, high))
    height = count.bit_length() - 1
    level, within = divmod(height, TILE_BITS)
    start = low >> TILE_BITS * level
    at = start % TILE
    return root_of(hashes(tile(level, start // TILE))[at : at + (1 << within)])
