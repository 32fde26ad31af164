"""Many new customers at once: keys, records, numbers and index rows in a handful of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Model

from toride.base import clock
from toride.customers import folded, folding
from toride.customers.models import Customer
from toride.customers.services import NUMBER, by_category
from toride.vault import index, rows, subjects
from toride.vault.index import lookup

STORE = "default"


@dataclass(frozen=True, slots=True)
class New:
    """A customer to be: `stored` holds cleaned values by field name, `number` among them; `folded` what
    `folded.cells` makes of them, where that is done already.
    """

    branch: str
    owner: UUID | None
    stored: Mapping[str, Any] = field(repr=False)
    folded: Sequence[Any] | None = field(default=None, repr=False)


def add(made: Sequence[New], *, origin: Mapping[str, Any]) -> list[UUID]:
    """Adds them in the caller's transaction, in order; their subjects. Raises Conflict where a number is taken."""
    if not made:
        return []
    profiles = [by_category({name: value for name, value in new.stored.items() if value is not None}) for new in made]
    whence = orjson.Fragment(orjson.dumps(origin))
    ids = subjects.take_in(
        [{category: {**values, "_": whence} for category, values in one.items()} for one in profiles], kind="profile"
    )
    lookup.claim_many(
        NUMBER, [(folding.plain_number(new.stored[NUMBER]), subject) for new, subject in zip(made, ids, strict=True)]
    )
    moment = rows.to_moment(STORE, clock.now())
    clear = ((subject, new.branch, new.owner, moment) for new, subject in zip(made, ids, strict=True))
    keep(Customer, ("subject_id", "branch_id", "owner_id", "created"), clear)
    cells = (new.folded or folded.cells(new.branch, new.owner, one) for new, one in zip(made, profiles, strict=True))
    index.put_columns(ids, dict(zip(folded.NAMES, zip(*cells, strict=True), strict=True)))
    return ids


def keep(model: type[Model], columns: Sequence[str], made: Iterable[Sequence[Any]]) -> None:
    """Adds rows to a model's table in the caller's transaction, without making a model of each."""
    as_id = rows.id_maker(STORE)
    table = model._meta.db_table  # noqa: SLF001 - public by habit
    ready = [[as_id(cell) if isinstance(cell, UUID) else cell for cell in one] for one in made]
    rows.insert(STORE, table, columns, ready)
