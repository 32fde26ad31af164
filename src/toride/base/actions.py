"""One name for each act, `domain:thing:verb`; it serves policy, audit and the matrix test."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Described:
    """What the matrix page says of an action."""

    name: str
    label: str


_declared: dict[str, Described] = {}
Names = TypeVar("Names", bound=type[StrEnum])


def declare(names: Names) -> Names:
    """Class decorator for a StrEnum of actions; the member's docstring-free label is its English name."""
    for member in names:
        value = str(member.value)
        if value in _declared:
            raise ValueError(f"{value} is declared twice")
        if len(value.split(":")) != len(("domain", "thing", "verb")):
            raise ValueError(f"{value} is not domain:thing:verb")
        _declared[value] = Described(value, member.name)
    return names


def declared() -> dict[str, Described]:
    """Every action known, by name."""
    return dict(sorted(_declared.items()))
