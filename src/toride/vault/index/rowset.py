"""Some of the rows of a run: a list where they are few, a mask where they are many."""

from collections.abc import Sequence

import numpy as np

from toride.vault.index.arrays import Array, contained

FEW = 32  # a list holds at most one of so many rows: there it is smaller and faster than a mask


class RowSet:
    """Rows below `size`, each once; unchanging."""

    __slots__ = ("_mask", "_rows", "size")

    def __init__(self, size: int, rows: Array | None, mask: Array | None) -> None:
        self.size, self._rows, self._mask = size, rows, mask

    @classmethod
    def of(cls, found: Array, size: int) -> "RowSet":
        """From True for each row, or from rows in no order, perhaps several times."""
        if found.dtype == np.bool_:
            few = int(np.count_nonzero(found)) * FEW <= size
            return cls(size, np.flatnonzero(found), None) if few else cls(size, None, found)
        if len(found) * FEW <= size:
            return cls(size, _distinct(found), None)
        mask = np.zeros(size, bool)
        mask[found] = True
        return cls(size, None, mask)

    @property
    def few(self) -> bool:
        """Is it a list?"""
        return self._rows is not None

    @property
    def rows(self) -> Array:
        """The rows, ascending."""
        return np.flatnonzero(self.mask) if self._rows is None else self._rows

    @property
    def mask(self) -> Array:
        """True for each row of the set."""
        if self._mask is not None:
            return self._mask
        mask = np.zeros(self.size, bool)
        mask[self._rows] = True
        return mask

    def __len__(self) -> int:
        return int(np.count_nonzero(self.mask)) if self._rows is None else len(self._rows)

    def keep(self, holds: Array) -> "RowSet":
        """Those of a list of which `holds` is True, place by place."""
        return RowSet(self.size, self.rows[holds], None)

    def __and__(self, other: "RowSet") -> "RowSet":
        if self._mask is not None and other._mask is not None:
            return RowSet.of(self._mask & other._mask, self.size)
        few, rest = (self, other) if self.few and (not other.few or len(self) < len(other)) else (other, self)
        return few.keep(rest._has(few.rows))

    def __sub__(self, other: "RowSet") -> "RowSet":
        if self.few:
            return self.keep(~other._has(self.rows))
        mask = self.mask & ~other.mask if other._rows is None else self.mask.copy()
        if other._rows is not None:
            mask[other._rows] = False
        return RowSet.of(mask, self.size)

    def _has(self, rows: Array) -> Array:
        """For each of `rows`, whether it belongs to the set."""
        return np.asarray(self.mask[rows]) if self._rows is None else contained(rows, self._rows)


def union(sets: Sequence[RowSet], size: int) -> RowSet:
    """The rows of any of `sets`."""
    masks = [one.mask for one in sets if not one.few]
    lists = [one.rows for one in sets if one.few and len(one)]
    if not masks:
        none = np.zeros(0, np.int64)
        return RowSet(size, lists[0], None) if len(lists) == 1 else RowSet.of(np.concatenate([none, *lists]), size)
    joined = masks[0].copy()
    for mask in masks[1:]:
        joined |= mask
    for rows in lists:
        joined[rows] = True
    return RowSet(size, None, joined)


def _distinct(rows: Array) -> Array:
    ordered = np.sort(rows).astype(np.int64)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
