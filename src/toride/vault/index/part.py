"""Rows as columns: built from changes, merged so that the newest wins, cut, and turned into bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toride.vault.aead import Unopenable
from toride.vault.index.arrays import UUIDS, Array, pack, unpack
from toride.vault.index.columns import PAIRS, WORDS, Row, Schema, Type
from toride.vault.index.numbers import NumberIndex, Numbers
from toride.vault.index.pairs import PairIndex, Pairs
from toride.vault.index.words import WordIndex, Words

Flat = Words | Pairs | Numbers
Index = WordIndex | PairIndex | NumberIndex
NOBODY = np.zeros(0, UUIDS)


def _form(kind: Type) -> Any:
    return Words if kind in WORDS else Pairs if kind in PAIRS else Numbers


def subjects_of(ids: Sequence[bytes]) -> Array:
    """UUIDs (16 bytes each) as an array."""
    return np.frombuffer(b"".join(ids), UUIDS)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows in the order of their subjects, each subject once; and `gone`, subjects that shall have no row."""

    subjects: Array
    columns: dict[str, Flat]
    gone: Array

    @classmethod
    def build(cls, schema: Schema, rows: Mapping[bytes, Row | None]) -> "Part":
        """From encoded rows by subject; None: gone."""
        present = sorted(subject for subject, row in rows.items() if row is not None)
        ordered = [rows[subject] or {} for subject in present]
        cells = {}
        for column in schema.columns:
            empty = None if _form(column.type) is Numbers else ()
            cells[column.name] = [row.get(column.name, empty) for row in ordered]
        gone = sorted(subject for subject, row in rows.items() if row is None)
        return cls.of(schema, present, cells, gone)

    @classmethod
    def of(
        cls, schema: Schema, subjects: Sequence[bytes], cells: Mapping[str, Sequence[Any]], gone: Sequence[bytes] = ()
    ) -> "Part":
        """From encoded columns of ascending subjects."""
        columns: dict[str, Flat] = {
            column.name: _form(column.type).build(cells[column.name]) for column in schema.columns
        }
        return cls(subjects_of(subjects), columns, subjects_of(gone))

    def take(self, rows: Array) -> "Part":
        """The named rows, which must be in order; without `gone`."""
        columns = {name: flat.take(rows) for name, flat in self.columns.items()}
        return Part(self.subjects[rows], columns, NOBODY)

    def between(self, low: bytes, high: bytes | None) -> "Part":
        """Rows and gone from subject `low` up to, without, `high`."""
        begin, end = _span(self.subjects, low, high)
        first, last = _span(self.gone, low, high)
        columns: dict[str, Flat] = {
            name: flat.take(np.arange(begin, end)).prune() for name, flat in self.columns.items()
        }
        return Part(self.subjects[begin:end], columns, self.gone[first:last])

    def dump(self, name: str) -> bytes:
        """One column as bytes."""
        return pack(self.columns[name].prune().arrays())

    def dump_all(self, schema: Schema) -> bytes:
        """Everything as bytes."""
        arrays = [self.subjects, self.gone]
        for column in schema.columns:
            arrays += self.columns[column.name].prune().arrays()
        return pack(arrays)


def load_column(kind: Type, data: bytes) -> Flat:
    """What `dump` gave."""
    return _load(kind, unpack(data))


def load_all(columns: Sequence[tuple[str, str]], data: bytes) -> Part:
    """What `dump_all` gave, of columns with these names and types."""
    arrays = unpack(data)
    position, flats = 2, {}
    for name, kind in columns:
        size = {Words: 5, Pairs: 2, Numbers: 1}[_form(Type(kind))]
        flats[name] = _load(Type(kind), arrays[position : position + size])
        position += size
    return Part(arrays[0], flats, arrays[1])


def _load(kind: Type, arrays: list[Array]) -> Flat:
    try:
        flat: Flat = _form(kind).load(arrays)
    except (IndexError, ValueError):
        raise Unopenable from None
    return flat


def merge(schema: Schema, parts: Sequence[Part]) -> Part:
    """One part of all, oldest first: of each subject the newest row, or that it is gone."""
    if len(parts) == 1:
        return parts[0]
    rows = sum(len(part.subjects) for part in parts)
    subjects = np.concatenate([*(part.subjects for part in parts), *(part.gone for part in parts)])
    ages = [np.full(len(part.subjects), age) for age, part in enumerate(parts)]
    ages += [np.full(len(part.gone), age) for age, part in enumerate(parts)]
    placed = np.lexsort((np.concatenate(ages), _words_of(subjects, 1), _words_of(subjects, 0)))
    ordered = subjects[placed]
    newest = placed[np.append(ordered[1:] != ordered[:-1], True)] if len(placed) else placed
    kept, gone = newest[newest < rows], newest[newest >= rows]
    columns = {
        column.name: _form(column.type).concat([part.columns[column.name] for part in parts]).take(kept)
        for column in schema.columns
    }
    return Part(subjects[kept], columns, subjects[gone])


def index(schema: Schema, name: str, flat: Flat) -> Index:
    """A column made searchable."""
    kind = schema[name].type
    if isinstance(flat, Words):
        return WordIndex(flat.prune(), parts=kind is Type.TEXT)
    if isinstance(flat, Pairs):
        return PairIndex(flat, digits=kind is Type.DIGITS)
    return NumberIndex(flat)


def _words_of(subjects: Array, half: int) -> Array:
    return subjects.view(">u8").reshape(-1, 2)[:, half].astype(np.uint64)


def _span(subjects: Array, low: bytes, high: bytes | None) -> tuple[int, int]:
    begin = int(np.searchsorted(subjects, np.bytes_(low)))
    return begin, len(subjects) if high is None else int(np.searchsorted(subjects, np.bytes_(high)))
