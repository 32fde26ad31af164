"""The fields of a customer's profile: category, label, how a written value becomes a stored one."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jaconv
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from toride.base.errors import Invalid
from toride.customers import addresses, amounts, dates, numbers, phones
from toride.fields import characters
from toride.fields.types import ENDS, line, text
from toride.vault.permit import Category, Opening

CLEAR = Opening.CLEAR
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
SPACES = re.compile(r"\s+")
READING = re.compile(r"[ぁ-ゖァ-ヺー・ a-zA-Z0-9()（）.&-]+")
VOWEL = re.compile(r"(?<=[ぁ-ゖァ-ヺー])[\u2010-\u2015\u2212\uff70]|(?<=[ぁ-ゖァ-ヺ])-(?![a-zA-Z0-9])")
REPEATED = re.compile(r"([ぁ-ゖァ-ヺ])([ゝゞヽヾ])")
PLAIN_LOCAL = re.compile(r"(?=.{1,64}$)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")  # a dot-atom (RFC 5322, 3.2.3)
CARRIER_LOCAL = re.compile(r"[A-Za-z0-9._?/+-]{1,64}")
_CARRIERS_WORDS = (
    "docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp disney.ne.jp vodafone.ne.jp jp-t.ne.jp "
    "pdx.ne.jp willcom.com ymobile.ne.jp emobile.ne.jp y-mobile.ne.jp uqmobile.jp biz.ezweb.ne.jp"
)
CARRIERS = frozenset(_CARRIERS_WORDS.split()) | {f"{area}.vodafone.ne.jp" for area in "dhtcrknsq"}
NAMED_MAIL = re.compile(r"[^<>@]*<\s*([^<>\s]+)\s*>")
MAIL_LENGTH = 200  # longer ones are left to the library
LARGEST_VALUE = amounts.LARGEST
LEADING = phones.LEADING
MOST_VALUES = 8
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


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `clean` takes what was written and gives what is stored; raises Invalid with what to do.

    `many`: a list. `typed` False: kept by the system, in no form.
    """

    name: str
    category: Category
    label: Any
    clean: Callable[[str], Any]
    must: bool = False
    many: bool = False
    typed: bool = True


def number(written: str) -> str:
    """A customer number: letters, figures, dot, hyphen, underline; half width, as the institution writes it."""
    found = numbers.exact(written)
    if not NUMBER.fullmatch(found):
        raise Invalid(_("use up to 40 letters, digits or hyphens"))
    return found


def kana(written: str) -> str:
    """A reading in katakana, with one space between its parts; ー however it was typed, repeated kana written out."""
    found = line(SPACES.sub(" ", written))
    found = VOWEL.sub("ー", unicodedata.normalize("NFKC", found))
    found = SPACES.sub(" ", found).strip()
    found = REPEATED.sub(_again, found)
    if found and not READING.fullmatch(found):
        raise Invalid(_("enter the reading in kana"))
    return str(jaconv.hira2kata(found))


def _again(found: re.Match[str]) -> str:
    """かねこみすゞ is かねこみすず."""
    before, mark = found[1], found[2]
    plain = unicodedata.normalize("NFD", before)[0]
    return before + (unicodedata.normalize("NFC", f"{plain}\u3099") if mark in "ゞヾ" else plain)


def phone(written: str) -> str:
    """A phone number in national notation (libphonenumber), or international where it is not Japanese."""
    return phones.written(written)


def email(written: str) -> str:
    """A mail address as it is to be used; the domain in lower case. Those of carriers may have dots anywhere."""
    folded = unicodedata.normalize("NFKC", characters.visible(written)).strip()
    if named := NAMED_MAIL.fullmatch(folded):
        folded = named[1]
    local, _at, domain = folded.rpartition("@")
    if domain.lower() in CARRIERS and CARRIER_LOCAL.fullmatch(local.strip('"')):
        return f"{local.strip(chr(34))}@{domain.lower()}"
    try:
        if PLAIN_LOCAL.fullmatch(local) and len(folded) < MAIL_LENGTH:
            return f"{local}@{_domain(domain)}"
        return validate_email(folded, check_deliverability=False).normalized
    except EmailNotValidError:
        raise Invalid(_("enter an e-mail address such as name@example.jp")) from None


@lru_cache(maxsize=1_024)
def _domain(written: str) -> str:
    return str(validate_email(f"a@{written}", check_deliverability=False).domain)


def postcode(written: str) -> str:
    """Seven digits with a hyphen."""
    return addresses.postcode(written)


def birth_date(written: str) -> str:
    """ISO 8601."""
    found = dates.parse(written)
    from toride.base import clock

    if found > clock.today():
        raise Invalid(_("enter a birth date in the past"))
    return found.isoformat()


def day(written: str) -> str:
    """ISO 8601."""
    return dates.parse(written).isoformat()


