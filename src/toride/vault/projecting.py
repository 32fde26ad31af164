"""How sealed records become rows of the index: opened and folded here, never handed to anyone."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from toride.base.errors import ConfigurationError
from toride.vault import index
from toride.vault._sealed import fetch, open_records
from toride.vault.index import columns
from toride.vault.permit import Category

Profile = Mapping[Category, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Projection:
    """What a domain declares: the records to read, and how clear facts and opened records fold into a row.

    `clear(subjects)` gives facts of those that are to be found at all; `fold(facts, profile)` the row.
    """

    kind: str
    categories: tuple[Category, ...]
    clear: Callable[[Sequence[UUID]], Mapping[UUID, Any]]
    fold: Callable[[Any, Profile], Mapping[str, Any]]


_declared: list[Projection] = []


def declare(schema: columns.Schema, projection: Projection) -> None:
    """Says once, at start, what is searchable and from which records. Raises ConfigurationError the second time."""
    columns.declare(schema, project)
    _declared.append(projection)


def project(subjects: Sequence[UUID]) -> Iterable[tuple[UUID, Mapping[str, Any]]]:
    """The rows of those of `subjects` that are to be found, and whose records open; three queries."""
    if not _declared:
        raise ConfigurationError("no domain declares what is searchable")
    projection = _declared[0]
    facts = projection.clear(subjects)
    sealed = fetch(list(facts), [projection.kind], projection.categories, projection.categories)
    damaged: set[UUID] = set()
    opened = open_records(sealed, damaged)
    profiles: dict[UUID, dict[Category, Mapping[str, Any]]] = {subject: {} for subject in facts}
    for row in sealed:
        if row.place.id in opened:
            profiles[row.place.subject][row.place.category] = opened[row.place.id]
    for subject, profile in profiles.items():
        if subject in damaged:  # found by nobody until it is mended
            continue
        yield subject, projection.fold(facts[subject], profile)


def refresh(subjects: Collection[UUID]) -> None:
    """Puts the rows of these subjects into the index anew, in the caller's transaction; those not to be found go."""
    rows = dict(project(list(subjects)))
    index.put(rows.items())
    index.remove([subject for subject in subjects if subject not in rows])
