"""The reference: the same customers in plaintext tables with the right indexes, asked without a framework."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from benchmarks.place import plain
from toride.base.stores import SQLITE_INIT

COLUMNS = (
    "id", "subject", "branch", "owner", "number", "name", "written", "folded", "kana_shown", "kana", "loose", "phone",
    "email", "postcode", "prefecture", "city", "birth_date", "status", "kind", "value", "last_contact", "rest",
)  # fmt: skip
CAP = 1_001
ORDERED = ("number", "written", "kana", "birth_date", "value", "last_contact", "branch")


class Plain:
    """One connection; SQL with `?` for every parameter."""

    def __init__(self) -> None:
        where = plain()
        self.server = where.startswith("postgresql:")
        self.connection: Any = psycopg.connect(where) if self.server else sqlite3.connect(where)
        if not self.server:
            self.connection.executescript(SQLITE_INIT)
        self.trigrams = not self.server or bool(self.ask("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"))

    def ask(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return list(self._run(sql, parameters).fetchall())

    def ask_nothing(self, sql: str) -> None:
        """A statement of its own, committed."""
        self._run(sql)
        self.connection.commit()

    def _run(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        return self.connection.execute(sql.replace("?", "%s") if self.server else sql, parameters)

    def lay_out(self) -> None:
        """The tables; indexes come with `index`, after the rows."""
        text = 'text COLLATE "C"' if self.server else "text"
        kinds = {"id": "integer PRIMARY KEY", "value": "bigint"}
        columns = ", ".join(f"{name} {kinds.get(name, text)}" for name in COLUMNS)
        self._run(f"CREATE TABLE customer ({columns})")
        self._run(f"CREATE TABLE phone (customer integer, digits {text}, backwards {text})")
        self._run(f"CREATE TABLE email (customer integer, address {text})")
        self.connection.commit()

    def index(self) -> None:
        for name in ORDERED:
            self._run(f"CREATE INDEX customer_{name} ON customer ({name})")
        self._run("CREATE INDEX customer_area ON customer (city, status, kana)")
        for table, name in (("phone", "digits"), ("phone", "backwards"), ("email", "address")):
            self._run(f"CREATE INDEX {table}_{name} ON {table} ({name})")
        if not self.server:
            self._run(
                "CREATE VIRTUAL TABLE words USING fts5(folded, kana, loose, tokenize='trigram',"
                " content='customer', content_rowid='id')"
            )
            self._run("INSERT INTO words(words) VALUES ('rebuild')")
        elif self.trigrams:
            for name in ("folded", "kana", "loose", "city"):
                self._run(f"CREATE INDEX words_{name} ON customer USING gin ({name} gin_trgm_ops)")
        self.connection.commit()
        self._run("ANALYZE")
        self.connection.commit()

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """In one transaction, the fastest way that the database has."""
        names = ", ".join(columns)
        if self.server:
            with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join("?" * len(columns))
            self.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)
        self.connection.commit()

    def page(self, where: str, parameters: Sequence[Any], order: str = "kana") -> tuple[list[Any], int]:
        """What ours gives: fifty rows in order, and how many there are, counted up to a thousand."""
        rows = self.ask(f"SELECT * FROM customer c WHERE {where} ORDER BY {order}, id LIMIT 50", parameters)
        count = self.ask(f"SELECT count(*) FROM (SELECT 1 FROM customer c WHERE {where} LIMIT {CAP}) few", parameters)
        return rows, count[0][0]

    def contains(self, column: str, text: str) -> tuple[str, list[Any]]:
        """By trigrams where there are three characters, else by looking at each row."""
        if self.server or len(text) < 3:
            return f"c.{column} LIKE ?", [f"%{text}%"]
        return "c.id IN (SELECT rowid FROM words WHERE words MATCH ?)", [f'{column} : "{text}"']
