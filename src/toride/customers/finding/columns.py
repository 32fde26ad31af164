"""The columns of the list of customers, with what answers the search marked."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from markupsafe import Markup

from toride.base import clock
from toride.base.html import printed
from toride.customers import fields, showing
from toride.customers.finding.marking import SEARCHED, Marker
from toride.customers.queries import Profile
from toride.fields.display import near
from toride.lists.ask import Found
from toride.lists.declaration import Column, List
from toride.vault.permit import Category, Permit
from toride.vault.values import Opened, Value

MILLION = 1_000_000
STEPS = 64  # bands of amounts in both languages
BADGES = 64  # each status in both languages


class Look(NamedTuple):
    """What is the same for every line of a page."""

    marker: Marker
    today: date
    language: str


Show = Callable[[Profile, Look], Any]


class Row(NamedTuple):
    """One customer in the list; `cells`: how each begins, and what stands in it; `hits`: what else answers the search,
    with its label.
    """

    profile: Profile
    subject: UUID
    name: Value
    kana: Value
    cells: list[tuple[Markup, Any]]
    hits: list[tuple[Any, Value]]


class Several(Opened):
    """Values, one after the other."""

    __slots__ = ()

    def __html__(self) -> str:
        return "".join([printed(one) for one in self.content])


@lru_cache(maxsize=BADGES)
def _badge(code: str, _language: str) -> Markup:
    label = fields.STATUS_LABELS.get(code, code)
    return Markup('<span class="badge" data-tone="{}">{}</span>').format(showing.tone(Opened(code)), label)


def band(value: Value, language: str) -> Value:
    """An amount for a list: how much about, not how much exactly."""
    if not isinstance(value, Opened) or not isinstance(value.content, int):
        return value
    return Opened(_band(_step(value.content), language))


def _step(yen: int) -> int:
    """The lower end of the band, in millions; -1: below zero."""
    millions = yen // MILLION
    if millions < 0:
        return -1
    if millions < 10:  # noqa: PLR2004 - single millions, then tens of them, then all the rest
        return millions
    return min(millions // 10 * 10, 100)


@lru_cache(maxsize=STEPS)
def _band(millions: int, _language: str) -> str:
    if millions < 0:
        return _("below zero")
    if millions == 0:
        return _("under ¥1 million")
    if millions < 10:  # noqa: PLR2004 - as above
        return _("¥%(millions)d million or more") % {"millions": millions}
    if millions < 100:  # noqa: PLR2004 - as above
        return _("¥%(tens)d0 million or more") % {"tens": millions // 10}
    return _("¥100 million or more")


def _marked(name: str) -> Show:
    return lambda one, look: look.marker.mark(name, one.values[name])


def _area(one: Profile, look: Look) -> Value:
    return Several(
        (look.marker.mark("prefecture", one.values["prefecture"]), look.marker.mark("city", one.values["city"]))
    )


def _phone(one: Profile, look: Look) -> Value:
    phones = one.values["phones"]
    numbers = phones.content or [] if isinstance(phones, Opened) else []
    return Several((look.marker.hits("phones", phones) or [Opened(number) for number in numbers])[:1])


def _status(one: Profile, look: Look) -> Value:
    status = one.values["status"]
    return Opened(_badge(status.content, look.language) if isinstance(status, Opened) else None)


def needs(*names: str) -> tuple[tuple[Category, str], ...]:
    """What a permit must open for these fields."""
    return tuple((fields.FIELDS[name].category, name) for name in names)


COLUMNS: tuple[Column, ...] = (
    Column("number", lazy("Customer number"), needs("number"), _marked("number")),
    Column("phone", lazy("Phone"), needs("phones"), _phone, usual=False),
    Column("birth_date", lazy("Birth date"), needs("birth_date"), _marked("birth_date"), usual=False),
    Column("area", lazy("Area"), needs("prefecture", "city"), _area),
    Column("value", lazy("Assets held"), needs("value"), lambda one, look: band(one.values["value"], look.language),
           sort="value", figure=True),
    Column("last", lazy("Last contact"), needs("last_contact"),
           lambda one, look: near(one.values["last_contact"], look.today, look.language), sort="last_contact"),
    Column("branch", lazy("Branch"), (), lambda one, _look: one.branch_name),
    Column("owner", lazy("Owner"), (), lambda one, _look: one.owner),
    Column("status", lazy("Status"), needs("status"), _status),
)  # fmt: skip
_SHOWN_IN = {"number": "number", "phones": "phone", "birth_date": "birth_date", "prefecture": "area", "city": "area"}
_NAMED = {"name", "kana"}


def rows(_of: List, _permit: Permit, found: Found[Profile], columns: Sequence[Column]) -> list[Row]:
    """The page of a search, with its hits marked."""
    look = Look(Marker(found.question), clock.today(), get_language() or "")
    shown = {column.name for column in columns}
    beside = [
        field
        for field in SEARCHED
        if field in look.marker.fields and field not in _NAMED and _SHOWN_IN.get(field) not in shown
    ]
    return [_row(one, look, columns, beside) for one in found.items]


def _row(one: Profile, look: Look, columns: Sequence[Column], beside: Sequence[str]) -> Row:
    name, kana = look.marker.named(one.values["name"], one.values["kana"])
    hits = [(fields.FIELDS[field].label, hit) for field in beside for hit in look.marker.hits(field, one.values[field])]
    return Row(one, one.subject, name, kana, [(column.cell, column.show(one, look)) for column in columns], hits)
