"""Searchable fields stay sealed at rest and are searched in memory, under a permit, as of now."""

from toride.vault.index.columns import Column, Schema, Type, declare
from toride.vault.index.compaction import compact
from toride.vault.index.process import catch_up
from toride.vault.index.query import (
    All,
    AnyOf,
    Between,
    Contains,
    Either,
    Equals,
    Expr,
    MonthDay,
    Not,
    Prefix,
    Suffix,
    matches,
)
from toride.vault.index.rebuilding import open_index as open  # noqa: A004 - read as index.open()
from toride.vault.index.rebuilding import rebuild
from toride.vault.index.searching import Hits, count, search, status, which
from toride.vault.index.store import put, put_columns, remove

__all__ = [
    "All",
    "AnyOf",
    "Between",
    "Column",
    "Contains",
    "Either",
    "Equals",
    "Expr",
    "Hits",
    "MonthDay",
    "Not",
    "Prefix",
    "Schema",
    "Suffix",
    "Type",
    "catch_up",
    "compact",
    "count",
    "declare",
    "matches",
    "open",
    "put",
    "put_columns",
    "rebuild",
    "remove",
    "search",
    "status",
    "which",
]
