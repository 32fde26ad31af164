"""The filters of a list as chips: a few usual ones to press, and each one in force, to take away."""

from dataclasses import dataclass
from typing import Any

from toride.access.models import Person
from toride.lists.setting import Setting
from toride.vault.permit import Permit


@dataclass(frozen=True, slots=True)
class Chip:
    """Pressing it sets the input `name` to `value`, pressing it again empties it."""

    name: str
    value: str
    label: Any
    pressed: bool = False


def chips(permit: Permit, person: Person, setting: Setting) -> list[Chip]:
    """Those in force where they stand among the usual ones, the others after them."""
    known = {one.name: one for one in setting.of.filters}
    usual = [
        Chip(one.name, value, label, setting.filters.get(one.name) == value)
        for one in setting.of.filters
        for value, label in one.usual(permit, person)
    ]
    shown = {(chip.name, chip.value) for chip in usual}
    rest = [
        Chip(name, value, known[name].said(value), pressed=True)
        for name, value in setting.filters.items()
        if (name, value) not in shown
    ]
    return usual + rest
