"""A change of what can be searched is sealed and kept in the caller's transaction, beside the record it comes from."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from toride.base.errors import Unavailable
from toride.vault import keyring
from toride.vault.index import database
from toride.vault.index.columns import Row, encode_column, encode_row, schema
from toride.vault.index.database import State
from toride.vault.index.part import Part
from toride.vault.index.sealing import close, dump_delta, dump_part
from toride.vault.keyring import Kind

DELTA_ROWS = 10_000  # at most so many changes in one sealed delta


def put(rows: Iterable[tuple[UUID, Mapping[str, Any]]]) -> None:
    """Writes the searchable values of subjects, replacing earlier ones, in the caller's transaction on `default`.

    The subject's record must have been written (and so locked) before, in the same transaction: of two writers of one
    subject the later one's change then has the higher number. Invalid where a value does not fit its column.
    """
    _write(iter(rows))


def put_columns(subjects: Sequence[UUID], columns: Mapping[str, Sequence[Any]]) -> None:
    """As `put` for many subjects that ascend, column by column; a column that is not named is empty."""
    shape = schema()
    with database.joined():
        current = writing()
        salt = current.salt()
        nothing = [None] * len(subjects)
        cells = {one.name: encode_column(one.type, columns.get(one.name, nothing), salt) for one in shape.columns}
        for start in range(0, len(subjects), DELTA_ROWS):
            cut = slice(start, start + DELTA_ROWS)
            chunk = [one.bytes for one in subjects[cut]]
            part = Part.of(shape, chunk, {name: column[cut] for name, column in cells.items()})
            _seal(current, len(chunk), dump_part(shape, part))


def remove(subjects: Iterable[UUID]) -> None:
    """Takes subjects out of the index, in the caller's transaction; all their values go at once."""
    _write((subject, None) for subject in subjects)


def writing() -> State:
    """The state under which the current transaction writes; begins the index where there is none.

    Unavailable where the index was begun by a newer or older version of the columns, and must be rebuilt.
    """
    found = database.held_state()
    if found is None:
        database.begin(schema(), keyring.current(Kind.INDEX).number)
        found = database.held_state()
    if found is None or found.schema != schema().fingerprint():
        raise Unavailable("the search index has other columns than this version; it must be rebuilt")
    return found


def _write(rows: Iterable[tuple[UUID, Mapping[str, Any] | None]]) -> None:
    columns = schema()
    rest = iter(rows)
    with database.joined():
        current, salt = None, b""
        while chunk := list(islice(rest, DELTA_ROWS)):
            if current is None:
                current = writing()
                salt = current.salt()
            changes: dict[bytes, Row | None] = {
                subject.bytes: None if row is None else encode_row(columns, row, salt) for subject, row in chunk
            }
            _seal(current, len(changes), dump_delta(columns, changes))


def _seal(current: State, size: int, content: bytes) -> None:
    number = database.next_number()
    database.insert_delta(number, current.epoch, size, close(current.epoch, "delta", content, number))
