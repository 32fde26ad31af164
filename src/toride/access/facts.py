"""What a decision needs to know of a subject; the domain that owns the subject declares who answers."""

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
_answers: tuple[Answer, Answers] | None = None


def declare(one: Answer, several: Answers) -> None:
    """Registers who answers for one subject, and for many in one query; none means that there is no such subject."""
    global _answers  # noqa: PLW0603 - one declaration, at start
    _answers = one, several


fields: dict[tuple[Category, str], Any] = {}  # what pages call each field of a subject


def declare_fields(labels: Mapping[tuple[Category, str], Any]) -> None:
    """Registers the fields that a rule may except from their category."""
    fields.update(labels)


def of(subject: UUID) -> Facts | None:
    """The facts of a subject, or None where it is unknown."""
    return _declared()[0](subject)


def of_each(subjects: Collection[UUID]) -> Mapping[UUID, Facts]:
    """The facts of those of the subjects that are known, in one query."""
    return _declared()[1](subjects)


def _declared() -> tuple[Answer, Answers]:
    if _answers is None:
        raise ConfigurationError("no domain declares facts")
    return _answers
