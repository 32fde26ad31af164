"""How a record stands on a page: which fields go together, and how each value is written there."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from toride.customers.fields import CATEGORY_LABELS, FIELDS, OF_A_COMPANY, OF_A_PERSON, STATUS_LABELS
from toride.customers.queries import Profile
from toride.fields import dates
from toride.fields.display import as_written, reason, shown
from toride.fields.display import day_written as day
from toride.vault.permit import Category, Opening, Permit
from toride.vault.values import Opened, Value

__all__ = ["CATEGORY_LABELS", "FIELDS", "OF_A_COMPANY", "OF_A_PERSON", "STATUS_LABELS", "as_written", "day", "reason"]
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
    return shown(FIELDS[name].type.show if name in FIELDS else as_written, value)


def label(labels: dict[str, Any], value: Value) -> Any:
    """The label of an opened choice."""
    return labels.get(value.content, value) if isinstance(value, Opened) else value


def tone(status: Value) -> str:
    """The tone of a status badge."""
    return {"active": "ok", "dormant": "soon"}.get(getattr(status, "content", ""), "off")
