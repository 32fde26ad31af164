"""One name for each act, `domain:thing:verb`; it serves policy, audit and the matrix test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

VIEW = "view"  # what an event says was done where a page of a permission was shown, and nothing else
PROPOSE = "propose"  # where a second person has to agree first


@dataclass(frozen=True, slots=True)
class Described:
    """What pages say of an action.

    `label` names the permission, a noun. `said` is what an event tells where no verb needs to be kept with it: of a
    reading, or of what the system does. `deeds`: the verb that an event keeps → what it tells.
    """

    label: Any
    said: Any = None
    deeds: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    reading: bool = False

    @property
    def verb(self) -> str:
        """The last part of the name."""
        return self.name.rpartition(":")[2]


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
        _declared[value] = Described(member.name, name=value)
        if _declared[value].verb in (VIEW, PROPOSE):
            raise ValueError(f"{value} has a verb that every action has")
    return names


def reading(label: Any, said: Any, **deeds: Any) -> Described:
    """An action that only shows or hands out: whoever was shown it has done it."""
    return Described(label, said, deeds, reading=True)


def doing(label: Any, deeds: Mapping[str, Any]) -> Described:
    """An action that changes something: a page of it that was opened is not yet the deed."""
    return Described(label, deeds=deeds)


def happening(label: Any, said: Any = None, **deeds: Any) -> Described:
    """What the system notes; `said` where it is told in other words than it is called."""
    return Described(label, label if said is None else said, deeds)


def describe(words: Mapping[StrEnum, Described]) -> None:
    """What pages call these actions, and what events tell of them. Raises ValueError where that is said already."""
    for member, one in words.items():
        name = str(member.value)
        if name not in _declared or _declared[name].label != member.name:
            raise ValueError(f"{name} is not declared, or described twice")
        _declared[name] = Described(one.label, one.said, one.deeds, name, one.reading)


def label(name: str) -> Any:
    """What pages call an action; its own name where it is no longer known."""
    return _declared[name].label if name in _declared else name


def seen(name: str) -> str:
    """The verb of what was only shown: a reading's own, and of any other action that its page was opened."""
    found = _declared.get(name)
    return found.verb if found and found.reading else VIEW


def readings() -> list[str]:
    """The actions that only show or hand out."""
    return sorted(name for name, one in _declared.items() if one.reading)


def declared() -> dict[str, Described]:
    """Every action known, by name."""
    return dict(sorted(_declared.items()))
