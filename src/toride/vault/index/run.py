"""An unchanging set of rows made searchable; only which of them still live changes."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from toride.vault.index.arrays import Array, order
from toride.vault.index.columns import PAIRS, Schema
from toride.vault.index.numbers import NumberIndex
from toride.vault.index.part import NOBODY, Index, Part, index
from toride.vault.index.query import All, Either, Equals, Expr, Not
from toride.vault.index.rowset import FEW, RowSet, union
from toride.vault.index.words import WordIndex

WALK = 20_000  # from so many hits on, walking a kept sort order is faster than sorting them


class Sort(NamedTuple):
    """By which column; rows without a value come last either way."""

    column: str
    descending: bool


class Place(NamedTuple):
    """Where a row stands: whether it has no value, its value, its subject."""

    missing: bool
    key: str | int | None
    subject: bytes


class Run:
    """Rows in the order of their subjects, columns as searchable arrays, kept sort orders."""

    __slots__ = ("alive", "columns", "orders", "subjects")

    def __init__(self, subjects: Array, columns: dict[str, Index], orders: dict[str, Array]) -> None:
        self.subjects = subjects
        self.columns = columns
        self.orders = orders
        self.alive = np.ones(len(subjects), bool)

    @classmethod
    def of(cls, schema: Schema, part: Part) -> "Run":
        """From columns."""
        columns = {name: index(schema, name, flat) for name, flat in part.columns.items()}
        return cls(part.subjects, columns, kept_orders(schema, columns))

    def copy(self) -> "Run":
        """The same arrays; rows that die in the copy live on here."""
        twin = Run(self.subjects, self.columns, self.orders)
        twin.alive = self.alive.copy()
        return twin

    def __len__(self) -> int:
        return int(np.count_nonzero(self.alive))

    def part(self) -> Part:
        """The living rows as columns."""
        rows = np.flatnonzero(self.alive)
        flats = {name: column.flat.take(rows) for name, column in self.columns.items()}
        return Part(self.subjects[rows], flats, NOBODY)

    def bury(self, subjects: Array) -> None:
        """These subjects have no living row here any more."""
        if not len(self.subjects) or not len(subjects):
            return
        rows = np.searchsorted(self.subjects, subjects)
        rows[rows == len(self.subjects)] = 0
        self.alive[rows[self.subjects[rows] == subjects]] = False

    def find(self, expr: Expr, among: RowSet | None = None) -> RowSet:
        """The living rows, or those `among` them, that answer `expr`."""
        return self._within(expr, RowSet.of(self.alive, len(self.alive)) if among is None else among)

    def having(self, leaves: Sequence[Equals], mask: Array, most: int) -> list[bytes]:
        """The first `most` subjects of `mask` that answer all of `leaves`: the first by its index, the others are
        numbers or days and compared row by row.
        """
        found = self.columns[leaves[0].column].find(leaves[0])
        rows = np.flatnonzero(found & mask) if found.dtype == np.bool_ else np.unique(found[mask[found]])
        for leaf in leaves[1:]:
            column = self.columns[leaf.column]
            if not isinstance(column, NumberIndex):
                raise TypeError(leaf)
            rows = rows[column.equal(rows, leaf.value)]
        return [self._subject(row) for row in rows[:most].tolist()]

    def _within(self, expr: Expr, among: RowSet) -> RowSet:
        if isinstance(expr, All):
            for part in sorted(expr.parts, key=self._weight):
                among = self._within(part, among)
            return among
        if isinstance(expr, Either):
            return union([self._within(part, among) for part in expr.parts], among.size)
        if isinstance(expr, Not):
            return among - self._within(expr.part, among)
        column = self.columns[expr.column]
        if among.few and column.passes:
            return among.keep(column.holds(expr, among.rows))
        found = column.find(expr)
        if among.few and len(found) * FEW > among.size:
            return among.keep(column.holds(expr, among.rows))
        return RowSet.of(found, among.size) & among

    def _weight(self, expr: Expr) -> int:
        """What finds few rows by a list comes first; what must look at every row looks at those that are left."""
        if isinstance(expr, (All, Either)):
            weights = [self._weight(part) for part in expr.parts]
            return (min if isinstance(expr, All) else max)(weights, default=0)
        return 2 if isinstance(expr, Not) or self.columns[expr.column].passes else 1

    def page(self, hits: RowSet, sort: Sort | None, after: Place | None, limit: int) -> list[Place]:
        """The first `limit` places of `hits` that stand after `after`."""
        if sort is None:
            begin = 0 if after is None else int(np.searchsorted(self.subjects, np.bytes_(after.subject), "right"))
            rows = hits.rows
            return [Place(False, None, self._subject(row)) for row in rows[rows >= begin][:limit]]
        column = self.columns[sort.column]
        if not isinstance(column, (WordIndex, NumberIndex)):
            raise TypeError(sort)
        kept, mark = self.orders.get(sort.column), self._mark(column, sort, after)
        if kept is not None and len(hits) > WALK:
            rows = _walk(column, kept, hits.mask, sort=sort, mark=mark, limit=limit)
        else:
            rows = _pick(column, hits.rows, sort, mark, limit)
        ranks, missing = column.rank(rows)
        return [
            Place(none, None if none else column.key(rank), self._subject(row))
            for row, rank, none in zip(rows.tolist(), ranks.tolist(), missing.tolist(), strict=True)
        ]

    def _subject(self, row: int) -> bytes:
        return bytes(self.subjects[row]).ljust(16, b"\0")

    def _mark(self, column: WordIndex | NumberIndex, sort: Sort, after: Place | None) -> "Mark | None":
        """`after` in terms of this run: (has no value, rank, row), where in ascending order rows from `row` on, or in
        descending order rows below `row`, come after it at the same rank.
        """
        if after is None:
            return None
        side = "left" if sort.descending else "right"
        row = int(np.searchsorted(self.subjects, np.bytes_(after.subject), side))  # type: ignore[call-overload]
        if after.missing:
            return Mark(True, 0, row)
        rank, there = column.place(after.key)
        return Mark(False, rank, row if there else 0)


class Mark(NamedTuple):
    missing: bool
    rank: int
    row: int


def kept_orders(schema: Schema, columns: dict[str, Index]) -> dict[str, Array]:
    """For each sortable column all rows in ascending order, those without a value last."""
    orders = {}
    for column in schema.columns:
        built = columns.get(column.name)
        if column.sortable and column.type not in PAIRS and isinstance(built, (WordIndex, NumberIndex)):
            orders[column.name] = _ascending(built)
    return orders


def _ascending(column: WordIndex | NumberIndex) -> Array:
    length = column.flat.codes.length if isinstance(column, WordIndex) else len(column.flat.values)
    ranks, missing = column.rank(np.arange(length))
    if isinstance(column, WordIndex):
        if column.rows is not None and column.flat.codes.starts is None:
            return column.rows
        return order(np.where(missing, np.uint32(0xFFFFFFFF), ranks))
    return np.lexsort((ranks, missing)).astype(np.uint32)


def _pick(column: WordIndex | NumberIndex, hits: Array, sort: Sort, mark: Mark | None, limit: int) -> Array:
    """The first `limit` of `hits` (ascending) after `mark`, by sorting no more than needed."""
    ranks, missing = column.rank(hits)
    ranks = ranks.astype(np.int64)
    lead, keys, rest = hits[~missing], ranks[~missing], hits[missing]
    if mark is not None:
        lead, keys, rest = _beyond(lead, keys, rest, sort, mark)
    if sort.descending:
        keys, lead, rest = -keys[::-1], lead[::-1], rest[::-1]
    if len(keys) > 4 * limit:
        bound = np.partition(keys, limit)[limit]
        near = keys <= bound
        keys, lead = keys[near], lead[near]
    first = lead[np.argsort(keys, kind="stable")[:limit]]
    return np.concatenate((first, rest[: limit - len(first)]))


def _beyond(lead: Array, keys: Array, rest: Array, sort: Sort, mark: Mark) -> tuple[Array, Array, Array]:
    if mark.missing:
        rest = rest[rest < mark.row] if sort.descending else rest[rest >= mark.row]
        return lead[:0], keys[:0], rest
    if sort.descending:
        further = (keys < mark.rank) | ((keys == mark.rank) & (lead < mark.row))
    else:
        further = (keys > mark.rank) | ((keys == mark.rank) & (lead >= mark.row))
    return lead[further], keys[further], rest


def _walk(
    column: WordIndex | NumberIndex, kept: Array, mask: Array, *, sort: Sort, mark: Mark | None, limit: int
) -> Array:
    """The first `limit` rows of `mask` after `mark`, along a kept order."""
    ends = bisect_left(kept, True, key=lambda row: bool(column.rank(np.array([row]))[1][0]))
    blocks = [kept[:ends], kept[ends:]]
    if mark is not None:
        blocks = _cut(column, blocks, sort, mark)
    found: list[Array] = []
    wanted = limit
    for block in blocks:
        for chunk in _chunks(block[::-1] if sort.descending else block, limit):
            hits = chunk[mask[chunk]][:wanted]
            found.append(hits)
            wanted -= len(hits)
            if not wanted:
                return np.concatenate(found)
    return np.concatenate([*found, kept[:0]])


def _cut(column: WordIndex | NumberIndex, blocks: Sequence[Array], sort: Sort, mark: Mark) -> list[Array]:
    lead, rest = blocks
    if mark.missing:
        begin = int(np.searchsorted(rest, np.uint32(mark.row)))
        return [lead[:0], rest[:begin] if sort.descending else rest[begin:]]

    def place(row: int) -> tuple[int, int]:
        return int(column.rank(np.array([row]))[0][0]), int(row)

    begin = bisect_left(lead, (mark.rank, mark.row), key=place)
    return [lead[:begin] if sort.descending else lead[begin:], rest]


def _chunks(rows: Array, size: int) -> list[Array]:
    """Ever longer pieces: most pages end within the first."""
    edges = [0]
    size = max(size, 1_024)
    while edges[-1] < len(rows):
        edges.append(min(len(rows), edges[-1] + size))
        size *= 2
    return [rows[begin:end] for begin, end in pairwise(edges)]
