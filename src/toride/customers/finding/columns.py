"""The columns of the list: which a permit opens, and what stands in each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.customers import fields
from toride.customers.finding.marking import SEARCHED, Marker
from toride.customers.queries import Found, Profile
from toride.vault.permit import Opening, Permit
from toride.vault.values import Opened, Value

MILLION = 1_000_000
DAYS = 4_096  # days, whosever
Show = Callable[[Profile, Marker], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`fields` must be open in clear; `sort` names the order that its head asks for; `usual`: shown unasked."""

    name: str
    label: Any
    fields: tuple[str, ...]
    show: Show
    sort: str = ""
    usual: bool = True
    figure: bool = False

    def reason(self, permit: Permit) -> str:
        """Why the permit closes this column; empty where it is open."""
        for name in self.fields:
            category = fields.FIELDS[name].category
            if permit.opening(category, name) != Opening.CLEAR:
                return permit.reasons.get(category, "duty")
        return ""


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    shown: Any


@dataclass(frozen=True, slots=True)
class Row:
    """One customer in the list; `hits`: what else answers the search, with its label."""

    profile: Profile
    name: Value
    kana: Value
    cells: list[Cell]
    hits: list[tuple[Any, Value]]


def band(value: Value) -> Value:
    """An amount for a list: how much about, not how much exactly."""
    if not isinstance(value, Opened) or not isinstance(value.content, int):
        return value
    yen = value.content
    if yen < 0:
        return Opened(_("below zero"))
    if yen < MILLION:
        return Opened(_("under ¥1 million"))
    if yen < 10 * MILLION:
        return Opened(_("¥%(millions)d million or more") % {"millions": yen // MILLION})
    if yen < 100 * MILLION:
        return Opened(_("¥%(tens)d0 million or more") % {"tens": yen // (10 * MILLION)})
    return Opened(_("¥100 million or more"))


def near(value: Value) -> Value:
    """A day: today, this year's without the year."""
    if not isinstance(value, Opened) or not value.content:
        return value
    return Opened(_near(value.content, timezone.localdate(), get_language() or ""))


@lru_cache(maxsize=DAYS)
def _near(written: str, today: date, _language: str) -> str:
    found = date.fromisoformat(written)
    if found == today:
        return _("today")
    return str(formats.date_format(found, "MONTH_DAY_FORMAT" if found.year == today.year else "DATE_FORMAT"))


def _area(one: Profile, marker: Marker) -> tuple[Value, ...]:
    return marker.mark("prefecture", one.prefecture), marker.mark("city", one.city)


def _phone(one: Profile, marker: Marker) -> Any:
    numbers = one.phones.content or [] if isinstance(one.phones, Opened) else []
    return (marker.hits("phones", one.phones) or [Opened(number) for number in numbers])[:1]


COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        Column("number", lazy("Customer number"), ("number",), lambda one, marker: marker.mark("number", one.number)),
        Column("phone", lazy("Phone"), ("phones",), _phone, usual=False),
        Column("birth_date", lazy("Birth date"), ("birth_date",),
               lambda one, marker: marker.mark("birth_date", one.birth_date), usual=False),
        Column("area", lazy("Area"), ("prefecture", "city"), _area),
        Column("value", lazy("Assets held"), ("value",), lambda one, _marker: band(one.value), sort="value",
               figure=True),
        Column("last", lazy("Last contact"), ("last_contact",), lambda one, _marker: near(one.last_contact),
               sort="last_contact"),
        Column("branch", lazy("Branch"), (), lambda one, _marker: one.branch_name),
        Column("owner", lazy("In charge"), (), lambda one, _marker: one.owner),
        Column("status", lazy("Status"), ("status",), lambda one, _marker: one.status),
    )
}  # fmt: skip
_SHOWN_IN = {"number": "number", "phones": "phone", "birth_date": "birth_date", "prefecture": "area", "city": "area"}
_NAMED = {"name", "kana"}


def chosen(permit: Permit, names: tuple[str, ...]) -> list[Column]:
    """The columns to show: those asked for, else the usual ones, as far as the permit opens them in clear."""
    wanted = [COLUMNS[name] for name in names] or [column for column in COLUMNS.values() if column.usual]
    return [column for column in wanted if not column.reason(permit)]


def rows(found: Found, columns: list[Column]) -> list[Row]:
    """The page of a search, with its hits marked."""
    marker = Marker(found.question)
    shown = {column.name for column in columns}
    return [_row(one, marker, columns, shown) for one in found.items]


def _row(one: Profile, marker: Marker, columns: list[Column], shown: set[str]) -> Row:
    name, kana = marker.named(one.name, one.kana)
    hits = [
        (fields.FIELDS[field].label, hit)
        for field in SEARCHED
        if field not in _NAMED and _SHOWN_IN.get(field) not in shown
        for hit in marker.hits(field, one.values[field])
    ]
    return Row(one, name, kana, [Cell(column, column.show(one, marker)) for column in columns], hits)
