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


def ways(request: HttpRequest) -> list[Way]:
    """The person's own links."""
    return [way for answer in _answers for way in answer(request)]
