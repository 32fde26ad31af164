"""Whole numbers and days: ranges and order (INT, DATE)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toride.vault.index.arrays import Array
from toride.vault.index.query import AnyOf, Between, Equals, Leaf, MonthDay

MISSING = -(2**63)
_MONTH_DAY = 511
_SMALL = np.iinfo(np.int32)


@dataclass(frozen=True, slots=True)
class Numbers:
    """One number for each row, int32 where all fit; the smallest of the type stands for none."""

    values: Array

    @classmethod
    def build(cls, cells: Sequence[int | None]) -> "Numbers":
        """One cell for each row."""
        wide = np.fromiter((MISSING if cell is None else cell for cell in cells), np.int64, len(cells))
        return cls(_fit(wide))

    @classmethod
    def concat(cls, parts: "Sequence[Numbers]") -> "Numbers":
        if len({part.values.dtype for part in parts}) == 1:
            return cls(np.asarray(np.concatenate([part.values for part in parts])))
        return cls(np.concatenate([_widen(part.values) for part in parts]))

    def take(self, rows: Array) -> "Numbers":
        return Numbers(self.values[rows])

    def prune(self) -> "Numbers":
        return self

    def arrays(self) -> list[Array]:
        return [self.values]

    @classmethod
    def load(cls, arrays: Sequence[Array]) -> "Numbers":
        return cls(arrays[0])


class NumberIndex:
    """Numbers are searched as they are: a pass over a million takes less than a millisecond."""

    __slots__ = ("flat",)

    def __init__(self, flat: Numbers) -> None:
        self.flat = flat

    passes = True  # a question looks at the numbers themselves

    def find(self, leaf: Leaf) -> Array:
        """True for each row that answers `leaf`."""
        return self._answers(leaf, self.flat.values)

    def holds(self, leaf: Leaf, rows: Array) -> Array:
        """True for each of `rows` that answers `leaf`."""
        return self._answers(leaf, self.flat.values[rows])

    def _answers(self, leaf: Leaf, values: Array) -> Array:
        none = np.iinfo(values.dtype).min
        match leaf:
            case Equals(value=value):
                return np.asarray(values == value) if self._fits(value) else np.zeros(len(values), bool)
            case AnyOf(values=wanted):
                return np.isin(values, np.array([one for one in wanted if self._fits(one)], values.dtype))
            case Between(low=low, high=high):
                return _between(values, low, high)
            case MonthDay(month=month, day=day):
                return np.asarray((values != none) & (values & _MONTH_DAY == (month << 5 | day)))
        raise TypeError(leaf)

    def equal(self, rows: Array, value: int) -> Array:
        """True for each of `rows` whose number is `value`."""
        found = self.flat.values[rows]
        return found == found.dtype.type(value) if self._fits(value) else np.zeros(len(rows), bool)

    def rank(self, rows: Array) -> tuple[Array, Array]:
        """The number of each row, and which rows have none."""
        found = self.flat.values[rows]
        return found, found == np.iinfo(found.dtype).min

    def key(self, rank: int) -> int:
        """The number itself."""
        return rank

    def place(self, key: Any) -> tuple[int, bool]:
        """Every number has its place."""
        return int(key), True

    def _fits(self, value: int) -> bool:
        limits = np.iinfo(self.flat.values.dtype)
        return bool(limits.min < value <= limits.max)


def _between(values: Array, low: int | None, high: int | None) -> Array:
    limits = np.iinfo(values.dtype)
    first = limits.min + 1 if low is None else max(low, limits.min + 1)
    last = limits.max if high is None else min(high, limits.max)
    if first > last:
        return np.zeros(len(values), bool)
    found: Array = values >= values.dtype.type(first)
    if last != limits.max:
        found &= values <= values.dtype.type(last)
    return found


def _fit(wide: Array) -> Array:
    present = wide[wide != MISSING]
    if len(present) and (present.min() <= _SMALL.min or present.max() > _SMALL.max):
        return wide
    return np.asarray(np.where(wide == MISSING, _SMALL.min, wide), np.int32)


def _widen(values: Array) -> Array:
    wide = values.astype(np.int64)
    return np.asarray(np.where(wide == np.iinfo(values.dtype).min, MISSING, wide))
