"""Rows of a file, numbered and in batches, become cleaned and folded ones: here, or in a child without keys."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Self

from toride.customers import barred, folded, numbers
from toride.customers.fields import NUMBER as FORM
from toride.customers.imports import cells as written_in
from toride.customers.imports import reasons
from toride.customers.imports.cleaning import Choices, Row, clean
from toride.customers.imports.mapping import Columns
from toride.fields import folding

NUMBER = "number"
LARGE = 4_000_000  # characters of one batch: it stays small in memory, and shorter than a message may be
TWICE = reasons.TWICE
NO_NAME = re.compile(r"[0-9+() ./‐-―−-]*")
_KIND = folded.OF_PROFILE.index("kind")
Batch = tuple[dict[int, list[str]], list[Row]]
Edits = Mapping[int, Mapping[int, str]]


class Sieve:
    """Takes rows as they come and gives batches of `size`, less the rows up to `skip`, whose numbers are noted.

    `edits`: row → column, from 0 → what a person wrote there instead.
    """

    def __init__(
        self, columns: Columns, size: int, *, skip: int = 0, policy: barred.Policy | None = None,
        choices: Choices | None = None, edits: Edits | None = None,
    ) -> None:  # fmt: skip
        self.columns, self.size, self.skip = columns, size, skip
        self.policy, self.choices, self.edits = policy or barred.policy(), choices or Choices(), edits or {}
        self._at = 0
        self._length = 0
        self._seen: set[str] = set()
        self._near: dict[str, int] = {}
        self._torn: set[int] = set()
        self._broken: set[int] = set()
        self._waiting: list[tuple[int, list[str]]] = []
        self._number = columns.targets.index(NUMBER) if NUMBER in columns.targets else -1
        self._name = next((at for at, one in enumerate(columns.targets) if one in ("name", "family", "company")), -1)

    def state(self) -> dict[str, Any]:
        """All of it, for another process to go on with."""
        return {
            "columns": {**asdict(self.columns), "doubts": ()}, "size": self.size, "skip": self.skip,
            "at": self._at, "seen": list(self._seen), "waiting": self._waiting, "policy": self.policy,
            "near": self._near, "torn": list(self._torn), "broken": list(self._broken), "choices": pack(self.choices),
            "edits": [[row, list(cells.items())] for row, cells in self.edits.items()],
        }  # fmt: skip

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """What goes on where another, whose `state` this is, ended."""
        about = state["columns"]
        columns = Columns(**{**about, "targets": tuple(about["targets"]), "doubts": ()})
        edits = {row: dict(cells) for row, cells in state["edits"]}
        sieve = cls(
            columns, state["size"], skip=state["skip"], policy=barred.Policy(state["policy"]),
            choices=unpack(state["choices"]), edits=edits,
        )  # fmt: skip
        sieve._at, sieve._seen, sieve._near = state["at"], set(state["seen"]), dict(state["near"])
        sieve._torn, sieve._broken = set(state["torn"]), set(state["broken"])
        sieve._waiting = [(number, cells) for number, cells in state["waiting"]]
        sieve._length = sum(len(cell) for _number, cells in sieve._waiting for cell in cells)
        return sieve

    def feed(self, rows: Sequence[list[str]], broken: Collection[int] = ()) -> Iterator[Batch]:
        """The batches that these rows complete; the last row waits for the one after it. `broken`: places, from 0."""
        for place, given in enumerate(rows):
            self._at += 1
            cells = self._edited(given)
            if not any(cell.strip() for cell in cells) or self._at <= self.columns.first:
                continue
            if place in broken:
                self._broken.add(self._at)
            elif self._waiting and self._goes_on(self._waiting[-1][1], cells):
                self._torn |= {self._waiting[-1][0], self._at}
            if len(self._waiting) == self.size or self._length > LARGE:
                yield from self.rest()
            self._waiting.append((self._at, cells))
            self._length += sum(map(len, cells))

    def rest(self) -> Iterator[Batch]:
        """What waits, as a last batch."""
        chunk, self._waiting, self._length = self._waiting, [], 0
        rows = [self._sifted(number, cells) for number, cells in chunk]
        if fresh := [row for row in rows if row.number > self.skip]:
            yield dict(chunk), fresh

    def _edited(self, cells: list[str]) -> list[str]:
        if self._at not in self.edits:
            return cells
        wanted = self.edits[self._at]
        filled = cells + [""] * (max(wanted, default=0) + 1 - len(cells))
        return [wanted.get(at, cell) for at, cell in enumerate(filled)]

    def _goes_on(self, before: Sequence[str], cells: Sequence[str]) -> bool:
        """Is this the rest of a short row before it, cut off by a break that no quotation marks held together?"""
        width = len(self.columns.targets)
        if len(before) >= width or len(cells) >= width or self._number < 0:
            return False
        number = written_in.bare(cells[self._number]) if self._number < len(cells) else ""
        if not FORM.fullmatch(numbers.exact(number)):
            return True
        name = cells[self._name] if 0 <= self._name < len(cells) else ""
        return len(before) + len(cells) - 1 == width and bool(NO_NAME.fullmatch(numbers.exact(name)))

    def _sifted(self, number: int, cells: list[str]) -> Row:
        if number in self._broken:
            return Row(number, held={"quote": reasons.QUOTE})
        row = clean(number, cells, self.columns, self.policy, self.choices)
        if number in self._torn:
            row.held["torn"] = reasons.TORN
        key = row.stored.get(NUMBER) or ""
        if key and key in self._seen:
            row.problems[NUMBER] = TWICE
        elif key:
            self._look_near(row, key)
        self._seen.add(key)
        row.held = {kind: why for kind, why in row.held.items() if kind not in self.choices.taken}
        if not row.problems and not row.held and number > self.skip:
            row.folded = folded.cells(complete(row))
        return row

    def _look_near(self, row: Row, key: str) -> None:
        near = numbers.near(key)
        if near in self._near:
            row.held["near"] = reasons.NEAR_ROW % self._near[near]
            return
        self._near[near] = row.number
        if numbers.is_decimal(key):
            row.held["near"] = reasons.DECIMAL


def pack(choices: Choices) -> dict[str, Any]:
    """For a store or another process."""
    return {"empty": sorted(choices.empty), "taken": sorted(choices.taken), "company": choices.company}


def unpack(kept: Mapping[str, Any]) -> Choices:
    """What was packed."""
    return Choices(frozenset(kept.get("empty", ())), frozenset(kept.get("taken", ())), kept.get("company", ""))


def complete(row: Row) -> dict[str, Any]:
    """What is stored of a row that makes a new customer."""
    kind = row.folded[_KIND] if row.folded else _guessed(row.stored.get("name") or "")
    return {"kind": kind, "status": "active", **_told(row)}


def _told(row: Row) -> dict[str, Any]:
    """An empty kind or status is none that was said."""
    return {name: value for name, value in row.stored.items() if value is not None or name not in ("kind", "status")}


def _guessed(name: str) -> str:
    return "organisation" if folding.is_company(name) else "person"
