"""What a domain says of one list; frozen, so that pages, saved views and tests read the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from toride.access.models import Person
from toride.base.errors import ConfigurationError
from toride.lists.ask import Ask, Found
from toride.vault.permit import Category, Opening, Permit

Need = tuple[Category, str]  # a field, as rules call it
Option = tuple[str, Any]  # a value and what pages call it
Options = Callable[[Permit, Person], Sequence[Option]]
NONE: Callable[..., Sequence[Any]] = lambda *_arguments: ()  # noqa: E731 - a default of declarations


def reason(permit: Permit, needs: Sequence[Need]) -> str:
    """Why the permit does not open all of these in clear; empty where it does."""
    for category, name in needs:
        if permit.fields.get((category, name), permit.opening(category)) != Opening.CLEAR:
            return permit.reasons.get(category, "duty")
    return ""


@dataclass(frozen=True)
class Column:
    """`needs` must be open in clear; `sort` names the order that its head asks for; `usual`: shown unasked."""

    name: str
    label: Any
    needs: tuple[Need, ...]
    show: Callable[[Any, Any], Any]
    sort: str = ""
    usual: bool = True
    figure: bool = False

    @cached_property
    def cell(self) -> Markup:
        """How its cells begin."""
        return Markup('<td data-k="{}"{}>').format(self.name, Markup(' class="num"') if self.figure else "")

    def reason(self, permit: Permit) -> str:
        """Why the permit closes this column; empty where it is open."""
        return reason(permit, self.needs)


@dataclass(frozen=True, slots=True)
class Sort:
    """An order. `column`: of a clear table, the one that is ordered by; `falling`: it begins with the last."""

    name: str
    label: Any
    needs: tuple[Need, ...] = ()
    column: str = ""
    falling: bool = False

    def reason(self, permit: Permit) -> str:
        """Why the permit closes this order; empty where it is open."""
        return reason(permit, self.needs)


@dataclass(frozen=True, slots=True)
class Filter:
    """`options`: what may be chosen, None where it is typed; `usual`: the chips that are shown unpressed; `said`: what
    a chip in force says. `column`: of a clear table, what is compared. `linked`: an address may ask it.
    """

    name: str
    label: Any
    needs: tuple[Need, ...] = ()
    options: Options | None = None
    usual: Options = NONE
    said: Callable[[str], Any] = str
    column: str = ""
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from: `ask` reads a page under a permit, `rows` prepares it to be printed."""

    ask: Callable[[Permit, Ask], Found[Any]]
    rows: Callable[["List", Permit, Found[Any], Sequence[Column]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Words:
    """What its page says: what it and all of it are called, and, where nothing is there, a title and a text."""

    name: Any
    all: Any
    empty: tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class List:
    """A list. `action`: under which it is read. The first sort is its own order. `board`: the filter with options whose
    values are the lanes of its board; none: it has no board.
    """

    code: str
    action: str
    columns: tuple[Column, ...]
    sorts: tuple[Sort, ...]
    filters: tuple[Filter, ...]
    source: Source
    words: Words
    board: str = ""

    def address(self, name: str) -> str:
        """The name of one of its addresses: view, view_save, board …"""
        return f"{self.code}_{name}"


_declared: dict[str, List] = {}


def declare(of: List) -> List:
    """Registers a list, at start. Raises ConfigurationError for one whose code or names are there twice."""
    for names in ([one.name for one in of.columns], [one.name for one in of.filters], [one.name for one in of.sorts]):
        if len(set(names)) != len(names):
            raise ConfigurationError(f"two parts of the list {of.code} have the same name")
    if of.code in _declared or not of.sorts:
        raise ConfigurationError(f"two lists are declared as {of.code}")
    _declared[of.code] = of
    return of


def declared() -> Mapping[str, List]:
    """Every list, by its code."""
    return _declared
