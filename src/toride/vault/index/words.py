"""Strings as numbers of a sorted dictionary: any part, exact, by start, ranges and order (TEXT, KEY, CODE)."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from toride.vault.index.arrays import Array, Ragged, bounds, gather, narrow, order
from toride.vault.index.grams import Grams
from toride.vault.index.query import AnyOf, Between, Contains, Equals, Leaf, Prefix

_FEW = 8  # reading one word of a dictionary costs about as much as eight of all
_ENCODINGS = {1: "latin-1", 2: "utf-16-le"}


@dataclass(frozen=True, slots=True)
class Words:
    """The dictionary, in the order of Python's strings: UTF-16 units (bytes where all are below 256), each word ended
    by a 0, word i from offsets[i]; and the numbers of the words of each row.
    """

    units: Array
    offsets: Array
    codes: Ragged

    @classmethod
    def build(cls, cells: Sequence[tuple[str, ...]]) -> "Words":
        """One cell for each row."""
        used = list(chain.from_iterable(cells))
        words = sorted(set(used))
        number = {word: index for index, word in enumerate(words)}
        codes = np.fromiter(map(number.__getitem__, used), np.uint32, len(used))
        counts = np.fromiter(map(len, cells), np.int64, len(cells))
        return cls(*_dictionary(words), Ragged.of(narrow(codes), counts))

    @classmethod
    def concat(cls, parts: "Sequence[Words]") -> "Words":
        """All rows of all parts over one dictionary."""
        if len(parts) == 1:
            return parts[0]
        vocabularies = [part.words() for part in parts]
        words = sorted(set(chain.from_iterable(vocabularies)))
        number = {word: index for index, word in enumerate(words)}
        ragged = []
        for part, vocabulary in zip(parts, vocabularies, strict=True):
            renumbered = np.fromiter(map(number.__getitem__, vocabulary), np.uint32, len(vocabulary))
            ragged.append(Ragged(renumbered[part.codes.values], part.codes.starts, part.codes.length))
        joined = Ragged.concat(ragged)
        return cls(*_dictionary(words), Ragged(narrow(joined.values), joined.starts, joined.length))

    def take(self, rows: Array) -> "Words":
        """The named rows; the dictionary stays whole."""
        return Words(self.units, self.offsets, self.codes.take(rows))

    def prune(self) -> "Words":
        """Without the words that no row has."""
        used, codes = np.unique(self.codes.values, return_inverse=True)
        if len(used) == len(self.offsets) - 1:
            return self
        word = self.word if len(used) * _FEW < len(self.offsets) else self.words().__getitem__
        kept = [word(index) for index in used.tolist()]
        return Words(*_dictionary(kept), Ragged(narrow(codes), self.codes.starts, self.codes.length))

    def words(self) -> list[str]:
        """The dictionary."""
        return self.units.tobytes().decode(_ENCODINGS[self.units.itemsize]).split("\0")[:-1]

    def word(self, index: int) -> str:
        """Word `index` of the dictionary."""
        begin, end = int(self.offsets[index]), int(self.offsets[index + 1]) - 1
        return self.units[begin:end].tobytes().decode(_ENCODINGS[self.units.itemsize])

    def arrays(self) -> list[Array]:
        return [self.units, self.offsets, *self.codes.arrays()]

    @classmethod
    def load(cls, arrays: Sequence[Array]) -> "Words":
        return cls(arrays[0], arrays[1], Ragged.load(arrays[2:]))


class WordIndex:
    """Words made searchable: for each word its rows, and for TEXT where each pair of characters stands."""

    __slots__ = ("flat", "grams", "rows", "starts")

    def __init__(self, flat: Words, *, parts: bool) -> None:
        self.flat = flat
        codes = flat.codes
        placed = order(codes.values)
        self.rows = placed if codes.starts is None else codes.rows()[placed]
        self.starts = bounds(np.bincount(codes.values, minlength=len(flat.offsets) - 1))
        self.grams = Grams(flat.units) if parts else None

    def find(self, leaf: Leaf) -> Array:
        """The rows that answer `leaf`, in no order, perhaps several times."""
        match leaf:
            case Contains(text=text):
                return self._rows_of(self._containing(text))
            case Equals(value=word):
                return self._rows_of(self._numbers((word,)))
            case AnyOf(values=words):
                return self._rows_of(self._numbers(words))
            case Prefix(text=text):
                size = len(text)
                return self._span(self._count(lambda word: word < text), self._count(lambda word: word[:size] <= text))
            case Between(low=low, high=high):
                begin = 0 if low is None else self._count(lambda word: word < low)
                end = self._size if high is None else self._count(lambda word: word <= high)
                return self._span(begin, end)
        raise TypeError(leaf)

    def rank(self, rows: Array) -> tuple[Array, Array]:
        """Number of each row's first word, which sorts as the word does; and which rows have none."""
        return self.flat.codes.first(rows)

    def key(self, rank: int) -> str:
        """The word of this number."""
        return self.flat.word(rank)

    def place(self, key: Any) -> tuple[int, bool]:
        """Number of the first word not below `key`, and whether it is `key`."""
        number = self._count(lambda word: word < key)
        return number, number < self._size and self.flat.word(number) == key

    @property
    def _size(self) -> int:
        return len(self.flat.offsets) - 1

    def _count(self, is_before: Callable[[str], bool]) -> int:
        """How many words of the sorted dictionary are before a point."""
        word = self.flat.word
        return bisect_left(range(self._size), True, key=lambda index: not is_before(word(index)))

    def _numbers(self, words: Iterable[str]) -> Array:
        found = (self.place(word) for word in words)
        return np.unique(np.array([number for number, there in found if there], np.int64))

    def _containing(self, text: str) -> Array:
        if self.grams is None:
            raise TypeError("only TEXT has grams")
        encoded = text.encode("utf-16-le", "surrogatepass")
        positions = self.grams.find(np.frombuffer(encoded, np.uint16))
        return np.unique(np.searchsorted(self.flat.offsets, positions, "right") - 1)

    def _rows_of(self, numbers: Array) -> Array:
        return self.rows[gather(self.starts, numbers)]

    def _span(self, begin: int, end: int) -> Array:
        return self.rows[self.starts[begin] : self.starts[max(begin, end)]]


def _dictionary(words: Sequence[str]) -> tuple[Array, Array]:
    text = "".join(f"{word}\0" for word in words) if words else ""
    units = np.frombuffer(text.encode("utf-16-le"), np.uint16)
    ends = np.flatnonzero(units == 0) + 1
    return narrow(units), np.concatenate((np.zeros(1, np.int64), ends)).astype(np.uint32)
