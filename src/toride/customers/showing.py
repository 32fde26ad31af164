"""How a record stands on a page: which fields go together, and how each value is written there."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from toride.customers import dates
from toride.customers.fields import (
    CATEGORY_LABELS,
    CHOICES,
    FIELDS,
    LONG,
    OF_A_COMPANY,
    OF_A_PERSON,
    STATUS_LABELS,
    as_written,
)
from toride.customers.queries import Profile
from toride.fields.display import reason
from toride.vault.permit import Category, Opening, Permit
from toride.vault.values import Opened, Value

__all__ = [
    "CATEGORY_LABELS",
    "CHOICES",
    "FIELDS",
    "LONG",
    "OF_A_COMPANY",
    "OF_A_PERSON",
    "STATUS_LABELS",
    "as_written",
    "reason",
]
BASIC, TRANSACTIONS, BEHAVIOUR, DERIVED, SENSITIVE = Category


@dataclass(frozen=True, slots=True)
class Part:
    """Some fields of one category that a record's page shows, and changes, together."""

    code: str
    label: Any
    category: Category
    names: tuple[str, ...]


PARTS: dict[str, Part] = {
    part.code: part
    for part in (
        Part("contact", _("Contact details"), BASIC,
             ("phones", "emails", "postcode", "prefecture", "city", "street", "contact_person")),
        Part("person", _("Customer"), BASIC, ("birth_date", "gender")),
        Part("dealings", CATEGORY_LABELS[TRANSACTIONS], TRANSACTIONS, ("value", "holdings", "since")),
        Part("story", CATEGORY_LABELS[BEHAVIOUR], BEHAVIOUR, ("note", "last_contact")),
        Part("derived", CATEGORY_LABELS[DERIVED], DERIVED, ("segment", "score")),
        Part("sensitive", CATEGORY_LABELS[SENSITIVE], SENSITIVE, ("health", "family")),
    )
}  # fmt: skip
ADDRESS = ("postcode", "prefecture", "city", "street")
SEVERAL = _("Separate several with 、")
HINTS = {
    "phones": SEVERAL,
    "emails": SEVERAL,
    "holdings": SEVERAL,
    "birth_date": _("1980-03-04 or 昭和55年3月4日"),
    "name": _("As the customer writes it, including old character forms"),
}
INPUTS = {  # how a form's input behaves: HTML attributes by field
    "phones": {"inputmode": "tel"},
    "emails": {"inputmode": "email"},
    "postcode": {"inputmode": "numeric"},
    "value": {"inputmode": "numeric"},
    "score": {"inputmode": "numeric"},
}
SYMBOLS = (
    ("電話", "phone"),
    ("来店", "visit"),
    ("訪問", "visit"),
    ("窓口", "visit"),
    ("郵送", "post"),
    ("受け付け", "doc"),
)
PLACE = {"branch": _("Branch"), "owner": _("Owner")}
SOURCES = {
    "handover": _("by reassignment"),
    "form": _("in the app"),
    "import": _("by import"),
    "undo of an import": _("import undone"),
    "demo": _("demo"),
}

by_year = dates.by_year


def is_company(customer: Profile) -> bool:
    """Is it an organisation, as far as the permit tells?"""
    kind = customer.values["kind"]
    return isinstance(kind, Opened) and kind.content == "organisation"


def all_clear(permit: Permit, names: Collection[str]) -> bool:
    """Does the permit open all of these fields in clear?"""
    return all(permit.opening(FIELDS[name].category, name) == Opening.CLEAR for name in names)


def named(name: str) -> Any:
    """What pages call a field, or where a customer belongs."""
    return PLACE[name] if name in PLACE else FIELDS[name].label


def symbol(contact: str) -> str:
    """The icon of a contact, by its words."""
    return next((icon for word, icon in SYMBOLS if word in contact), "chat")


def dialled(phone: Opened | str) -> Opened:
    """A phone number as a telephone takes it, behind `tel:` (RFC 3966)."""
    text = phone.content if isinstance(phone, Opened) else phone
    return Opened("".join(one for one in str(text) if one in "+0123456789"))


def source(code: str) -> Any:
    """Where a change came from, in words."""
    return SOURCES.get(code, code)


def display(name: str, value: Value) -> Any:
    """A value as a page shows it: lists joined, choices labelled, figures with separators; escaped by the template."""
    if not isinstance(value, Opened):
        return value
    if value.content in (None, "", []):
        return ""
    return Opened(SHOWN.get(name, as_written)(value.content))


def _born(content: str) -> str:
    born = date.fromisoformat(content)
    return f"{content}（{dates.japanese(born)}）" + _("%(years)d years old") % {"years": dates.age(born)}


def _day(content: str) -> str:
    return _written(content, get_language())


@lru_cache(maxsize=4_096)  # days, whosever
def _written(content: str, _language: str | None) -> str:
    return str(formats.date_format(date.fromisoformat(content), "DATE_FORMAT"))


def _choice(labels: dict[str, Any]) -> Callable[[str], str]:
    return lambda content: str(labels.get(content, content))


SHOWN: dict[str, Callable[[Any], str]] = {
    "birth_date": _born,
    "value": "{:,}".format,
    "since": _day,
    "last_contact": _day,
    **{name: _choice(labels) for name, labels in CHOICES.items()},
}


def day(content: str) -> str:
    """An ISO date in the person's language."""
    return _day(content)


def yen(value: Value) -> Value:
    """Money in a list."""
    return Opened(f"{value.content:,}") if isinstance(value, Opened) and isinstance(value.content, int) else value


def label(labels: dict[str, Any], value: Value) -> Any:
    """The label of an opened choice."""
    return labels.get(value.content, value) if isinstance(value, Opened) else value


def tone(status: Value) -> str:
    """The tone of a status badge."""
    return {"active": "ok", "dormant": "soon"}.get(getattr(status, "content", ""), "off")
