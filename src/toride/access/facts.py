"""What a decision needs to know of a subject; each domain that owns subjects declares who answers for them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from toride.base.errors import ConfigurationError
from toride.vault.permit import Category


@dataclass(frozen=True, slots=True)
class Facts:
    """Where a subject belongs: branch code and person in charge (id or None)."""

    branch: str
    owner: UUID | None


Answer = Callable[[UUID], Facts | None]
Answers = Callable[[Collection[UUID]], Mapping[UUID, Facts]]
_answers: list[tuple[Answer, Answers]] = []


def declare(one: Answer, several: Answers) -> None:
    """Registers, at start, one more who answers for one subject, and for many in one query; none means that there is
    no such subject among theirs. Raises ConfigurationError for one who does already.
    """
    if any(one is known or several is those for known, those in _answers):
        raise ConfigurationError("these facts are declared twice")
    _answers.append((one, several))


fields: dict[tuple[Category, str], Any] = {}  # what pages call each field of a subject


def declare_fields(labels: Mapping[tuple[Category, str], Any]) -> None:
    """Registers the fields that a rule may except from their category, as `vault.permit.ruled` calls them.

    Raises ConfigurationError where one has a label already: a rule would be about two.
    """
    if twice := fields.keys() & labels.keys():
        raise ConfigurationError(f"two fields are declared as {min(twice)[1]}")
    fields.update(labels)


def of(subject: UUID) -> Facts | None:
    """The facts of a subject, or None where it is unknown."""
    return next((found for one, _several in _declared() if (found := one(subject)) is not None), None)


def of_each(subjects: Collection[UUID]) -> Mapping[UUID, Facts]:
    """The facts of those of the subjects that are known, in one query for each domain."""
    found: dict[UUID, Facts] = {}
    for _one, several in _declared():
        if left := [subject for subject in subjects if subject not in found]:
            found |= several(left)
    return found


def _declared() -> list[tuple[Answer, Answers]]:
    if not _answers:
        raise ConfigurationError("no domain declares facts")
    return _answers
