"""Where each pair of characters stands in a dictionary: one list of positions answers a search for any part."""

from itertools import pairwise

import numpy as np

from toride.vault.index.arrays import Array, Bounds, Steps

_HALF = 16  # bits of a position that are kept for each
_STEP = 16  # units between the marks by which a position finds its word


class Grams:
    """Positions of all UTF-16 units but the ends of words, sorted by (unit, next unit): 2 bytes for each.

    The upper half of a position stands once for all positions of a pair that share it (`_highs`, from `_starts` on).
    One unit is a range of pairs, so single characters need no table of their own. UTF-16 synchronises itself: a
    match of whole characters is never a match of half ones.
    """

    __slots__ = ("_firsts", "_highs", "_lows", "_marks", "_offsets", "_pairs", "_starts", "_units")

    def __init__(self, units: Array, offsets: Bounds) -> None:
        """`units` of words, each ended by a 0; word i from offsets[i] on."""
        wide = units.astype(np.uint64)
        packed = wide << np.uint64(48)
        packed[:-1] |= wide[1:] << np.uint64(32)
        del wide
        packed |= np.arange(len(units), dtype=np.uint64)
        packed = packed[units != 0]
        packed.sort()
        self._units, self._offsets = units, offsets
        self._lows = packed.astype(np.uint16)
        packed >>= np.uint64(_HALF)
        begins = np.flatnonzero(np.diff(packed, prepend=~packed[:1]) != 0)
        self._starts = Steps.of(np.append(begins, len(packed)))
        packed = packed[begins]
        self._highs = packed.astype(np.uint16)
        packed >>= np.uint64(_HALF)
        begins = np.flatnonzero(np.diff(packed, prepend=~packed[:1]) != 0)
        self._firsts = Steps.of(np.append(begins, len(packed)))
        self._pairs = packed[begins].astype(np.uint32)
        marks = np.arange(0, len(units), _STEP, dtype=np.uint32)
        self._marks = (np.searchsorted(np.asarray(offsets), marks, "right") - 1).astype(np.uint32)

    def find(self, text: Array) -> Array:
        """Numbers of the words that contain `text` (at least one unit), ascending."""
        return self._words(self._single(int(text[0])) if len(text) == 1 else self._several(text))

    def _single(self, unit: int) -> Array:
        return np.sort(self._positions(*self._span(unit << 16, unit << 16 | 0xFFFF)))

    def _several(self, text: Array) -> Array:
        spans = [self._span(pair, pair) for pair in (int(a) << 16 | int(b) for a, b in pairwise(text))]
        rarest = min(range(len(spans)), key=lambda index: self._size(*spans[index]))
        found: Array = self._positions(*spans[rarest]).astype(np.int64) - rarest
        found = found[found >= 0]
        for index, unit in enumerate(text):
            if index not in (rarest, rarest + 1):
                found = found[self._units[found + index] == unit]
        return found

    def _span(self, low: int, high: int) -> tuple[int, int]:
        """Of the pairs `low` to `high`: the first of `_highs`, and the one after the last."""
        begin = int(np.searchsorted(self._pairs, np.uint32(low), "left"))
        end = int(np.searchsorted(self._pairs, np.uint32(high), "right"))
        return int(self._firsts[begin]), int(self._firsts[end])

    def _size(self, begin: int, end: int) -> int:
        return int(self._starts[end]) - int(self._starts[begin])

    def _positions(self, begin: int, end: int) -> Array:
        starts = self._starts[begin : end + 1]
        highs = self._highs[begin:end].astype(np.uint32) << np.uint32(_HALF)
        positions: Array = self._lows[starts[0] : starts[-1]] | np.repeat(highs, np.diff(starts))
        return positions

    def _words(self, positions: Array) -> Array:
        """The words of ascending positions: from the mark before each, on to the word that holds it."""
        numbers: Array = self._marks[positions // _STEP].astype(np.int64)
        while (behind := self._offsets[numbers + 1] <= positions).any():
            numbers += behind
        if len(numbers):
            numbers = numbers[np.append(True, numbers[1:] != numbers[:-1])]
        return numbers
