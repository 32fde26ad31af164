"""Who in a file is likely somebody we know, or stands in it twice: same name and birth date, phone, or e-mail."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from toride.customers import searching
from toride.customers.imports.cleaning import Row
from toride.fields import folding
from toride.vault import index, records
from toride.vault.permit import Category, Permit

MOST_ASKED = 5_000  # values in one question to the index
ASKED = {"n": ("name", "birth_date"), "p": ("phone",), "e": ("email",)}
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
    """Row number → why it is likely a customer, and whom; only customers in the permit's rows are ever asked about.

    Of those who share a name, phone or address one is opened, however many they are.
    """
    columns = searching.opened(permit)
    by_key: dict[Key, list[Row]] = {}
    for row in rows:
        for key in keys(row.stored):
            by_key.setdefault(key, []).append(row)
    hits: dict[UUID, list[Key]] = {}
    for sort, asked in ASKED.items():
        if not columns.issuperset(asked):
            continue
        wanted = {key[1 : 1 + len(asked)]: key for key in by_key if key[0] == sort}
        for part in _parts(list(wanted)):
            for value, [subject] in index.which(permit, asked, part).items():
                hits.setdefault(subject, []).append(wanted[tuple(value)])
    found: dict[int, tuple[str, UUID]] = {}
    for subject, key in _answers(permit, hits):
        for row in by_key[key]:
            found.setdefault(row.number, (SAME[key[0]] % CUSTOMER, subject))
    return found


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


def _parts(asked: Sequence[tuple[str, ...]]) -> Iterator[Sequence[tuple[str, ...]]]:
    return (asked[start : start + MOST_ASKED] for start in range(0, len(asked), MOST_ASKED))


def _answers(permit: Permit, hits: Mapping[UUID, Sequence[Key]]) -> Iterator[tuple[UUID, Key]]:
    """Opens the hits, an audited reading, and says which of the keys each really answers."""
    opened = records.read(permit, list(hits), kinds=("profile",), categories=(Category.BASIC,))
    for subject, found in opened.items():
        for record in found:
            stored = {
                name: getattr(record.values[name], "content", None)
                for name in ("name", "birth_date", "phones", "emails")
            }
            yield from ((subject, key) for key in keys(stored) if key in hits[subject])
