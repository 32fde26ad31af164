"""Numbers that are looked up, not compared: digit strings by start and end, keyed hashes (DIGITS, HASH)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from toride.vault.index.arrays import Array, Ragged, contained, order
from toride.vault.index.columns import MAX_DIGITS
from toride.vault.index.query import AnyOf, Equals, Leaf, Prefix, Suffix

_TAIL = 9  # digits whose reversed code fits 32 bits: 11 ** 9 < 2 ** 32
_PLACES = str.maketrans("0123456789", "123456789a")


def code(digits: str, size: int = MAX_DIGITS) -> int:
    """Digits as base 11 (1 to 10, 0 where the string has ended), left-aligned: sorts as strings do, below 11**size."""
    number: int = int(digits.translate(_PLACES), 11) * 11 ** (size - len(digits))
    return number


def _codes(digits: Sequence[str]) -> Array:
    """As `code`, for many."""
    letters = np.array(digits, f"S{MAX_DIGITS}").view(np.uint8).reshape(len(digits), MAX_DIGITS)
    codes = np.zeros(len(digits), np.uint64)
    for place in range(MAX_DIGITS):
        column = letters[:, place]
        codes = codes * np.uint64(11) + np.where(column, column - ord("0") + 1, 0).astype(np.uint64)
    return codes


def _tails(codes: Array) -> Array:
    """For each code the reversed string's first nine digits, as base 11 in 32 bits."""
    rest = codes.astype(np.int64)
    tail = np.zeros(len(rest), np.int64)
    taken = np.zeros(len(rest), np.int64)
    for _ in range(MAX_DIGITS):
        rest, digit = np.divmod(rest, 11)
        use = (digit != 0) & (taken < _TAIL)
        tail = np.where(use, tail * 11 + digit, tail)
        taken += use
    return (tail * 11 ** (_TAIL - taken)).astype(np.uint32)


@dataclass(frozen=True, slots=True)
class Pairs:
    """64-bit values of each row."""

    values: Ragged

    @classmethod
    def build(cls, cells: Sequence[tuple[Any, ...]]) -> "Pairs":
        """Cells of digit strings (as codes) or of hashes."""
        used = list(chain.from_iterable(cells))
        counts = np.fromiter(map(len, cells), np.int64, len(cells))
        digits = bool(used) and isinstance(used[0], str)
        return cls(Ragged.of(_codes(used) if digits else np.array(used, np.uint64), counts))

    @classmethod
    def concat(cls, parts: "Sequence[Pairs]") -> "Pairs":
        return cls(Ragged.concat([part.values for part in parts]))

    def take(self, rows: Array) -> "Pairs":
        return Pairs(self.values.take(rows))

    def prune(self) -> "Pairs":
        return self

    def arrays(self) -> list[Array]:
        return self.values.arrays()

    @classmethod
    def load(cls, arrays: Sequence[Array]) -> "Pairs":
        return cls(Ragged.load(arrays))


class PairIndex:
    """Values in order, each with its row; for digits also the order of their ends."""

    __slots__ = ("_ends", "_length", "rows", "values")
    passes = False

    def __init__(self, flat: Pairs, *, digits: bool) -> None:
        placed = np.argsort(flat.values.values, kind="stable")
        self.values = flat.values.values[placed]
        self.rows = flat.values.rows()[placed]
        self._length = flat.values.length
        self._ends = order(_tails(self.values)) if digits else np.zeros(0, np.uint32)

    @property
    def flat(self) -> Pairs:
        """The rows again; the values of one row come in order of value."""
        placed = np.argsort(self.rows, kind="stable")
        return Pairs(Ragged.of(self.values[placed], np.bincount(self.rows, minlength=self._length)))

    def find(self, leaf: Leaf) -> Array:
        """The rows that answer `leaf`, in no order, perhaps several times."""
        match leaf:
            case Equals(value=value):
                return self._exact((value,))
            case AnyOf(values=values):
                return self._exact(values)
            case Prefix(text=text):
                low = code(text)
                return self._span(low, low + 11 ** (MAX_DIGITS - len(text)) - 1)
            case Suffix(digits=digits):
                return self._ending(digits)
        raise TypeError(leaf)

    def holds(self, leaf: Leaf, rows: Array) -> Array:
        """True for each of `rows` that answers `leaf`."""
        return contained(rows, np.sort(self.find(leaf)))

    def _exact(self, values: Sequence[Any]) -> Array:
        found = [code(one) if isinstance(one, str) else one for one in values]
        spans = [self._span(number, number) for number in found]
        return np.concatenate(spans) if spans else np.zeros(0, self.rows.dtype)

    def _span(self, low: int, high: int) -> Array:
        begin = np.searchsorted(self.values, np.uint64(low), "left")
        end = np.searchsorted(self.values, np.uint64(high), "right")
        return self.rows[begin:end]

    def _ending(self, digits: str) -> Array:
        wanted = digits[-_TAIL:][::-1]
        size = len(wanted)
        begin = bisect_left(self._ends, wanted, key=lambda place: self._reversed(place)[:size])
        end = bisect_right(self._ends, wanted, key=lambda place: self._reversed(place)[:size])
        places: Array = self._ends[begin:end]
        if len(digits) > _TAIL:
            places = places[np.array([self._reversed(place).startswith(digits[::-1]) for place in places], bool)]
        return np.asarray(self.rows[places])

    def _reversed(self, place: int) -> str:
        """The digit string at `place` of `values`, from its end."""
        return _text(int(self.values[place]))[::-1]


def _text(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 11)
        digits = f"{digit - 1}{digits}" if digit else digits
    return digits
