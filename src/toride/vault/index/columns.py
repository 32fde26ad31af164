"""Which sealed fields can be searched, and in which form each enters the index."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Any
from uuid import UUID

from toride.base.errors import ConfigurationError, Invalid
from toride.vault.permit import PROFILE, Category

MAX_DIGITS = 18
MAX_TEXT = 256
MAX_VALUES = 64
Row = dict[str, Any]
Project = Callable[[Sequence[UUID]], Iterable[tuple[UUID, Mapping[str, Any]]]]


class Type(StrEnum):
    """TEXT any part of a string; DIGITS up to 18 digits by start or end; KEY short strings, exact or by start;
    HASH exact only; CODE one of few; INT a whole number of 63 bits; DATE a day.
    """

    TEXT = "text"
    DIGITS = "digits"
    KEY = "key"
    HASH = "hash"
    CODE = "code"
    INT = "int"
    DATE = "date"


_DIGITS, _HASH, _INT, _DATE = Type.DIGITS, Type.HASH, Type.INT, Type.DATE  # an enumeration's members are slow to reach
WORDS = {Type.TEXT, Type.KEY, Type.CODE}
PAIRS = {Type.DIGITS, Type.HASH}
NUMBERS = {Type.INT, Type.DATE}
_MANY = {tuple, list}
_NOTHING = {None, ""}


@dataclass(frozen=True, slots=True)
class Column:
    """One searchable field. `category` None: in clear, always searchable (branch, owner, status);
    otherwise `field` of this `kind` of record.

    `sortable` keeps a sort order in memory (4 bytes per customer): pages of very many hits stay fast.
    """

    name: str
    type: Type
    category: Category | None = None
    field: str | None = None
    sortable: bool = False
    kind: str = PROFILE


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns and the version of what fills them; another version means a rebuild."""

    columns: tuple[Column, ...]
    version: str

    def fingerprint(self) -> str:
        """The same only for the same columns of the same types and version."""
        shape = repr([(column.name, column.type.value) for column in self.columns]) + self.version
        return hashlib.sha256(shape.encode()).hexdigest()

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise Invalid("there is no such column to search")


_declared: list[tuple[Schema, Project | None]] = []


def declare(schema: Schema, project: Project | None = None) -> None:
    """Says once, at start, what is searchable. `project` gives the rows of the named subjects, for a rebuild.

    Raises ConfigurationError the second time: the index has one row for each subject, which one domain fills.
    """
    if _declared:
        raise ConfigurationError("searchable columns are declared twice")
    names = [column.name for column in schema.columns]
    if len(set(names)) != len(names):
        raise ConfigurationError("two searchable columns have the same name")
    _declared.append((schema, project))


def schema() -> Schema:
    """What was declared."""
    if not _declared:
        raise ConfigurationError("no searchable columns are declared")
    return _declared[0][0]


def projector() -> Project | None:
    """The declared source of rows for a rebuild."""
    return _declared[0][1] if _declared else None


def encode_row(columns: Schema, row: Mapping[str, Any], salt: bytes) -> Row:
    """`row` as the index holds it: tuples for TEXT, KEY, CODE, DIGITS, 64-bit hashes for HASH, int else."""
    encoded: Row = {}
    for column in columns.columns:
        name, kind = column.name, column.type
        value = row.get(name)
        if value is None or value == "":
            continue
        if kind is _INT or kind is _DATE:
            encoded[name] = encode(kind, value, salt)
        elif value.__class__ is tuple or value.__class__ is list:
            if len(value) > MAX_VALUES:
                raise Invalid("too many values in one searchable field")
            if many := tuple([encode(kind, one, salt) for one in value if one is not None and one != ""]):
                encoded[name] = many
        else:
            encoded[name] = (encode(kind, value, salt),)
    return encoded


def encode_column(kind: Type, cells: Sequence[Any], salt: bytes) -> list[Any]:
    """One column of many rows, as `encode_row` gives each; words and digits are looked at all together."""
    if kind is _INT or kind is _DATE:
        return list(map(_Known(kind, salt).__getitem__, cells))
    several = [cell if cell.__class__ in _MANY else (cell,) for cell in cells]
    if max(map(len, several), default=0) > MAX_VALUES:
        raise Invalid("too many values in one searchable field")
    used = set(chain.from_iterable(several))
    if not used.isdisjoint(_NOTHING):
        several = [cell if all(cell) else tuple([one for one in cell if one not in _NOTHING]) for cell in several]
        used -= _NOTHING
    if kind is not _HASH and _fit(kind, used):
        return several
    known = _Known(kind, salt)
    return [tuple([known[one] for one in cell]) for cell in several]


class _Known(dict[Any, Any]):
    """Values in the index's form; each is worked out once."""

    def __init__(self, kind: Type, salt: bytes) -> None:
        super().__init__({None: None, "": None})
        self._kind, self._salt = kind, salt

    def __missing__(self, value: Any) -> Any:
        self[value] = found = encode(self._kind, value, self._salt)
        return found


def _fit(kind: Type, values: Collection[Any]) -> bool:
    """Are all of these words, or digits, in the index's form as they are?"""
    try:
        joined = "".join(values)
        joined.encode()
    except (TypeError, UnicodeEncodeError):
        return False
    longest = max(map(len, values), default=0)
    if kind is _DIGITS:
        return longest <= MAX_DIGITS and joined.isascii() and (not joined or joined.isdigit())
    return longest <= MAX_TEXT and "\0" not in joined


def encode(kind: Type, value: Any, salt: bytes) -> Any:
    """One value, stored or asked for, in the index's form. Invalid where it does not fit the type."""
    if kind is _INT:
        return _whole(value)
    if kind is _DATE:
        return _day(value)
    text = value if value.__class__ is str else str(value)
    if kind is _DIGITS:
        if len(text) > MAX_DIGITS or not (text.isascii() and text.isdigit()):
            raise Invalid("not up to 18 digits")
        return text
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise Invalid("not text") from None
    if kind is _HASH:
        return int.from_bytes(hashlib.blake2b(content, digest_size=8, key=salt).digest())
    if len(text) > MAX_TEXT or b"\0" in content:
        raise Invalid("too long to search, or not text")
    return text


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**62) < value < 2**62:
        raise Invalid("not a whole number that can be searched")
    return value


def _day(value: Any) -> int:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Invalid("not a date") from None
    return day.year << 9 | day.month << 5 | day.day
