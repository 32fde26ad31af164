"""Rows of a file, numbered and in batches, become cleaned and folded ones: here, or in a child without keys."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from toride.customers import barred, folded, folding
from toride.customers.imports.cleaning import Row, clean
from toride.customers.imports.mapping import Columns

NUMBER = "number"
LARGE = 4_000_000  # characters of one batch: it stays small in memory, and shorter than a message may be
TWICE = "stands twice in the file"
_KIND = folded.OF_PROFILE.index("kind")
Batch = tuple[dict[int, list[str]], list[Row]]


class Sieve:
    """Takes rows as they come and gives batches of `size`, less the rows up to `skip`, whose numbers are noted."""

    def __init__(self, columns: Columns, size: int, *, skip: int = 0, policy: barred.Policy | None = None) -> None:
        self.columns, self.size, self.skip = columns, size, skip
        self.policy = policy or barred.policy()
        self._at = 0
        self._length = 0
        self._seen: set[str] = set()
        self._waiting: list[tuple[int, list[str]]] = []

    def state(self) -> dict[str, Any]:
        """All of it, for another process to go on with."""
        return {
            "targets": self.columns.targets, "header": self.columns.header, "size": self.size, "skip": self.skip,
            "at": self._at, "seen": list(self._seen), "waiting": self._waiting, "policy": self.policy,
        }  # fmt: skip

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """What goes on where another, whose `state` this is, ended."""
        columns, policy = Columns(tuple(state["targets"]), state["header"]), barred.Policy(state["policy"])
        sieve = cls(columns, state["size"], skip=state["skip"], policy=policy)
        sieve._at, sieve._seen = state["at"], set(state["seen"])
        sieve._waiting = [(number, cells) for number, cells in state["waiting"]]
        sieve._length = sum(len(cell) for _number, cells in sieve._waiting for cell in cells)
        return sieve

    def feed(self, rows: Sequence[list[str]]) -> Iterator[Batch]:
        """The batches that these rows complete."""
        for cells in rows:
            self._at += 1
            if not any(cell.strip() for cell in cells) or (self._at == 1 and self.columns.header):
                continue
            self._waiting.append((self._at, cells))
            self._length += sum(map(len, cells))
            if len(self._waiting) == self.size or self._length > LARGE:
                yield from self.rest()

    def rest(self) -> Iterator[Batch]:
        """What waits, as a last batch."""
        chunk, self._waiting, self._length = self._waiting, [], 0
        rows = [self._sifted(number, cells) for number, cells in chunk]
        if fresh := [row for row in rows if row.number > self.skip]:
            yield dict(chunk), fresh

    def _sifted(self, number: int, cells: list[str]) -> Row:
        row = clean(number, cells, self.columns, self.policy)
        key = folding.plain_number(row.stored.get(NUMBER) or "")
        if key and key in self._seen:
            row.problems[NUMBER] = TWICE
        self._seen.add(key)
        if not row.problems and number > self.skip:
            row.folded = folded.cells(complete(row))
        return row


def complete(row: Row) -> dict[str, Any]:
    """What is stored of a row that makes a new customer."""
    kind = row.folded[_KIND] if row.folded else _guessed(row.stored.get("name") or "")
    return {"kind": kind, "status": "active", **row.stored}


def _guessed(name: str) -> str:
    return "organisation" if folding.is_company(name) else "person"
