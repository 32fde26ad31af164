"""Flat arrays: to bytes and back, as narrow as their values allow, and a varying number of values for each row."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from toride.vault.aead import Unopenable

Array = np.ndarray[Any, np.dtype[Any]]
UUIDS = np.dtype("S16")
_HEAD = struct.Struct("<I")
_ALIGN = 8
_NARROW = 1 << 16
STRIDE = 128


def pack(arrays: Sequence[Array]) -> bytes:
    """Length of the header, header (type and length of each array, JSON), arrays at multiples of 8 bytes."""
    head = orjson.dumps([[array.dtype.str, len(array)] for array in arrays])
    packed = bytearray(_HEAD.pack(len(head)) + head)
    for array in arrays:
        packed += bytes(-len(packed) % _ALIGN)
        packed += array.tobytes()
    return bytes(packed)


def unpack(data: bytes) -> list[Array]:
    """What `pack` was given; the arrays are views of `data`. Bytes that follow are ignored."""
    try:
        (length,) = _HEAD.unpack_from(data)
        position = _HEAD.size + length
        arrays = []
        for kind, count in orjson.loads(data[_HEAD.size : position]):
            position += -position % _ALIGN
            dtype = np.dtype(kind)
            arrays.append(np.frombuffer(data, dtype, count, position))
            position += count * dtype.itemsize
    except (struct.error, ValueError):
        raise Unopenable from None
    return arrays


def narrow(array: Array) -> Array:
    """Unsigned numbers in the smallest type that holds the largest of them."""
    largest = int(array.max()) if len(array) else 0
    return array.astype(np.min_scalar_type(largest), copy=False)


def order(keys: Array) -> Array:
    """Positions (uint32) that sort non-negative 32-bit `keys`; equal keys stay in place. Faster than argsort."""
    packed = keys.astype(np.uint64) << np.uint64(32)
    packed |= np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    return (packed & np.uint64(0xFFFFFFFF)).astype(np.uint32)


@dataclass(frozen=True, slots=True)
class Steps:
    """Ascending numbers in two bytes each: one of STRIDE whole, and how far each of them is beyond it."""

    whole: Array
    beyond: Array

    @classmethod
    def of(cls, numbers: Array) -> "Bounds":
        """As narrow as they allow; `numbers` themselves where some lie too far apart."""
        if not len(numbers) or numbers[-1] < _NARROW:
            return narrow(numbers)
        whole = numbers[::STRIDE].astype(np.uint32)
        beyond = numbers - np.repeat(whole, STRIDE)[: len(numbers)].astype(numbers.dtype)
        return cls(whole, beyond.astype(np.uint16)) if beyond.max() < _NARROW else narrow(numbers)

    def __getitem__(self, index: Any) -> Any:
        """A number, or an array of them, at an index, several, or a slice with a start."""
        if isinstance(index, slice):
            index = np.arange(*index.indices(len(self)))
        return self.whole[index // STRIDE] + self.beyond[index]

    def __len__(self) -> int:
        return len(self.beyond)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        return np.asarray(self[:], dtype)


Bounds = Array | Steps


def gather(starts: Bounds, wanted: Array) -> Array:
    """All positions starts[i] to starts[i+1] - 1, for each i of `wanted`, in that order."""
    first = starts[wanted].astype(np.int64)
    counts = starts[wanted + 1].astype(np.int64) - first
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    places: Array = np.arange(total, dtype=np.int64) + np.repeat(first - ends + counts, counts)
    return places


def contained(values: Array, ordered: Array) -> Array:
    """True for each of `values` that is one of the ascending `ordered`."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    places = np.searchsorted(ordered, values)
    places[places == len(ordered)] = 0
    return np.asarray(ordered[places] == values)


def bounds(counts: Array) -> Bounds:
    """Where each of consecutive groups of `counts` values starts, and where the last ends."""
    return Steps.of(np.concatenate((np.zeros(1, np.int64), np.cumsum(counts))))


@dataclass(frozen=True, slots=True)
class Ragged:
    """Any number of values for each of `length` rows; without `starts`, exactly one for each."""

    values: Array
    starts: Bounds | None
    length: int

    @classmethod
    def of(cls, values: Array, counts: Array) -> "Ragged":
        """`counts[i]` values belong to row i."""
        single = bool((counts == 1).all())
        return cls(values, None if single else bounds(counts), len(counts))

    def counts(self) -> Array:
        """How many values each row has."""
        return np.ones(self.length, np.int64) if self.starts is None else np.diff(np.asarray(self.starts, np.int64))

    def rows(self) -> Array:
        """For each value, its row (uint32)."""
        everyone = np.arange(self.length, dtype=np.uint32)
        return everyone if self.starts is None else np.repeat(everyone, self.counts())

    def take(self, rows: Array) -> "Ragged":
        """The named rows, in that order."""
        if self.starts is None:
            return Ragged(self.values[rows], None, len(rows))
        starts = np.asarray(self.starts, np.int64)
        counts = starts[rows + 1] - starts[rows]
        return Ragged.of(self.values[gather(self.starts, rows)], counts)

    @classmethod
    def concat(cls, parts: "Sequence[Ragged]") -> "Ragged":
        """All rows of all parts."""
        values = np.concatenate([part.values for part in parts])
        if all(part.starts is None for part in parts):
            return cls(values, None, len(values))
        return cls.of(values, np.concatenate([part.counts() for part in parts]))

    def first(self, rows: Array) -> tuple[Array, Array]:
        """The first value of each named row, and which of them have none."""
        if self.starts is None:
            return self.values[rows], np.zeros(len(rows), bool)
        begin, end = self.starts[rows], self.starts[rows + 1]
        missing = begin == end
        if not len(self.values):
            return np.zeros(len(rows), self.values.dtype), missing
        return self.values[np.where(missing, 0, begin)], missing

    def arrays(self) -> list[Array]:
        """For `pack`: the values, and where rows start (empty: one for each)."""
        return [self.values, np.zeros(0, np.uint32) if self.starts is None else np.asarray(self.starts)]

    @classmethod
    def load(cls, arrays: Sequence[Array]) -> "Ragged":
        """What `arrays` gave."""
        values, starts = arrays
        return cls(values, starts, len(starts) - 1) if len(starts) else cls(values, None, len(values))
