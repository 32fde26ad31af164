"""What the sidebar shows beside the menus; each package that keeps something for it declares who answers."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

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


class Waiting(NamedTuple):
    """One line of what waits for a person: its kind, what it is about, where it is done, and until when.

    `finish`: the address at which a person says that it is done; "" where it ends by itself. It names nobody.
    """

    kind: str
    about: UUID
    label: Any
    address: str
    due: datetime
    finish: str = ""
    note: Any = ""
    many: int = 1


Today = Callable[[HttpRequest], Sequence[Waiting]]
_today: list[Today] = []


def declare_today(answer: Today) -> Today:
    """Registers one more who knows what waits for a person, at start. Raises ConfigurationError as `declare`."""
    if answer in _today:
        raise ConfigurationError("this list of what waits is declared twice")
    _today.append(answer)
    return answer


def today(request: HttpRequest) -> list[Waiting]:
    """What waits for whoever asks, the most urgent first."""
    return [one for answer in _today for one in answer(request)]


def waiting(request: HttpRequest) -> int:
    """How many things wait for this person's word."""
    return sum(count(request) for count in _counts)


def ways(request: HttpRequest) -> list[Way]:
    """The person's own links."""
    return [way for answer in _answers for way in answer(request)]
