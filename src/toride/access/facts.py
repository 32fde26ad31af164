"""What a decision needs to know of a subject; the domain that owns the subject declares who answers."""

from collections.abc import Callable, Mapping
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
_answer: Answer | None = None


def declare(answer: Answer) -> Answer:
    """Registers who answers; None means that there is no such subject."""
    global _answer  # noqa: PLW0603 - one declaration, at start
    _answer = answer
    return answer


fields: dict[tuple[Category, str], Any] = {}  # what pages call each field of a subject


def declare_fields(labels: Mapping[tuple[Category, str], Any]) -> None:
    """Registers the fields that a rule may except from their category."""
    fields.update(labels)


def of(subject: UUID) -> Facts | None:
    """The facts of a subject, or None where it is unknown."""
    if _answer is None:
        raise ConfigurationError("no domain declares facts")
    return _answer(subject)
