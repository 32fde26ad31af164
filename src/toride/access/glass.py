"""Which categories of one subject one person has open by an emergency, now; the decision asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from toride.base import clock
from toride.vault import rows
from toride.vault.permit import Category

STORE = "default"
OPENS = "customers:profile:read"  # the only action that an emergency widens
OBLIGATION = "emergency"
_NOW = "SELECT id, categories, ends FROM access_glass WHERE person_id = %s AND subject_id = %s AND ends > %s"


@dataclass(frozen=True, slots=True)
class Broken:
    """What is open until `ends`; `numbers` name the emergencies."""

    categories: frozenset[Category]
    ends: datetime
    numbers: tuple[UUID, ...]


def broken(person: UUID, subject: UUID) -> Broken | None:
    """What this person has open of this subject; None for nothing. One plain statement."""
    me, whom, now = rows.to_id(STORE, person), rows.to_id(STORE, subject), rows.to_moment(STORE, clock.now())
    found = rows.fetch(STORE, _NOW, [me, whom, now])
    if not found:
        return None
    categories = frozenset(one for _number, mask, _ends in found for one in listed(mask))
    ends = min(rows.from_moment(ends) for _number, _mask, ends in found)
    return Broken(categories, ends, tuple(rows.from_id(number) for number, _mask, _ends in found))


def mask(categories: Iterable[Category]) -> int:
    """Categories as a bit mask, 1 << category."""
    return sum(1 << category for category in set(categories))


def listed(found: int) -> tuple[Category, ...]:
    """The categories of a bit mask."""
    return tuple(category for category in Category if found >> category & 1)
