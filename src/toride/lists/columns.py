"""The columns of a list: which a permit opens, and what stands in each line."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import get_language
from markupsafe import Markup

from toride.base import clock
from toride.lists.ask import Found
from toride.lists.declaration import Column, List
from toride.vault.permit import Category, Permit


class Look(NamedTuple):
    """What is the same for every line of a page; `purpose`: for which it is read, and what is opened from it."""

    today: date
    language: str
    purpose: str


class Row(NamedTuple):
    """One line: what it is of, what its first column shows, and how each other cell begins, and what stands in it."""

    item: Any
    head: Any
    cells: list[tuple[Markup, Any]]


def chosen(of: List, permit: Permit, names: tuple[str, ...]) -> list[Column]:
    """The columns to show: those asked for, else the usual ones, as far as the permit opens them in clear."""
    wanted = [one for one in of.columns if (one.name in names if names else one.usual)]
    return [column for column in wanted if not column.reason(permit)]


def categories(columns: Sequence[Column]) -> set[Category]:
    """What a list with these columns shows of each subject; the name stands in every one."""
    return {Category.BASIC, *(category for column in columns for category, _name in column.needs)}


def rows(of: List, permit: Permit, found: Found[Any], columns: Sequence[Column]) -> list[Row]:
    """A page whose first column is the heading of each line, whichever others are chosen."""
    seen, first = Look(clock.today(), get_language() or "", permit.purpose), of.columns[0]
    rest = [column for column in columns if column is not first]
    return [
        Row(item, first.show(item, seen), [(column.cell, column.show(item, seen)) for column in rest])
        for item in found.items
    ]
