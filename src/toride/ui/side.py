"""What the sidebar shows beside the menus; the package that keeps it declares who answers."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest


class Way(NamedTuple):
    """A link of the sidebar and the palette."""

    address: str
    symbol: str
    label: Any


Answer = Callable[[HttpRequest], Sequence[Way]]
_answers: list[Answer] = []


def declare(answer: Answer) -> Answer:
    """Registers who answers, once, at start."""
    _answers[:] = [answer]
    return answer


Count = Callable[[HttpRequest], int]
_counts: list[Count] = []


def declare_waiting(count: Count) -> Count:
    """Registers who knows how much waits for a person, once, at start."""
    _counts[:] = [count]
    return count


def waiting(request: HttpRequest) -> int:
    """How many things wait for this person's word."""
    return sum(count(request) for count in _counts)


def ways(request: HttpRequest) -> list[Way]:
    """The person's own links."""
    return [way for answer in _answers for way in answer(request)]
