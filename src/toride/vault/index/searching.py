"""Questions to the index under a permit: what it does not open in clear is neither matched, sorted nor counted."""

import base64
import binascii
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from toride.base.errors import Invalid, Refused
from toride.vault.aead import Unopenable, key_id
from toride.vault.index import database, sealing
from toride.vault.index.columns import NUMBERS, PAIRS, Schema, Type, encode
from toride.vault.index.database import State
from toride.vault.index.engine import Found
from toride.vault.index.process import current
from toride.vault.index.query import MAX_CHOICES, All, AnyOf, Either, Equals, Expr, leaves, prepare
from toride.vault.index.run import Place, Sort
from toride.vault.permit import Opening, Permit, Rows

MAX_PAGE = 10_000
MAX_CURSOR = 4_096
COUNT_CAP = 1_000


@dataclass(frozen=True, slots=True)
class Hits:
    """One page. `capped`: there are more than `total`. `cursor` asks for the next page; None: there is none."""

    subjects: list[UUID]
    total: int
    capped: bool
    cursor: str | None


def search(
    permit: Permit,
    expr: Expr,
    *,
    sort: tuple[str, bool] | None = None,
    after: str | None = None,
    limit: int = 50,
    count_cap: int = COUNT_CAP,
    boost: Expr | None = None,
    exact_total: bool = False,
) -> Hits:
    """Subjects in the permit's row scope that answer `expr`, as of now, this transaction's own changes included.

    `sort`: (column, descending); without a value comes last. Ties stand by subject. What answers `boost` comes first.
    `after`: a cursor of the same question by the same person. Refused for a column that the permit does not open.
    """
    permit.check()
    if permit.subject is not None:
        raise Refused("other-subject")
    if not 1 <= limit <= MAX_PAGE:
        raise Invalid("a page has 1 to 10,000 rows")
    order = Sort(*sort) if sort else None
    with current() as (engine, state):
        _require_open(permit, engine.schema, expr, boost, order)
        salt = state.salt()
        question = All(prepare(expr, engine.schema, salt), *_scope(permit.rows, engine.schema))
        raised = None if boost is None else prepare(boost, engine.schema, salt)
        same = partial(repr, (permit.actor.id, permit.action, expr, order, boost))
        place = None if after is None else _open_cursor(after, same())
        found = engine.search(question, sort=order, after=place, limit=limit + 1, boost=raised)
        return _hits(found, state, same, limit, None if exact_total else count_cap)


def which(
    permit: Permit, columns: Sequence[str], values: Collection[Sequence[Any]], *, most: int = 1
) -> dict[Sequence[Any], list[UUID]]:
    """Exact values, thousands at once: of each, up to `most` subjects in the permit's row scope that have it, by id.

    A value has one part for each of `columns`, beyond the first only numbers and days; those of nobody are left out.
    Refused for a column that the permit does not open.
    """
    permit.check()
    if permit.subject is not None:
        raise Refused("other-subject")
    if len(values) > MAX_CHOICES or not columns or most < 1:
        raise Invalid("too many values in one search")
    with current() as (engine, state):
        _require_open(permit, engine.schema, All(*(Equals(name, None) for name in columns)), None, None)
        kinds = [engine.schema[name].type for name in columns]
        if not set(kinds[1:]) <= NUMBERS:
            raise Invalid("this column cannot be searched in this way")
        salt, asked = state.salt(), list(values)
        exact = [_exact(columns, kinds, value, salt) for value in asked]
        found = engine.which(exact, All(*_scope(permit.rows, engine.schema)), most)
        return {asked[at]: [UUID(bytes=subject) for subject in subjects] for at, subjects in found.items()}


def count(permit: Permit, expr: Expr) -> int:
    """How many subjects in the permit's row scope answer `expr`."""
    return search(permit, expr, limit=1, exact_total=True).total


def status() -> dict[str, int]:
    """Rows, deltas waiting, sealed bytes and the epoch, for the operator."""
    with current() as (engine, state):
        waiting = database.fetch(
            "SELECT count(*), coalesce(sum(length(blob)), 0) FROM vault_delta WHERE folded IS NULL"
        )[0]
        sealed = database.fetch(
            "SELECT coalesce(sum(length(blob)), 0) FROM vault_segment WHERE edition = %s", [state.edition]
        )
        size = int(waiting[1]) + int(sealed[0][0])
        return {"rows": len(engine), "deltas": int(waiting[0]), "bytes": size, "epoch": state.epoch}


def _require_open(permit: Permit, columns: Schema, expr: Expr, boost: Expr | None, sort: Sort | None) -> None:
    names = [leaf.column for part in (expr, boost) if part is not None for leaf in leaves(part)]
    if sort is not None:
        names.append(sort.column)
    for name in names:
        column = columns[name]
        if column.category is None:
            continue
        if permit.opening(column.category, column.field, column.kind) is not Opening.CLEAR:
            raise Refused("closed-column")
    if sort is not None and columns[sort.column].type in PAIRS:
        raise Invalid("this column has no order")


def _exact(columns: Sequence[str], kinds: Sequence[Type], value: Sequence[Any], salt: bytes) -> list[Equals]:
    parts = zip(columns, kinds, value, strict=True)
    return [Equals(name, encode(kind, part, salt)) for name, kind, part in parts]


def _scope(rows: Rows, columns: Schema) -> list[Expr]:
    """The row scope as a question. A scope by a column that is not declared holds nothing."""
    if rows.everything:
        return []
    wanted = {"branch": sorted(rows.branches), "owner": sorted(str(owner) for owner in rows.owners)}
    declared = {column.name for column in columns.columns}
    return [Either(*(AnyOf(name, tuple(values)) for name, values in wanted.items() if values and name in declared))]


def _hits(found: Found, state: State, same: Callable[[], str], limit: int, cap: int | None) -> Hits:
    places = found.places[:limit]
    more = len(found.places) > limit
    cursor = _cursor(state.epoch, same(), places[-1], boosted=limit <= found.boosted) if more else None
    capped = cap is not None and found.total > cap
    total = found.total if cap is None else min(found.total, cap)
    return Hits([UUID(bytes=place.subject) for place in places], total, capped, cursor)


def _cursor(epoch: int, same: str, place: Place, *, boosted: bool) -> str:
    """A place is a value and so is sealed; it opens only with the same question of the same person."""
    content = orjson.dumps([boosted, place.missing, place.key, place.subject.hex()])
    return base64.urlsafe_b64encode(sealing.close(epoch, "cursor", content, same)).decode()


def _open_cursor(cursor: str, same: str) -> tuple[bool, Place]:
    if len(cursor) > MAX_CURSOR:
        raise Invalid("this page is no longer available; start again")
    try:
        blob = base64.urlsafe_b64decode(cursor.encode())
        boosted, missing, key, subject = orjson.loads(sealing.open_(key_id(blob), "cursor", blob, same))
    except (Unopenable, binascii.Error, UnicodeEncodeError):
        raise Invalid("this page is no longer available; start again") from None
    return boosted, Place(missing, key, bytes.fromhex(subject))
