"""The fields of a customer's profile: category, label, how a written value becomes a stored one."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from toride.base.errors import Invalid
from toride.customers import numbers
from toride.fields import amounts, phones, types
from toride.fields.types import (
    BIRTH_DATE,
    DAY,
    KANA,
    LINES,
    MAIL,
    PHONE,
    POSTCODE,
    PREFECTURE,
    TEXT,
    WHOLE,
    YEN,
    Field,
    Type,
    choice,
    line,
)
from toride.vault.permit import Category, Opening

CLEAR = Opening.CLEAR
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
LARGEST_VALUE = amounts.LARGEST
LEADING = phones.LEADING
GENDERS = {
    "女性": "female", "女": "female", "f": "female", "female": "female",
    "男性": "male", "男": "male", "m": "male", "male": "male",
    "不明": "", "その他": "", "": "",
}  # fmt: skip
KINDS = {
    "person": "person",
    "個人": "person",
    "organisation": "organisation",
    "法人": "organisation",
    "団体": "organisation",
}
STATUSES = ("active", "dormant", "closed")
STATUS_WORDS = {"取引中": "active", "休眠": "dormant", "解約": "closed"}
KIND_LABELS = {"person": _("Person"), "organisation": _("Organisation")}
STATUS_LABELS = {"active": _("Active"), "dormant": _("Dormant"), "closed": _("Closed")}
GENDER_LABELS = {"female": _("Female"), "male": _("Male"), "": _("Not stated")}


def number(written: str) -> str:
    """A customer number: letters, figures, dot, hyphen, underline; half width, as the institution writes it."""
    found = numbers.exact(written)
    if not NUMBER.fullmatch(found):
        raise Invalid(_("use up to 40 letters, digits or hyphens"))
    return found


BASIC, TRANSACTIONS, BEHAVIOUR, DERIVED, SENSITIVE = Category
SEVERAL = _("Separate several with 、")
KIND = choice(KIND_LABELS, _("choose person or organisation"), KINDS)
STATUS = choice(STATUS_LABELS, _("choose a status"), STATUS_WORDS)
GENDER = choice(GENDER_LABELS, _("enter 女性, 男性 or 不明"), GENDERS)
FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("number", BASIC, _("Customer number"), Type(number), must=True),
        Field("kind", BASIC, _("Kind"), KIND),
        Field("name", BASIC, _("Name"), TEXT, must=True,
              hint=_("As the customer writes it, including old character forms")),
        Field("kana", BASIC, _("Reading (kana)"), KANA),
        Field("contact_person", BASIC, _("Contact person"), TEXT),
        Field("gender", BASIC, _("Gender"), GENDER),
        Field("birth_date", BASIC, _("Birth date"), BIRTH_DATE, hint=_("1980-03-04 or 昭和55年3月4日")),
        Field("phones", BASIC, _("Phone"), PHONE, many=True, hint=SEVERAL),
        Field("emails", BASIC, _("E-mail"), MAIL, many=True, hint=SEVERAL),
        Field("postcode", BASIC, _("Postcode"), POSTCODE),
        Field("prefecture", BASIC, _("Prefecture"), PREFECTURE),
        Field("city", BASIC, _("City"), TEXT),
        Field("street", BASIC, _("Street and building"), Type(lambda written: line(written, 200))),
        Field("status", BASIC, _("Status"), STATUS),
        Field("since", TRANSACTIONS, _("Customer since"), DAY),
        Field("value", TRANSACTIONS, _("Assets held (yen)"), YEN),
        Field("holdings", TRANSACTIONS, _("Products held"), TEXT, many=True, hint=SEVERAL),
        Field("contacts", BEHAVIOUR, _("Contact history"), TEXT, many=True, typed=False),
        Field("last_contact", BEHAVIOUR, _("Last contact"), DAY),
        Field("note", BEHAVIOUR, _("Note"), LINES),
        Field("segment", DERIVED, _("Segment"), TEXT),
        Field("score", DERIVED, _("Score"), Type(amounts.parse, whole=True, extra=WHOLE)),
        Field("health", SENSITIVE, _("Health and care"), LINES),
        Field("family", SENSITIVE, _("Family circumstances"), LINES),
    )
}  # fmt: skip
OF_A_PERSON = frozenset({"gender", "birth_date", "health", "family"})
OF_A_COMPANY = frozenset({"contact_person"})
CHOICES = {name: spec.type.options for name, spec in FIELDS.items() if spec.type.options}
CATEGORY_LABELS = {
    BASIC: _("Basic attributes"),
    TRANSACTIONS: _("Transactions"),
    BEHAVIOUR: _("Contact history"),
    DERIVED: _("Derived data"),
    SENSITIVE: _("Sensitive information"),
}


def of(category: Category) -> list[Field]:
    """The fields of a category, in the order of a page."""
    return [field for field in FIELDS.values() if field.category == category]


LONG = frozenset(name for name, spec in FIELDS.items() if spec.type.long)


def is_unaltered(name: str, typed: str, content: Any) -> bool:
    """As `fields.types.is_unaltered`, by name."""
    return types.is_unaltered(FIELDS[name], typed, content)


def clean(written: Mapping[str, str], standing: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """As `fields.types.cleaned`, of a customer's fields."""
    return types.cleaned(FIELDS, written, standing)
