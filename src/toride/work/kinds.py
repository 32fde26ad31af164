"""Declarations of what waits for people: each kind once, frozen, so that a test can walk them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from toride.access.models import Person
from toride.ui.side import Waiting


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of item. `action`: what whoever does it must be allowed to do, where the item belongs.

    `hours`: open ones until it is due, where nothing else is said. `page`: the name of the address where it is done,
    `argument`: what that calls the thing it is about. `by_hand`: a person says that it is done; any other ends with it.
    """

    code: str
    label: Any
    action: str
    hours: float
    page: str
    argument: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """What waits elsewhere, where it is kept: `rows` are all that are open, `waits` says for whom, `show` what of it is
    told. None of them tells of whom it is.
    """

    code: str
    label: Any
    rows: Callable[[], Sequence[Any]]
    waits: Callable[[Person, Any], bool]
    show: Callable[[Any], Waiting]


_kinds: dict[str, Kind] = {}
_sources: dict[str, Source] = {}


def declare(kind: Kind) -> Kind:
    """Registers a kind of item, at start. Raises ValueError for a code that is taken."""
    _must_be_free(kind.code)
    _kinds[kind.code] = kind
    return kind


def declare_source(source: Source) -> Source:
    """Registers what waits elsewhere, at start. Raises ValueError for a code that is taken."""
    _must_be_free(source.code)
    _sources[source.code] = source
    return source


def kinds() -> dict[str, Kind]:
    """Every kind of item, by code."""
    return dict(_kinds)


def sources() -> dict[str, Source]:
    """Everything else that waits for people, by code."""
    return dict(_sources)


def _must_be_free(code: str) -> None:
    if code in _kinds or code in _sources:
        raise ValueError(f"{code} is declared twice")
