"""Where each pair of characters stands in a dictionary: one array of positions answers a search for any part."""

from itertools import pairwise

import numpy as np

from toride.vault.index.arrays import Array


class Grams:
    """Positions of all UTF-16 units but the ends of words, sorted by (unit, next unit): 4 bytes for each.

    One unit is a range of pairs, so single characters need no table of their own. UTF-16 synchronises itself: a
    match of whole characters is never a match of half ones.
    """

    __slots__ = ("pairs", "positions", "starts", "units")

    def __init__(self, units: Array) -> None:
        """`units` of words, each ended by a 0."""
        wide = units.astype(np.uint64)
        packed = wide << np.uint64(48)
        packed[:-1] |= wide[1:] << np.uint64(32)
        packed |= np.arange(len(units), dtype=np.uint64)
        packed = packed[units != 0]
        packed.sort()
        self.units = units
        self.positions = (packed & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        keys = (packed >> np.uint64(32)).astype(np.uint32)
        begins = np.flatnonzero(np.diff(keys, prepend=~keys[:1]) != 0)
        self.pairs = keys[begins]
        self.starts = np.append(begins, len(keys)).astype(np.uint32)

    def find(self, text: Array) -> Array:
        """Positions (of the dtype of `positions`) where `text`, at least one unit, begins."""
        if len(text) == 1:
            begin, end = self._span(int(text[0]) << 16, int(text[0]) << 16 | 0xFFFF)
            return np.sort(self.positions[begin:end])
        spans = [self._span(pair, pair) for pair in (int(a) << 16 | int(b) for a, b in pairwise(text))]
        rarest = min(range(len(spans)), key=lambda index: spans[index][1] - spans[index][0])
        begin, end = spans[rarest]
        found = self.positions[begin:end].astype(np.int64) - rarest
        found = found[found >= 0]
        for index, unit in enumerate(text):
            if index not in (rarest, rarest + 1):
                found = found[self.units[found + index] == unit]
        return np.asarray(found, self.positions.dtype)

    def _span(self, low: int, high: int) -> tuple[int, int]:
        begin = int(np.searchsorted(self.pairs, np.uint32(low), "left"))
        end = int(np.searchsorted(self.pairs, np.uint32(high), "right"))
        return int(self.starts[begin]), int(self.starts[end])
