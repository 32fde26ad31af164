"""Strings as numbers of a sorted dictionary: any part, exact, by start, ranges and order (TEXT, KEY, CODE)."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from toride.vault.index.arrays import Array, Bounds, Ragged, Steps, bounds, contained, gather, narrow, order
from toride.vault.index.grams import Grams
from toride.vault.index.query import AnyOf, Between, Contains, Equals, Leaf, Prefix

_FEW = 8  # reading one word of a dictionary costs about as much as eight of all
_UTF16 = "utf-16-le"
_BYTE = 256  # alphabets of at most so many UTF-16 units (any of kana) need one byte for each
_SCANNED = 4_096  # dictionaries of at most so many words: a pass over the rows is as fast as a list of rows


Numbers = Array | slice  # of words: a few, or all from one to before another


@dataclass(frozen=True, slots=True)
class Words:
    """The dictionary, in the order of Python's strings, and the numbers of the words of each row.

    Word i stands in `units` from offsets[i] on and is ended by a 0: UTF-16 units, or places in `alphabet`.
    """

    units: Array
    alphabet: Array
    offsets: Bounds
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
        return Words(self.units, self.alphabet, self.offsets, self.codes.take(rows))

    def prune(self) -> "Words":
        """Without the words that no row has."""
        is_used = np.bincount(self.codes.values, minlength=len(self.offsets) - 1) > 0
        if is_used.all():
            return self
        used, codes = np.flatnonzero(is_used), (np.cumsum(is_used) - 1)[self.codes.values]
        word = self.word if len(used) * _FEW < len(self.offsets) else self.words().__getitem__
        kept = [word(index) for index in used.tolist()]
        return Words(*_dictionary(kept), Ragged(narrow(codes), self.codes.starts, self.codes.length))

    def words(self) -> list[str]:
        """The dictionary."""
        return self._text(self.units).split("\0")[:-1]

    def word(self, index: int) -> str:
        """Word `index` of the dictionary."""
        begin, end = int(self.offsets[index]), int(self.offsets[index + 1]) - 1
        return self._text(self.units[begin:end])

    def spelled(self, text: str) -> Array | None:
        """`text` as in `units`; None where it has a character that no word has."""
        wanted = np.frombuffer(text.encode(_UTF16), np.uint16)
        if not len(self.alphabet):
            return wanted
        places = np.searchsorted(self.alphabet, wanted)
        places[places == len(self.alphabet)] = 0
        return places if bool((self.alphabet[places] == wanted).all()) else None

    def _text(self, units: Array) -> str:
        return (self.alphabet[units] if len(self.alphabet) else units).tobytes().decode(_UTF16)

    def arrays(self) -> list[Array]:
        return [self.units, self.alphabet, np.asarray(self.offsets), *self.codes.arrays()]

    @classmethod
    def load(cls, arrays: Sequence[Array]) -> "Words":
        return cls(arrays[0], arrays[1], arrays[2], Ragged.load(arrays[3:]))


class WordIndex:
    """Words made searchable: for each word its rows, and for TEXT where each pair of characters stands.

    `rows` None: few words, one for each row. `starts` None: one row for each word.
    """

    __slots__ = ("flat", "grams", "rows", "starts")

    def __init__(self, flat: Words, *, parts: bool) -> None:
        self.flat = flat
        codes, size = flat.codes, len(flat.offsets) - 1
        self.rows: Array | None = None
        self.starts: Bounds | None = None
        if parts or codes.starts is not None or size > _SCANNED:
            placed = order(codes.values)
            self.rows = placed if codes.starts is None else codes.rows()[placed]
            if size < len(codes.values):
                self.starts = bounds(np.bincount(codes.values, minlength=size))
        self.grams = Grams(flat.units, flat.offsets) if parts else None

    @property
    def passes(self) -> bool:
        """Does a question look at every row, for want of lists of rows?"""
        return self.rows is None

    def find(self, leaf: Leaf) -> Array:
        """The rows that answer `leaf`, in no order, perhaps several times; or True for each row that does."""
        return self._rows_of(self._numbers(leaf))

    def holds(self, leaf: Leaf, rows: Array) -> Array:
        """True for each of `rows` that answers `leaf`."""
        numbers, codes = self._numbers(leaf), self.flat.codes
        if codes.starts is None:
            return _among(codes.values[rows], numbers)
        counts = codes.starts[rows + 1].astype(np.int64) - codes.starts[rows]
        found = _among(codes.values[gather(codes.starts, rows)], numbers)
        return np.bincount(np.repeat(np.arange(len(rows)), counts)[found], minlength=len(rows)) > 0

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

    def _numbers(self, leaf: Leaf) -> Numbers:
        """The words that answer `leaf`."""
        match leaf:
            case Contains(text=text):
                return self._containing(text)
            case Equals(value=word):
                return self._exact((word,))
            case AnyOf(values=words):
                return self._exact(words)
            case Prefix(text=text):
                size = len(text)
                return slice(self._count(lambda word: word < text), self._count(lambda word: word[:size] <= text))
            case Between(low=low, high=high):
                begin = 0 if low is None else self._count(lambda word: word < low)
                return slice(begin, self._size if high is None else self._count(lambda word: word <= high))
        raise TypeError(leaf)

    def _exact(self, words: Iterable[str]) -> Array:
        found = (self.place(word) for word in words)
        return np.unique(np.array([number for number, there in found if there], np.int64))

    def _containing(self, text: str) -> Array:
        if self.grams is None:
            raise TypeError("only TEXT has grams")
        spelled = self.flat.spelled(text)
        return np.zeros(0, np.int64) if spelled is None else self.grams.find(spelled)

    def _rows_of(self, numbers: Numbers) -> Array:
        if self.rows is None:
            return _among(self.flat.codes.values, numbers)
        if isinstance(numbers, slice):
            begin, end = numbers.start, max(numbers.start, numbers.stop)
            return self.rows[begin:end] if self.starts is None else self.rows[self.starts[begin] : self.starts[end]]
        return self.rows[numbers if self.starts is None else gather(self.starts, numbers)]


def _among(codes: Array, numbers: Numbers) -> Array:
    """True for each of `codes` that is one of `numbers`."""
    if isinstance(numbers, slice):
        return np.asarray((codes >= numbers.start) & (codes < numbers.stop))
    if len(numbers) == 1:
        return np.asarray(codes == codes.dtype.type(numbers[0]))
    if len(codes) < _SCANNED:
        return contained(codes, numbers)
    wanted = np.zeros(int(codes.max()) + 1, bool)
    wanted[numbers[numbers < len(wanted)]] = True
    return np.asarray(wanted[codes])


def _dictionary(words: Sequence[str]) -> tuple[Array, Array, Bounds]:
    """Units, alphabet (empty: the units are UTF-16) and offsets."""
    text = "".join(f"{word}\0" for word in words)
    units = np.frombuffer(text.encode(_UTF16), np.uint16)
    ends = np.flatnonzero(units == 0) + 1
    offsets = Steps.of(np.concatenate((np.zeros(1, np.int64), ends)))
    used = np.bincount(units, minlength=1)
    used[0] = 1
    alphabet = np.flatnonzero(used).astype(np.uint16)
    if len(alphabet) > _BYTE:
        return units, alphabet[:0], offsets
    places = np.zeros(len(used), np.uint8)
    places[alphabet] = np.arange(len(alphabet))
    return places[units], alphabet, offsets
