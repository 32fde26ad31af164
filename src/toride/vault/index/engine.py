"""The searchable rows of one process: a large run, smaller and newer ones, and the latest rows as they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from toride.vault.index.columns import Row, Schema
from toride.vault.index.part import Part, merge, subjects_of
from toride.vault.index.query import All, Equals, Expr, test
from toride.vault.index.rowset import RowSet
from toride.vault.index.run import Place, Run, Sort

TAIL_ROWS = 256
GROWTH = 4  # a run is merged with the next newer one when that holds more than a quarter as many rows


class Found(NamedTuple):
    """Places of one page; how many rows match in all; how many of the page's places belong to the boosted."""

    places: list[Place]
    total: int
    boosted: int


@dataclass(slots=True)
class Engine:
    """Rows by subject; a later change of a subject hides all earlier ones."""

    schema: Schema
    runs: list[Run] = field(default_factory=list)
    tail: dict[bytes, Row] = field(default_factory=dict)

    def copy(self) -> "Engine":
        """Changes to the copy leave this one as it is."""
        return Engine(self.schema, [run.copy() for run in self.runs], dict(self.tail))

    def __len__(self) -> int:
        return sum(len(run) for run in self.runs) + len(self.tail)

    def change(self, rows: Mapping[bytes, Row | None]) -> None:
        """Puts rows, or removes subjects (None)."""
        subjects = subjects_of(list(rows))
        for run in self.runs:
            run.bury(subjects)
        for subject, row in rows.items():
            if row is None:
                self.tail.pop(subject, None)
            else:
                self.tail[subject] = row
        if len(self.tail) > TAIL_ROWS:
            part, self.tail = Part.build(self.schema, self.tail), {}
            self._append(part)

    def add(self, part: Part) -> None:
        """Puts many rows at once."""
        for subjects in (part.subjects, part.gone):
            for run in self.runs:
                run.bury(subjects)
        if self.tail:
            touched = {bytes(one).ljust(16, b"\0") for one in np.concatenate((part.subjects, part.gone)).tolist()}
            self.tail = {subject: row for subject, row in self.tail.items() if subject not in touched}
        if len(part.subjects):
            self._append(part)

    def _append(self, part: Part) -> None:
        self.runs.append(Run.of(self.schema, part))
        while len(self.runs) > 1 and len(self.runs[-1]) * GROWTH > len(self.runs[-2]):
            newer, older = self.runs.pop(), self.runs.pop()
            self.runs.append(Run.of(self.schema, merge(self.schema, [older.part(), newer.part()])))

    def search(
        self, expr: Expr, *, sort: Sort | None, after: tuple[bool, Place] | None, limit: int, boost: Expr | None
    ) -> Found:
        """A page of what answers `expr` (prepared); those that also answer `boost` first.

        `after`: (was boosted, place).
        """
        hits = [run.find(expr) for run in self.runs]
        tail = {subject: row for subject, row in self.tail.items() if test(expr, row)}
        total = sum(map(len, hits)) + len(tail)
        if boost is None or (total <= 1 and after is None):  # one hit comes first whatever it answers
            return Found(self._page(hits, tail, sort, after[1] if after else None, limit), total, 0)
        ahead: list[Place] = []
        raised = [run.find(boost, found) for run, found in zip(self.runs, hits, strict=True)]
        if after is None or after[0]:
            above = {subject: row for subject, row in tail.items() if test(boost, row)}
            ahead = self._page(raised, above, sort, after[1] if after else None, limit)
        places = list(ahead)
        if len(ahead) < limit:
            others = [found - high for found, high in zip(hits, raised, strict=True)]
            below = {subject: row for subject, row in tail.items() if not test(boost, row)}
            behind = after[1] if after and not after[0] else None
            places += self._page(others, below, sort, behind, limit - len(ahead))
        return Found(places, total, len(ahead))

    def which(self, asked: Sequence[Sequence[Equals]], scope: Expr, most: int) -> dict[int, list[bytes]]:
        """Place in `asked` → the first `most` subjects within `scope` that have all of its values; both prepared."""
        found: dict[int, list[bytes]] = {}
        for run in self.runs:
            mask = run.find(scope).mask
            for at, leaves in enumerate(asked):
                if subjects := run.having(leaves, mask, most):
                    found.setdefault(at, []).extend(subjects)
        by_first: dict[object, list[int]] = {}
        for at, leaves in enumerate(asked):
            by_first.setdefault(leaves[0].value, []).append(at)
        for subject, row in self.tail.items():
            value = row.get(asked[0][0].column) if asked else None
            first = value if isinstance(value, (tuple, list)) else (value,)
            for at in {at for one in first for at in by_first.get(one, ())}:
                if test(All(*asked[at], scope), row):
                    found.setdefault(at, []).append(subject)
        return {at: sorted(subjects)[:most] for at, subjects in found.items()}

    def _page(
        self, hits: list[RowSet], tail: Mapping[bytes, Row], sort: Sort | None, after: Place | None, limit: int
    ) -> list[Place]:
        places = [
            place
            for run, found in zip(self.runs, hits, strict=True)
            for place in run.page(found, sort, after, limit)
        ]  # fmt: skip
        places += _beyond([_place(subject, row, sort) for subject, row in tail.items()], sort, after)
        return _ordered(places, sort)[:limit]


def _place(subject: bytes, row: Row, sort: Sort | None) -> Place:
    value = row.get(sort.column) if sort else None
    if isinstance(value, (tuple, list)):
        value = value[0] if value else None
    return Place(sort is not None and value is None, value, subject)


def _ordered(places: Sequence[Place], sort: Sort | None) -> list[Place]:
    down = sort is not None and sort.descending
    lead = sorted((place for place in places if not place.missing), key=_rank, reverse=down)
    rest = sorted((place for place in places if place.missing), key=_rank, reverse=down)
    return lead + rest


def _beyond(places: Sequence[Place], sort: Sort | None, after: Place | None) -> list[Place]:
    if after is None:
        return list(places)
    down = sort is not None and sort.descending
    further = []
    for place in places:
        if place.missing != after.missing:
            is_after = place.missing
        else:
            is_after = _rank(place) < _rank(after) if down else _rank(place) > _rank(after)
        if is_after:
            further.append(place)
    return further


def _rank(place: Place) -> tuple[str | int, bytes]:
    return (0 if place.key is None else place.key), place.subject
