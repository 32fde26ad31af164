"""Many new customers at once: keys, records, numbers and index rows in a handful of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from toride.base import clock
from toride.customers import folding
from toride.customers.models import Customer
from toride.customers.searchable import row
from toride.customers.services import NUMBER, by_category
from toride.vault import index, records, subjects
from toride.vault.index import lookup
from toride.vault.records import Draft


@dataclass(frozen=True, slots=True)
class New:
    """A customer to be: `stored` holds cleaned values by field name; `number` among them."""

    branch: str
    owner: UUID | None
    stored: Mapping[str, Any] = field(repr=False)


def add(made: Sequence[New], *, origin: Mapping[str, Any]) -> list[UUID]:
    """Adds them in the caller's transaction, in order; their subjects. Raises Conflict where a number is taken."""
    if not made:
        return []
    ids = subjects.create(len(made))
    lookup.claim_many(
        NUMBER, [(folding.plain_number(new.stored[NUMBER]), subject) for new, subject in zip(made, ids, strict=True)]
    )
    moment = clock.now()
    Customer.objects.bulk_create(
        Customer(subject_id=subject, branch_id=new.branch, owner_id=new.owner, created=moment)
        for new, subject in zip(made, ids, strict=True)
    )
    profiles = [by_category({name: value for name, value in new.stored.items() if value is not None}) for new in made]
    records.write(
        [
            Draft(subject=subject, category=category, kind="profile", data={**values, "_": origin})
            for subject, profile in zip(ids, profiles, strict=True)
            for category, values in profile.items()
        ]
    )
    index.put(
        [
            (subject, row(new.branch, new.owner, profile))
            for new, subject, profile in zip(made, ids, profiles, strict=True)
        ]
    )
    return ids
