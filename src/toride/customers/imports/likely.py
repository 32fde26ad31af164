"""Who in a file is likely somebody we know, or stands in it twice: same name and birth date, phone, or e-mail."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from toride.customers import folding, searching
from toride.customers.imports.cleaning import Row
from toride.vault import index, records
from toride.vault.index import All, Either, Equals, Expr
from toride.vault.permit import Category, Permit

MOST_QUESTIONS = 150  # in one search; the index takes 200 conditions
MOST_HITS = 500  # of one search; where more answer (a number of the house's own), one of each is opened
SAME = {"n": "same person as %s: name and birth date", "p": "same phone as %s", "e": "same e-mail as %s"}
CUSTOMER = "a customer"
Key = tuple[str, str, str]


def keys(stored: Mapping[str, Any]) -> list[Key]:
    """What tells a person: (sort, folded value, second folded value)."""
    found = []
    if stored.get("name") and stored.get("birth_date"):
        found.append(("n", folding.name(stored["name"]), str(stored["birth_date"])))
    found += [("p", folding.phone_digits(one), "") for one in stored.get("phones") or ()]
    found += [("e", one.lower(), "") for one in stored.get("emails") or ()]
    return found


def customers(permit: Permit, rows: Sequence[Row]) -> dict[int, tuple[str, UUID]]:
    """Row number → why it is likely a customer, and whom; only customers in the permit's rows are ever asked about."""
    columns = searching.opened(permit)
    by_key: dict[Key, list[Row]] = {}
    for row in rows:
        for key in keys(row.stored):
            if _question(key, columns) is not None:
                by_key.setdefault(key, []).append(row)
    found: dict[int, tuple[str, UUID]] = {}
    for part in _parts(list(by_key)):
        for subject, key in _answers(permit, _hits(permit, part, columns), set(part)):
            for row in by_key[key]:
                found.setdefault(row.number, (SAME[key[0]] % CUSTOMER, subject))
    return found


def _hits(permit: Permit, part: Sequence[Key], columns: frozenset[str]) -> list[UUID]:
    asked = [question for key in part if (question := _question(key, columns)) is not None]
    hits = index.search(permit, Either(*asked), limit=MOST_HITS)
    if hits.cursor is None:
        return hits.subjects
    return [subject for one in asked for subject in index.search(permit, one, limit=1).subjects]


class Twins:
    """Remembers every row in 16 bytes for each key, and at the end tells which rows say what another said before."""

    def __init__(self) -> None:
        self.hashes, self.rows, self.sorts = array("q"), array("Q"), array("b")

    def see(self, rows: Iterable[Row]) -> None:
        """Takes rows in the order of the file."""
        for row in rows:
            for key in keys(row.stored):
                self.hashes.append(hash(key))
                self.rows.append(row.number)
                self.sorts.append(ord(key[0]))

    def found(self) -> Iterator[tuple[int, str, int]]:
        """(row, why, the first row that says the same), each row once."""
        hashes = np.frombuffer(self.hashes, np.int64) if self.hashes else np.empty(0, np.int64)
        order = np.argsort(hashes, kind="stable")
        same = np.flatnonzero(hashes[order][1:] == hashes[order][:-1]) + 1
        told: set[int] = set()
        first = -1
        for place in same:
            at, before = int(order[place]), int(order[place - 1])
            first = first if first >= 0 and hashes[first] == hashes[before] else before
            row, other = self.rows[at], self.rows[first]
            if row != other and row not in told:
                told.add(row)
                yield row, SAME[chr(self.sorts[at])] % f"row {other} of this file", other


def _question(key: Key, columns: frozenset[str]) -> Expr | None:
    """None where the permit does not open what it would ask about."""
    sort, value, second = key
    match sort:
        case "n" if {"name", "birth_date"} <= columns:
            return All(Equals("name", value), Equals("birth_date", second))
        case "p" if "phone" in columns:
            return Equals("phone", value)
        case "e" if "email" in columns:
            return Equals("email", value)
    return None


def _parts(asked: Sequence[Key]) -> Iterator[Sequence[Key]]:
    step = MOST_QUESTIONS // 2
    return (asked[start : start + step] for start in range(0, len(asked), step))


def _answers(permit: Permit, subjects: Sequence[UUID], wanted: set[Key]) -> Iterator[tuple[UUID, Key]]:
    """Opens the hits, an audited reading, and says which of `wanted` each answers."""
    opened = records.read(permit, subjects, kinds=("profile",), categories=(Category.BASIC,))
    for subject, found in opened.items():
        for record in found:
            stored = {
                name: getattr(record.values[name], "content", None)
                for name in ("name", "birth_date", "phones", "emails")
            }
            yield from ((subject, key) for key in keys(stored) if key in wanted)
