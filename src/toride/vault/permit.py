"""The permit: what one actor may open, of whom, for what purpose, until when. Only `access` makes one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from toride.base import clock
from toride.base.errors import Refused

PROFILE = "profile"  # the kind of record whose fields rules name alone


class Category(IntEnum):
    """The five sealed categories of a customer's information; each has a key of its own."""

    BASIC = 1
    TRANSACTIONS = 2
    BEHAVIOUR = 3
    DERIVED = 4
    SENSITIVE = 5


class Opening(IntEnum):
    """How far a category or field opens: CLOSED shows a lock, MASKED dots that may be revealed, CLEAR text."""

    CLOSED = 0
    MASKED = 1
    CLEAR = 2


class Mode(StrEnum):
    """In which way an event touched a subject."""

    LISTED = "listed"
    MASKED = "masked"
    CLEAR = "clear"
    REVEALED = "revealed"
    CREATED = "created"
    CHANGED = "changed"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person's id, sign-in name and display name at that moment."""

    id: UUID
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Door:
    """From where: kind is web, cli, api, job or system."""

    kind: str
    address: str = ""
    session: str = ""
    agent: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Row scope: everything, or the union of branches (codes), persons in charge (ids) and single subjects, which no
    search finds.
    """

    everything: bool = False
    branches: frozenset[str] = frozenset()
    owners: frozenset[UUID] = frozenset()
    subjects: frozenset[UUID] = frozenset()

    def include(self, branch: str, owner: UUID | None, subject: UUID | None = None) -> bool:
        """Is a record of this branch and this person in charge in scope?"""
        placed = self.everything or branch in self.branches or (owner is not None and owner in self.owners)
        return placed or subject in self.subjects


@dataclass(slots=True)
class Ledger:
    """What was really opened or changed under a permit; becomes the audit event.

    `touches`: (subject, mode) → bit mask of categories (1 << category). `facts`: figures and codes, never personal
    data. `sealed`: subject → details that `audit` seals under that subject's key. `terms`: what was searched for.
    `recorded`: an event has been written from this ledger, and it has been emptied. `act`: the larger act that this
    belongs to, such as one search typed letter by letter. `did`: the verb of the event, where it is not the usual one.
    """

    touches: dict[tuple[UUID, Mode], int] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    sealed: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    terms: str = ""
    recorded: bool = False
    act: UUID | None = None
    did: str = ""

    def is_empty(self) -> bool:
        """Was nothing opened, changed, asked or counted?"""
        return not (self.touches or self.facts or self.sealed or self.terms)

    def touch(self, subject: UUID, mode: Mode, *categories: Category) -> None:
        """Note that `subject` was touched in `mode`, in these categories."""
        mask = self.touches.get((subject, mode), 0)
        for category in categories:
            mask |= 1 << category
        self.touches[subject, mode] = mask

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """What is opened within is compared by a service and shown to nobody: no touch is noted."""
        before = dict(self.touches)
        try:
            yield
        finally:
            self.touches.clear()
            self.touches.update(before)


def ruled(kind: str, name: str) -> str:
    """What a rule calls a field of a kind of record, so that two kinds may have fields of the same name."""
    return name if kind == PROFILE else f"{kind}.{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Leave to do one action for one purpose; never stored, never sent.

    `subject` None means a list or search within `rows`. `openings` says how far each category opens, `fields` the
    exceptions for single fields, as `ruled` calls them. `reasons` says, for what is not clear, why (a key of
    access.reasons).
    """

    actor: Actor
    door: Door
    action: str
    purpose: str
    rows: Rows
    policy: str
    expires: datetime
    subject: UUID | None = None
    openings: Mapping[Category, Opening] = field(default_factory=dict)
    fields: Mapping[tuple[Category, str], Opening] = field(default_factory=dict)
    reasons: Mapping[Category, str] = field(default_factory=dict)
    obligations: frozenset[str] = frozenset()
    ledger: Ledger = field(default_factory=Ledger, compare=False, repr=False)

    def opening(self, category: Category, name: str | None = None, kind: str = PROFILE) -> Opening:
        """How far a category, or one field of a kind of record in it, opens."""
        found = self.openings.get(category, Opening.CLOSED)
        return found if name is None else self.fields.get((category, ruled(kind, name)), found)

    def excepted(self, kind: str) -> dict[Category, Opening]:
        """The categories some of whose fields, in this kind of record, open otherwise; and how far the most open one
        of these does.
        """
        found: dict[Category, Opening] = {}
        for (category, name), opening in self.fields.items():
            if name == ruled(kind, name.rpartition(".")[2]):
                found[category] = max(opening, found.get(category, Opening.CLOSED))
        return found

    def check(self, subject: UUID | None = None) -> None:
        """Raises Refused when the permit has expired or is for somebody else."""
        if clock.now() >= self.expires:
            raise Refused("expired")
        if subject is not None and self.subject is not None and subject != self.subject:
            raise Refused("other-subject")
