"""Tells `access` where a customer belongs, and the vault what of a customer is searchable."""

from collections.abc import Sequence
from uuid import UUID

from toride.access import facts
from toride.audit import naming
from toride.customers import fields, numbers, queries
from toride.customers.searchable import NEEDED, SCHEMA, Profile, row
from toride.vault import projecting
from toride.vault.permit import Category
from toride.vault.projecting import Projection


def _clear(subjects: Sequence[UUID]) -> dict[UUID, tuple[str, UUID | None]]:
    return {subject: (one.branch, one.owner) for subject, one in queries.facts_of_each(subjects).items()}


def _fold(clear: tuple[str, UUID | None], profile: Profile) -> dict[str, object]:
    return row(*clear, profile) | numbers.projected(profile.get(Category.BASIC, {}).get("number") or "")


def declare() -> None:
    """Called once, when the applications are ready."""
    facts.declare(queries.facts, queries.facts_of_each)
    facts.declare_fields({(one.category, one.name): one.label for one in fields.FIELDS.values()})
    naming.register(subject=queries.subject_of)
    projecting.declare(SCHEMA, Projection("profile", NEEDED, _clear, _fold))
