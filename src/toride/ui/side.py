"""What the sidebar shows beside the menus; each package that keeps something for it declares who answers."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest

from toride.base.errors import ConfigurationError


class Way(NamedTuple):
    """A link of the sidebar and the palette."""

    address: str
    symbol: str
    label: Any


Answer = Callable[[HttpRequest], Sequence[Way]]
_answers: list[Answer] = []


def declare(answer: Answer) -> Answer:
    """Registers one more who answers, at start. Raises ConfigurationError for one who does already."""
    if answer in _answers:
        raise ConfigurationError("this answer for the sidebar is declared twice")
    _answers.append(answer)
    return answer


Count = Callable[[HttpRequest], int]
_counts: list[Count] = []


def declare_waiting(count: Count) -> Count:
    """Registers one more who knows how much waits for a person, at start. Raises ConfigurationError as `declare`."""
    if count in _counts:
        raise ConfigurationError("this count of what waits is declared twice")
    _counts.append(count)
    return count


def waiting(request: HttpRequest) -> int:
    """How many things wait for this person's word."""
    return sum(count(request) for count in _counts)


def ways(request: HttpRequest) -> list[Way]:
    """The person's own links."""
    return [way for answer in _answers for way in answer(request)]
