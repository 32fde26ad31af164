"""What can be asked of the index, as a small tree; one and the same tree is asked of arrays and of one row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from toride.base.errors import Invalid
from toride.vault.index.columns import Row, Schema, Type, encode, encode_row, schema

MAX_PARTS = 200
MAX_DEPTH = 20
MAX_CHOICES = 10_000


@dataclass(frozen=True, slots=True)
class Contains:
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Equals:
    column: str
    value: Any


@dataclass(frozen=True, slots=True)
class Prefix:
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Suffix:
    column: str
    digits: str


@dataclass(frozen=True, slots=True)
class Between:
    """Both ends included; None is open. With both ends open: has a value."""

    column: str
    low: Any
    high: Any


@dataclass(frozen=True, slots=True)
class AnyOf:
    column: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class MonthDay:
    column: str
    month: int
    day: int


@dataclass(frozen=True, slots=True, init=False)
class All:
    """True for every row when it has no parts."""

    parts: "tuple[Expr, ...]"

    def __init__(self, *parts: "Expr") -> None:
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True, slots=True, init=False)
class Either:
    """True for no row when it has no parts."""

    parts: "tuple[Expr, ...]"

    def __init__(self, *parts: "Expr") -> None:
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True, slots=True)
class Not:
    part: "Expr"


Leaf = Contains | Equals | Prefix | Suffix | Between | AnyOf | MonthDay
Expr = Leaf | All | Either | Not
_EXACT: set[type] = {Equals, AnyOf}
_FITS: dict[Type, set[type]] = {
    Type.TEXT: _EXACT | {Contains, Prefix, Between},
    Type.KEY: _EXACT | {Prefix, Between},
    Type.CODE: _EXACT | {Prefix, Between},
    Type.DIGITS: _EXACT | {Prefix, Suffix},
    Type.HASH: _EXACT,
    Type.INT: _EXACT | {Between},
    Type.DATE: _EXACT | {Between, MonthDay},
}


def leaves(expr: Expr, depth: int = 0) -> Iterator[Leaf]:
    """Every question about a column within `expr`; Invalid when it is too deep."""
    if depth > MAX_DEPTH:
        raise Invalid("too many levels in one search")
    if isinstance(expr, (All, Either)):
        for part in expr.parts:
            yield from leaves(part, depth + 1)
    elif isinstance(expr, Not):
        yield from leaves(expr.part, depth + 1)
    else:
        yield expr


def matches(expr: Expr, row: Mapping[str, Any]) -> bool:
    """Does this projected row, as it was handed to `put`, answer `expr`?"""
    return matcher(expr)(row)


def matcher(expr: Expr) -> Callable[[Mapping[str, Any]], bool]:
    """As `matches`, for many rows; they need hold only the columns that `expr` asks about."""
    columns = schema()
    prepared = prepare(expr, columns, b"")
    asked = {leaf.column for leaf in leaves(expr)}
    narrow = Schema(tuple(column for column in columns.columns if column.name in asked), columns.version)
    return lambda row: test(prepared, encode_row(narrow, row, b""))


def prepare(expr: Expr, columns: Schema, salt: bytes) -> Expr:
    """`expr` with its values in the index's form. Invalid where a question does not fit its column."""
    if sum(1 for _ in leaves(expr)) > MAX_PARTS:
        raise Invalid("too many conditions in one search")
    return _prepare(expr, columns, salt)


def _prepare(expr: Expr, columns: Schema, salt: bytes) -> Expr:
    if isinstance(expr, All):
        return All(*(_prepare(part, columns, salt) for part in expr.parts))
    if isinstance(expr, Either):
        return Either(*(_prepare(part, columns, salt) for part in expr.parts))
    if isinstance(expr, Not):
        return Not(_prepare(expr.part, columns, salt))
    kind = columns[expr.column].type
    if type(expr) not in _FITS[kind]:
        raise Invalid("this column cannot be searched in this way")
    return _fit(expr, kind, salt)


def _fit(leaf: Leaf, kind: Type, salt: bytes) -> Leaf:
    name = leaf.column
    match leaf:
        case Equals(value=value):
            return Equals(name, encode(kind, value, salt))
        case AnyOf(values=values):
            if len(values) > MAX_CHOICES:
                raise Invalid("too many values in one search")
            return AnyOf(name, tuple(encode(kind, value, salt) for value in values))
        case Between(low=low, high=high):
            ends = (None if end is None else encode(kind, end, salt) for end in (low, high))
            return Between(name, *ends)
        case MonthDay():
            return leaf
        case Suffix(digits=text) | Contains(text=text) | Prefix(text=text):
            if not text:
                raise Invalid("nothing to search for")
            return type(leaf)(name, encode(kind, text, salt))


def test(expr: Expr, row: Row) -> bool:
    """Does this encoded row answer this prepared `expr`?"""
    if isinstance(expr, All):
        return all(test(part, row) for part in expr.parts)
    if isinstance(expr, Either):
        return any(test(part, row) for part in expr.parts)
    if isinstance(expr, Not):
        return not test(expr.part, row)
    value = row.get(expr.column)
    if value is None:
        return False
    return any(_holds(expr, one) for one in (value if isinstance(value, (tuple, list)) else (value,)))


def _holds(leaf: Leaf, value: Any) -> bool:  # noqa: PLR0911 - one answer for each question
    match leaf:
        case Contains(text=text):
            return text in value
        case Equals(value=wanted):
            return bool(value == wanted)
        case Prefix(text=text):
            return bool(value.startswith(text))
        case Suffix(digits=digits):
            return bool(value.endswith(digits))
        case Between(low=low, high=high):
            return (low is None or low <= value) and (high is None or value <= high)
        case AnyOf(values=values):
            return value in values
        case MonthDay(month=month, day=day):
            return bool(value & 511 == (month << 5 | day))
