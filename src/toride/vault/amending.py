"""Changes single fields of sealed records without showing the rest to anyone, and keeps what each was before."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from toride.base.errors import Conflict, Hidden
from toride.vault._sealed import Sealed, fetch, open_records
from toride.vault.permit import Category
from toride.vault.records import Draft, write

Key = tuple[UUID, Category]
Verdict = TypeVar("Verdict")


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """Fields to set. `revision` is the one that the writer has read; None overwrites whatever stands. `record`: which
    one, of a kind that a subject may have several of.
    """

    subject: UUID
    category: Category
    kind: str
    changes: Mapping[str, Any] = field(repr=False)
    revision: int | None = None
    record: UUID | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """Which fields really changed, and the new revision."""

    subject: UUID
    category: Category
    changed: tuple[str, ...]
    revision: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the way of a restoration: fields that were changed again since."""

    subject: UUID
    category: Category
    fields: tuple[str, ...]


def amend(amendments: Sequence[Amendment], *, history: str, note: Mapping[str, Any]) -> list[Amended]:
    """Writes what differs, in the caller's transaction, and a record of kind `history` with old and new values.

    `note` (who, source) goes into each such record. An amendment that changes nothing gives nothing. Three queries
    for any number. Raises Conflict for a revision that is no longer the newest, Hidden for a record that is not there.
    """
    drafts: list[Draft] = []
    amended: list[Amended] = []
    for one, standing, before, differing in _differences(amendments):
        revision = standing.revision if standing else 0
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


def compare(amendments: Sequence[Amendment]) -> list[Amended]:
    """What `amend` would change; writes nothing."""
    return [
        Amended(one.subject, one.category, tuple(differing), standing.revision if standing else 0)
        for one, standing, _before, differing in _differences(amendments)
    ]


def judged(
    amendments: Sequence[Amendment], judge: Callable[[Mapping[str, Any], Mapping[str, Any]], Verdict]
) -> dict[UUID, Verdict]:
    """What `judge` says of each: what stands, and what would be set. Opened here; only its word goes out."""
    held = _held(amendments) if amendments else {}
    opened = open_records(list(held.values()))
    found: dict[UUID, Verdict] = {}
    for one in amendments:
        standing = held.get((one.subject, one.category))
        found[one.subject] = judge(opened.get(standing.place.id, {}) if standing else {}, one.changes)
    return found


def restore(
    subjects: Collection[UUID], *, kind: str, history: str, mark: tuple[str, str], note: Mapping[str, Any]
) -> tuple[list[Amended], list[Standing]]:
    """Takes back the changes whose history bears `mark` (a name and a value of its note), in the caller's transaction.

    A field whose value is still the one that the marked change gave gets its old value; any other is left and told.
    """
    everything = tuple(Category)
    found = fetch(subjects, [history, kind], everything, everything)
    opened = open_records(found)
    current = {
        (row.place.subject, row.place.category): opened.get(row.place.id, {}) for row in found if row.place.kind == kind
    }
    wanted: dict[Key, dict[str, Any]] = {}
    standing: list[Standing] = []
    for row in found:
        content = opened.get(row.place.id, {})
        if row.place.kind != history or content.get(mark[0]) != mark[1]:
            continue
        key = (row.place.subject, row.place.category)
        now = current.get(key, {})
        fields: Mapping[str, list[Any]] = content["fields"]
        kept = tuple(name for name, (old, new) in fields.items() if now.get(name) not in (new, old))
        if kept:
            standing.append(Standing(*key, kept))
        wanted.setdefault(key, {}).update({name: old for name, (old, new) in fields.items() if now.get(name) == new})
    amendments = [
        Amendment(subject=subject, category=category, kind=kind, changes=changes)
        for (subject, category), changes in wanted.items()
        if changes
    ]
    return amend(amendments, history=history, note=note), standing


def unopenable(subjects: Collection[UUID], *, kind: str) -> set[UUID]:
    """Those of `subjects` some of whose records of this kind, or keys, do not open as they were sealed."""
    everything = tuple(Category)
    damaged: set[UUID] = set()
    open_records(fetch(subjects, [kind], everything, everything), damaged)
    return damaged


def untouched(subjects: Collection[UUID], *, kind: str) -> set[UUID]:
    """Those of `subjects` whose records of this kind all stand at their first revision."""
    everything = tuple(Category)
    changed = {row.place.subject for row in fetch(subjects, [kind], everything, ()) if row.revision > 1}
    return set(subjects) - changed


def _differences(
    amendments: Sequence[Amendment],
) -> Iterator[tuple[Amendment, Sealed | None, dict[str, Any], dict[str, Any]]]:
    """Those that change something: the record that stands, its content, and what would differ."""
    held = _held(amendments)
    opened = open_records(list(held.values()))
    for one in amendments:
        standing = held.get((one.subject, one.category))
        if one.record is not None and (standing is None or standing.place.id != one.record):
            raise Hidden
        before = opened.get(standing.place.id, {}) if standing else {}
        differing = {name: value for name, value in one.changes.items() if before.get(name) != value}
        if differing:
            yield one, standing, before, differing


def _held(amendments: Collection[Amendment]) -> dict[Key, Sealed]:
    kinds = {one.kind for one in amendments}
    categories = {one.category for one in amendments}
    chosen = [one.record for one in amendments if one.record is not None]
    found = fetch({one.subject for one in amendments}, kinds, categories, categories, chosen or None)
    return {(row.place.subject, row.place.category): row for row in found}
