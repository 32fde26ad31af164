"""The few lines in which SQLite and PostgreSQL differ for the vault: ids, moments, sets of ids, many rows at once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connections

from toride.base import stores

COPY_FROM = 200  # rows, from which COPY is faster than INSERT (measured on PostgreSQL 15)


def among(store: str, ids: Collection[UUID]) -> tuple[str, Any]:
    """What follows a column's name to match any of `ids`, however many, and its one parameter."""
    if stores.is_server(store):
        return "= ANY(%s)", list(ids)
    return "IN (SELECT value FROM json_each(%s))", orjson.dumps([one.hex for one in ids]).decode()


def to_id(store: str, one: UUID) -> Any:
    """An id as a parameter."""
    return id_maker(store)(one)


def id_maker(store: str) -> Callable[[UUID], Any]:
    """What makes a parameter of an id, for many."""
    return _itself if stores.is_server(store) else _hexadecimal


def from_id(value: Any) -> UUID:
    """An id as it was read."""
    return value if isinstance(value, UUID) else UUID(int=int(value, 16))


def from_list(value: Any) -> list[Any]:
    """A JSON list as it was read."""
    return orjson.loads(value) if isinstance(value, (str, bytes)) else list(value)


def to_moment(store: str, moment: datetime) -> Any:
    """A moment as a parameter; SQLite keeps text in UTC, as Django writes it."""
    return moment if stores.is_server(store) else str(moment.astimezone(UTC).replace(tzinfo=None))


def moments(store: str, column: str) -> str:
    """A column of moments to be read by `from_moment`: as SQLite's own text, which Django would take apart slowly."""
    return column if stores.is_server(store) else f"CAST({column} AS TEXT)"


def from_moment(value: Any) -> datetime:
    """A moment as it was read."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def for_update(store: str) -> str:
    """The end of a SELECT whose rows stay ours until the transaction ends; SQLite holds the whole file already."""
    return " FOR UPDATE" if stores.is_server(store) else ""


def fetch(store: str, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connections[store].cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def change(store: str, sql: str, parameters: Sequence[Sequence[Any]]) -> int:
    """Runs one statement for each of `parameters`; how many rows it changed in all."""
    with connections[store].cursor() as cursor:
        cursor.executemany(sql, parameters)
        return int(cursor.rowcount)


def insert(store: str, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Adds rows in the current transaction."""
    names = ", ".join(columns)
    with connections[store].cursor() as cursor:
        if len(rows) >= COPY_FROM and stores.is_server(store):
            _copy(cursor, f"COPY {table} ({names}) FROM STDIN", rows)
        elif rows:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608


def _itself(one: UUID) -> Any:
    return one


def _hexadecimal(one: UUID) -> Any:
    return one.hex


def _copy(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
