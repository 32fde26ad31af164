"""Which categories of one subject one person has open beyond their duty, by an emergency or for some days."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from toride.access import integrity
from toride.base import clock
from toride.base.errors import Invalid
from toride.vault import rows
from toride.vault.permit import Category

STORE = "default"
OPENS = "customers:profile:read"  # the only action that is widened
EMERGENCY, TEMPORARY = "emergency", "temporary"
_OF = "FROM {} WHERE person_id = %s AND subject_id = %s AND ends > %s"
_NOW = (
    f"SELECT 1, id, categories, ends, beyond, created, seal {_OF.format('access_glass')} UNION ALL "
    f"SELECT 0, id, categories, ends, FALSE, created, seal {_OF.format('access_temporaryaccess')}"
)
LONGEST = {True: timedelta(minutes=60), False: timedelta(days=30)}  # an emergency, a temporary access


@dataclass(frozen=True, slots=True)
class Broken:
    """What is open until `ends`, by these emergencies and temporary accesses."""

    categories: frozenset[Category]
    ends: datetime
    emergencies: tuple[UUID, ...]
    temporary: tuple[UUID, ...]


def broken(person: UUID, subject: UUID, *, within: bool = True) -> Broken | None:
    """What this person has open of this subject; None for nothing. One plain statement.

    `within`: the subject is in the person's reach; if not, only an emergency that went beyond it counts. What no
    service gave them (seals.py), or as long as none would, counts for nothing.
    """
    me, whom, now = rows.to_id(STORE, person), rows.to_id(STORE, subject), rows.to_moment(STORE, clock.now())
    standing = [row for row in rows.fetch(STORE, _NOW, [me, whom, now] * 2) if within or row[4]]
    found = [row[:4] for row in standing if _is_given(person, subject, *row)]
    if not found:
        return None
    return Broken(
        frozenset(one for _urgent, _number, mask, _ends in found for one in listed(mask)),
        min(rows.from_moment(ends) for *_rest, ends in found),
        tuple(rows.from_id(number) for urgent, number, *_rest in found if urgent),
        tuple(rows.from_id(number) for urgent, number, *_rest in found if not urgent),
    )


def _is_given(
    person: UUID, subject: UUID, urgent: int, number: Any, mask: int, ends: Any, beyond: Any, created: Any, seal: str
) -> bool:
    since = rows.from_moment(created)
    wanted = integrity.of_opening(rows.from_id(number), person, subject, mask, since, beyond=bool(beyond))
    return hmac.compare_digest(seal, wanted) and rows.from_moment(ends) - since <= LONGEST[bool(urgent)]


def mask(categories: Iterable[Category]) -> int:
    """Categories as a bit mask, 1 << category."""
    return sum(1 << category for category in set(categories))


def listed(found: int) -> tuple[Category, ...]:
    """The categories of a bit mask."""
    return tuple(category for category in Category if found >> category & 1)


def chosen(sent: Iterable[str]) -> list[Category]:
    """The categories of a form. Raises Invalid for what is none."""
    try:
        return [Category(int(one)) for one in sent]
    except ValueError:
        raise Invalid(
            _("Please fix the highlighted fields."), {"categories": _("Choose the categories you need")}
        ) from None
