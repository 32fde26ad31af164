"""One name for each act, `domain:thing:verb`; it serves policy, audit and the matrix test."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Described:
    """What pages say of an action."""

    name: str
    label: Any


_declared: dict[str, Described] = {}
Names = TypeVar("Names", bound=type[StrEnum])


def declare(names: Names) -> Names:
    """Class decorator for a StrEnum of actions; `describe` says what pages call them."""
    for member in names:
        value = str(member.value)
        if value in _declared:
            raise ValueError(f"{value} is declared twice")
        if len(value.split(":")) != len(("domain", "thing", "verb")):
            raise ValueError(f"{value} is not domain:thing:verb")
        _declared[value] = Described(value, member.name)
    return names


def describe(labels: Mapping[StrEnum, Any]) -> None:
    """What pages call these actions."""
    for member, label in labels.items():
        _declared[str(member.value)] = replace(_declared[str(member.value)], label=label)


def label(name: str) -> Any:
    """What pages call an action; its own name where it is no longer known."""
    return _declared[name].label if name in _declared else name


def declared() -> dict[str, Described]:
    """Every action known, by name."""
    return dict(sorted(_declared.items()))
