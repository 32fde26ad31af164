"""Changes single fields of sealed records without showing the rest to anyone, and keeps what each was before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from toride.base.errors import Conflict
from toride.vault._sealed import Sealed, fetch, open_records
from toride.vault.permit import Category
from toride.vault.records import Draft, write

Key = tuple[UUID, Category]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """Fields to set. `revision` is the one that the writer has read; None overwrites whatever stands."""

    subject: UUID
    category: Category
    kind: str
    changes: Mapping[str, Any] = field(repr=False)
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """Which fields really changed, and the new revision."""

    subject: UUID
    category: Category
    changed: tuple[str, ...]
    revision: int


def amend(amendments: Sequence[Amendment], *, history: str, note: Mapping[str, Any]) -> list[Amended]:
    """Writes what differs, in the caller's transaction, and a record of kind `history` with old and new values.

    `note` (who, source) goes into each such record. An amendment that changes nothing gives nothing. Three queries
    for any number. Raises Conflict for a revision that is no longer the newest.
    """
    held = _held(amendments)
    opened = open_records(list(held.values()))
    drafts: list[Draft] = []
    amended: list[Amended] = []
    for one in amendments:
        standing = held.get((one.subject, one.category))
        before = opened.get(standing.place.id, {}) if standing else {}
        revision = standing.revision if standing else 0
        differing = {name: value for name, value in one.changes.items() if before.get(name) != value}
        if not differing:
            continue
        if one.revision is not None and one.revision != revision:
            raise Conflict("this record was changed by somebody else in the meantime")
        changes = {name: [before.get(name), value] for name, value in differing.items()}
        drafts.append(
            Draft(
                subject=one.subject,
                category=one.category,
                kind=one.kind,
                data={**before, **differing},
                record=standing.place.id if standing else None,
                revision=revision,
            )
        )
        drafts.append(Draft(subject=one.subject, category=one.category, kind=history, data={**note, "fields": changes}))
        amended.append(Amended(one.subject, one.category, tuple(differing), revision + 1))
    write(drafts)
    return amended


def _held(amendments: Collection[Amendment]) -> dict[Key, Sealed]:
    kinds = {one.kind for one in amendments}
    categories = {one.category for one in amendments}
    found = fetch({one.subject for one in amendments}, kinds, categories, categories)
    return {(row.place.subject, row.place.category): row for row in found}
