"""Everything that waits for one person, in one list, the most urgent first."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.http import HttpRequest

from toride.access.models import Person
from toride.ui.side import Waiting
from toride.work import items, kinds

Open = tuple[Any, Callable[[Person, Any], bool], Callable[[Any], Waiting]]


def of_request(request: HttpRequest) -> list[Waiting]:
    """What waits for whoever asks for a page."""
    return of(request.user) if isinstance(request.user, Person) else []


def of(person: Person, among: Sequence[Open] | None = None) -> list[Waiting]:
    """What waits for this person; `among`: everything that is open, where it has been asked for."""
    rows = everything() if among is None else among
    return sorted((show(row) for row, waits, show in rows if waits(person, row)), key=lambda one: one.due)


def everything() -> list[Open]:
    """All that is open, for whomever it waits."""
    return list(_open())


def _open() -> Iterator[Open]:
    for source in kinds.sources().values():
        yield from ((row, source.waits, source.show) for row in source.rows())
    if kinds.kinds():
        yield from ((row, items.waits, items.show) for row in items.open_now())
