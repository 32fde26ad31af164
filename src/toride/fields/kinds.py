"""A kind of sealed record that a domain declares: read under a permit, kept, changed, each change in its history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.text import format_lazy

from toride import audit
from toride.access import facts
from toride.base.errors import ConfigurationError, Refused
from toride.fields.display import as_written, shown
from toride.fields.types import Field, cleaned, is_unaltered
from toride.vault import records
from toride.vault.amending import Amendment, amend
from toride.vault.permit import Category, Opening, Permit, ruled
from toride.vault.records import Draft
from toride.vault.values import Masked, Opened, Value

DAMAGED = "unopenable"
Need = tuple[Category, str]


@dataclass(frozen=True)
class Kind:
    """Several records of it may belong to one subject. All fields are in one category; rules call them `code.field`."""

    code: str
    label: Any
    fields: tuple[Field, ...]

    @cached_property
    def named(self) -> Mapping[str, Field]:
        """Its fields by name."""
        return {one.name: one for one in self.fields}

    @property
    def category(self) -> Category:
        """Under which key they are sealed."""
        return self.fields[0].category

    @property
    def history(self) -> str:
        """The kind of the records that keep what was changed."""
        return f"{self.code}-history"

    def needs(self, *names: str) -> tuple[Need, ...]:
        """What a permit must open for these fields."""
        return tuple((self.category, ruled(self.code, name)) for name in names)

    def opening(self, permit: Permit, name: str) -> Opening:
        """How far a field opens."""
        return permit.opening(self.category, name, self.code)


_declared: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    """Registers a kind, at start, and its fields for rules. Raises ConfigurationError where one has its code."""
    names = [one.name for one in kind.fields]
    if kind.code in _declared or len(set(names)) != len(names) or len({one.category for one in kind.fields}) != 1:
        raise ConfigurationError(f"the kind {kind.code} is declared twice, or not in one category")
    facts.declare_fields({kind.needs(one.name)[0]: format_lazy("{}: {}", kind.label, one.label) for one in kind.fields})
    _declared[kind.code] = kind
    return kind


def declared() -> Mapping[str, Kind]:
    """Every kind, by its code."""
    return _declared


@dataclass(frozen=True, slots=True)
class Held:
    """One record as the permit shows it."""

    kind: Kind
    record: UUID
    subject: UUID
    revision: int
    values: Mapping[str, Value] = field(repr=False)

    def __getitem__(self, name: str) -> Any:
        """A field as a page shows it."""
        return shown(self.kind.named[name].type.show, self.values[name])

    def written(self) -> dict[str, str]:
        """What is open, as a form writes it."""
        opened = ((name, self.values[name]) for name in self.kind.named)
        return {name: as_written(value.content) for name, value in opened if isinstance(value, Opened)}

    def shape(self, permit: Permit) -> dict[str, Any]:
        """As machines are told: what is open, and for each other field how and why it is withheld."""
        values, withheld = {}, {}
        for name in self.kind.named:
            if isinstance(value := self.values[name], Opened):
                values[name] = value.content
            else:
                how = "masked" if isinstance(value, Masked) else "closed"
                withheld[name] = {"how": how, "why": permit.reasons.get(self.kind.category, "duty")}
        return {"values": values, "withheld": withheld}


def read(permit: Permit, kind: Kind, places: Mapping[UUID, UUID]) -> dict[UUID, Held]:
    """These records, each of its subject, as the permit shows them; nothing else of these subjects is opened.

    Whose record does not open as it was sealed is left out and counted in the ledger, and an event names them.
    """
    empty = {kind.category: tuple(kind.named)}
    subjects = list(dict.fromkeys(places.values()))
    damaged: set[UUID] = set()
    found = records.read(
        permit, subjects, kinds=(kind.code,), categories=(kind.category,), records=list(places), fields=empty,
        damaged=damaged,
    )  # fmt: skip
    if damaged:
        permit.ledger.facts[DAMAGED] = len(damaged)
        audit.fail(permit, sorted(damaged), reason=DAMAGED)
    return {
        one.id: Held(kind, one.id, subject, one.revision, one.values)
        for subject, those in found.items()
        for one in those
        if places[one.id] == subject
    }


def add(permit: Permit, kind: Kind, subject: UUID, written: Mapping[str, str]) -> UUID:
    """Keeps a new record in the caller's transaction. Raises Invalid with advice by field, Refused for a closed one."""
    _must_open(permit, kind, (name for name, text in written.items() if text.strip()))
    stored = cleaned(kind.named, {name: written.get(name, "") for name in kind.named})
    return records.write([Draft(subject=subject, category=kind.category, kind=kind.code, data=stored)])[0]


def change(
    permit: Permit, held: Held, written: Mapping[str, str], *, revision: int | None, note: Mapping[str, Any]
) -> list[str]:
    """Changes fields of a record that was read, in the caller's transaction; the names of those that really changed.

    What was sent as it stands is left. Raises Invalid, Refused, Conflict where somebody changed it since `revision`.
    """
    kind, standing = held.kind, {name: getattr(held.values[name], "content", None) for name in written}
    altered = {name: text for name, text in written.items() if not is_unaltered(kind.named[name], text, standing[name])}
    _must_open(permit, kind, altered)
    stored = cleaned(kind.named, altered, standing)
    one = Amendment(
        subject=held.subject, category=kind.category, kind=kind.code, changes=stored, revision=revision,
        record=held.record,
    )  # fmt: skip
    amended = amend([one], history=kind.history, note={**note, "record": str(held.record)})
    return [name for done in amended for name in done.changed]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a record's history: field, what it was, what it became."""

    at: datetime
    who: str
    fields: Sequence[tuple[Field, Any, Any]]


def history(permit: Permit, held: Held) -> list[Change]:
    """What was changed of a record, newest first; a field that is not open is dots before and after."""
    kind = held.kind
    found = records.read(permit, [held.subject], kinds=(kind.history,), categories=(kind.category,))
    return [
        Change(entry.changed, str(_content(entry.values["who"])), list(_changed(permit, kind, entry.values["fields"])))
        for entry in reversed(found[held.subject])
        if _content(entry.values["record"]) == str(held.record)
    ]


def _changed(permit: Permit, kind: Kind, fields: Value) -> Iterator[tuple[Field, Any, Any]]:
    for name, pair in (_content(fields) or {}).items():
        of = kind.named.get(name)
        if of is not None:
            clear = kind.opening(permit, name) is Opening.CLEAR
            old, new = (shown(of.type.show, Opened(one) if clear else Masked()) for one in pair)
            yield of, old, new


def _content(value: Value) -> Any:
    return value.content if isinstance(value, Opened) else None


def _must_open(permit: Permit, kind: Kind, names: Iterator[str] | Mapping[str, Any]) -> None:
    for name in names:
        if name not in kind.named or kind.opening(permit, name) is not Opening.CLEAR:
            raise Refused(permit.reasons.get(kind.category, "duty"))
