"""What the columns of a file may become, said to a person: the targets, and how each is taken."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from toride.customers.fields import CATEGORY_LABELS, FIELDS
from toride.customers.imports.mapping import TARGETS
from toride.vault.permit import Category

SPECIAL: dict[str, Any] = {
    "family": _("Family name"),
    "given": _("Given name"),
    "family_kana": _("Family name (kana)"),
    "given_kana": _("Given name (kana)"),
    "company": _("Company"),
    "branch": _("Branch of the customer"),
    "owner": _("Person in charge"),
    "address": _("Address in one column"),
    "address2": _("Building (second part of the address)"),
}
# In which fields a special target ends.
STANDS = {
    "family": ("name",), "given": ("name",), "family_kana": ("kana",), "given_kana": ("kana",),
    "company": ("name", "contact_person"), "branch": (), "owner": (),
    "address": ("prefecture", "city", "street", "address"), "address2": ("street",),
}  # fmt: skip
TAKEN: dict[str, Any] = {
    "number": _("half width; letters, digits and hyphens are kept"),
    "name": _("as written; old kanji forms are kept and can be searched by the new forms"),
    "family": _("joined with the given name, one space between"),
    "given": _("joined with the family name, one space between"),
    "kana": _("half-width kana and hiragana to katakana"),
    "family_kana": _("joined with the given name; to katakana"),
    "given_kana": _("joined with the family name; to katakana"),
    "kind": _("個人 or 法人; without it, (株) and the like tell an organisation"),
    "birth_date": _("Japanese eras to the Western calendar"),
    "since": _("Japanese eras to the Western calendar"),
    "last_contact": _("Japanese eras to the Western calendar"),
    "phones": _("half width, with hyphens; several columns come together"),
    "emails": _("half width; several columns come together"),
    "postcode": _("seven digits with a hyphen"),
    "prefecture": _("written in full"),
    "address": _("split into prefecture, city and street"),
    "address2": _("added to the street"),
    "company": _("the customer, in rows without a person"),
    "branch": _("code or name of the branch, for new customers"),
    "owner": _("name or sign-in name, for new customers"),
    "value": _("whole yen; commas and 円 are removed"),
    "gender": _("女性, 男性 or 不明"),
    "status": _("取引中, 休眠 or 解約"),
}
AS_WRITTEN = _("as written")
ENCODINGS = (
    ("", _("Detect")), ("utf-8", "UTF-8"), ("cp932", "Shift_JIS (CP932)"), ("euc_jp", "EUC-JP"),
    ("iso2022_jp_ext", "JIS (ISO-2022-JP)"), ("cp1252", "Windows-1252"), ("utf-16-le", "UTF-16 LE"),
    ("utf-16-be", "UTF-16 BE"),
)  # fmt: skip
DELIMITERS = (("", _("Detect")), (",", _("Comma")), ("\t", _("Tab")), (";", _("Semicolon")), ("|", _("Bar")))
NAMES = {"utf-8-sig": "UTF-8 (BOM)", "utf-16": "UTF-16", "xlsx": "Excel", "vcard": "vCard", **dict(ENCODINGS[1:])}


def category(target: str) -> Category:
    """The category under which a target is sealed."""
    return Category.BASIC if target in SPECIAL else FIELDS[target].category


def category_label(target: str) -> Any:
    """Its name."""
    return CATEGORY_LABELS[category(target)]


def label(target: str) -> Any:
    """What a target is called."""
    return SPECIAL.get(target) or FIELDS[target].label


def taken(target: str) -> Any:
    """How a column with this target is taken, in words."""
    return TAKEN.get(target, AS_WRITTEN)


def stands(target: str) -> Sequence[str]:
    """The fields whose problems concern this target."""
    return STANDS.get(target, (target,))


def choices() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Every target once, by category, for a choice."""
    named = list(dict.fromkeys(TARGETS))
    return [
        (CATEGORY_LABELS[one], [(name, label(name)) for name in named if category(name) == one])
        for one in Category
        if any(category(name) == one for name in named)
    ]
