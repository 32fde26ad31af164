"""Many new customers at once: keys, records, numbers and index rows in a handful of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Model

from toride.base import clock
from toride.customers import claims, fields, folded, numbers
from toride.customers.models import Customer
from toride.customers.services import NUMBER
from toride.vault import index, rows, subjects
from toride.vault.permit import Category, Ledger, Mode

STORE = "default"
_CATEGORIES = {name: spec.category for name, spec in fields.FIELDS.items()}


@dataclass(frozen=True, slots=True)
class New:
    """A customer to be: `stored` holds cleaned values by field name, `number` among them; `folded` what
    `folded.cells` makes of them, where that is done already.
    """

    branch: str
    owner: UUID | None
    stored: Mapping[str, Any] = field(repr=False)
    folded: Sequence[Any] | None = field(default=None, repr=False)


def add(made: Sequence[New], *, origin: Mapping[str, Any], ledger: Ledger | None = None) -> list[UUID]:
    """Adds them in the caller's transaction, in order; their subjects, which `ledger` notes.

    Raises Conflict where a number is taken.
    """
    if not made:
        return []
    whence = orjson.Fragment(orjson.dumps(origin))
    profiles = [_profile(new.stored, whence) for new in made]
    ids = subjects.take_in(profiles, kind="profile")
    claims.claim([(numbers.exact(new.stored[NUMBER]), subject) for new, subject in zip(made, ids, strict=True)])
    moment = rows.to_moment(STORE, clock.now())
    clear = (
        (subject.hex, new.branch, None if new.owner is None else new.owner.hex, moment)
        for new, subject in zip(made, ids, strict=True)
    )
    keep(Customer, ("subject_id", "branch_id", "owner_id", "created"), clear)
    _index(ids, made)
    if ledger is not None:
        for subject, profile in zip(ids, profiles, strict=True):
            ledger.touches[subject, Mode.CREATED] = sum([1 << category for category in profile])
    return ids


def _profile(stored: Mapping[str, Any], whence: orjson.Fragment) -> dict[Category, dict[str, Any]]:
    """What is known, by category, and where it comes from."""
    found: dict[Category, dict[str, Any]] = {}
    for name, value in stored.items():
        if value is not None:
            category = _CATEGORIES[name]
            if category in found:
                found[category][name] = value
            else:
                found[category] = {"_": whence, name: value}
    return found


def _index(ids: Sequence[UUID], made: Sequence[New]) -> None:
    cells = [new.folded or folded.cells(new.stored) for new in made]
    columns: dict[str, Sequence[Any]] = dict(zip(folded.OF_PROFILE, zip(*cells, strict=True), strict=True))
    columns["branch"] = [new.branch for new in made]
    columns["owner"] = [None if new.owner is None else str(new.owner) for new in made]
    index.put_columns(ids, columns)


def keep(model: type[Model], columns: Sequence[str], made: Iterable[Sequence[Any]]) -> None:
    """Adds rows to a model's table in the caller's transaction, without making a model of each; ids as hexadecimal."""
    rows.insert(STORE, model._meta.db_table, columns, list(made))  # noqa: SLF001 - public by habit