def amount(written: str) -> int:
    """Whole yen as offices write them: 1,200,000円, △5,000, (5,000), 1億2,000万."""
    return amounts.parse(written)


def _one_of(words: dict[str, str], advice: Any) -> Callable[[str], str]:
    def clean(written: str) -> str:
        key = unicodedata.normalize("NFKC", written).strip().lower()
        if key in words:
            return words[key]
        raise Invalid(advice)

    return clean


def prefecture(written: str) -> str:
    """One of the forty-seven, in full; 東京, 宮城 and the codes of ISO 3166-2 (JP-13) are understood."""
    found = line(written)
    full = addresses.prefecture(found)
    if found and not full:
        raise Invalid(_("enter the prefecture, such as 東京都"))
    return full


BASIC, TRANSACTIONS, BEHAVIOUR, DERIVED, SENSITIVE = Category
FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("number", BASIC, _("Customer number"), number, must=True),
        Field("kind", BASIC, _("Kind"), _one_of(KINDS, _("choose person or organisation"))),
        Field("name", BASIC, _("Name"), line, must=True),
        Field("kana", BASIC, _("Reading (kana)"), kana),
        Field("contact_person", BASIC, _("Contact person"), line),
        Field("gender", BASIC, _("Gender"), _one_of(GENDERS, _("enter 女性, 男性 or 不明"))),
        Field("birth_date", BASIC, _("Birth date"), birth_date),
        Field("phones", BASIC, _("Phone"), phone, many=True),
        Field("emails", BASIC, _("E-mail"), email, many=True),
        Field("postcode", BASIC, _("Postcode"), postcode),
        Field("prefecture", BASIC, _("Prefecture"), prefecture),
        Field("city", BASIC, _("City"), line),
        Field("street", BASIC, _("Street and building"), lambda written: line(written, 200)),
        Field(
            "status", BASIC, _("Status"), _one_of({**{s: s for s in STATUSES}, **STATUS_WORDS}, _("choose a status"))
        ),
        Field("since", TRANSACTIONS, _("Customer since"), day),
        Field("value", TRANSACTIONS, _("Assets held (yen)"), amount),
        Field("holdings", TRANSACTIONS, _("Products held"), line, many=True),
        Field("contacts", BEHAVIOUR, _("Contact history"), line, many=True, typed=False),
        Field("last_contact", BEHAVIOUR, _("Last contact"), day),
        Field("note", BEHAVIOUR, _("Note"), text),
        Field("segment", DERIVED, _("Segment"), line),
        Field("score", DERIVED, _("Score"), amount),
        Field("health", SENSITIVE, _("Health and care"), text),
        Field("family", SENSITIVE, _("Family circumstances"), text),
    )
}
OF_A_PERSON = frozenset({"gender", "birth_date", "health", "family"})
OF_A_COMPANY = frozenset({"contact_person"})
CHOICES = {"kind": KIND_LABELS, "status": STATUS_LABELS, "gender": GENDER_LABELS}
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


LONG = frozenset({"note", "health", "family"})  # written in several lines


def as_written(content: Any) -> str:
    """A stored value as a form shows it."""
    if isinstance(content, (list, tuple)):
        return "、".join(str(part) for part in content)
    return "" if content is None else str(content)


def is_unaltered(name: str, typed: str, content: Any) -> bool:
    """Did the form send back what it showed? An input of one line drops line ends (HTML standard)."""
    end = "\n" if name in LONG else ""
    return ENDS.sub(end, typed) == ENDS.sub(end, as_written(content))


def clean(written: dict[str, str], standing: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is stored, for the fields named. Raises Invalid with every field's advice; empty clears a field.

    `standing`: what is stored now; those of several values that stand there already stay as they are.
    """
    stored: dict[str, Any] = {}
    problems: dict[str, Any] = {}
    for name, value in written.items():
        field = FIELDS[name]
        try:
            kept = (standing or {}).get(name)
            stored[name] = _many(field, value, kept) if field.many else field.clean(value) if value.strip() else None
        except Invalid as error:
            problems[name] = error.reason
        if field.must and name not in problems and not stored[name]:
            problems[name] = _("is required")
    if problems:
        raise Invalid(_("Please fix the highlighted fields."), problems)
    return stored


def _many(field: Field, written: str, standing: Any = None) -> list[Any]:
    kept = {str(one): one for one in standing} if isinstance(standing, list | tuple) else {}
    parts = [part for part in re.split(r"[\r\n、;]|,(?!\d{3}\b)", written) if part.strip()]
    if len(parts) > MOST_VALUES:
        raise Invalid(_("write at most %(most)d") % {"most": MOST_VALUES})
    return list(dict.fromkeys(kept[part] if part in kept else field.clean(part) for part in parts))
