"""The fields of a customer's profile: category, label, how a written value becomes a stored one."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

import jaconv
import phonenumbers
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from toride.base.errors import Invalid
from toride.customers import addresses, dates, folding
from toride.vault.permit import Category, Opening

CLEAR = Opening.CLEAR
NAME_LENGTH = 120
TEXT_LENGTH = 2_000
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
BLANKS, SPACES, ENDS = re.compile(r"[ \t\u3000]+"), re.compile(r"\s+"), re.compile(r"\r\n?|\n")
READING = re.compile(r"[ぁ-ゖァ-ヺー・ a-zA-Z0-9()（）.&-]+")
NO_PHONE, HYPHENS = re.compile(r"[^0-9+()\s./‐-―−ー-]"), re.compile(r"[‐-―−ー]")
# As libphonenumber writes them, ten times faster; 0800 is no mobile number (総務省 電気通信番号計画).
MOBILE = re.compile(r"(0(?:[79]0|80(?!-?0)))-?([0-9]{4})-?([0-9]{4})")
SHORT_MOBILE = re.compile(r"0[789]0[0-9]{7}")
LANDLINE, LEADING = (
    re.compile(r"0[1-9][0-9]{8}|0800[0-9]{7}"),
    7,
)  # no format of libphonenumber's looks at more leading digits
PLAIN_LOCAL = re.compile(r"(?=.{1,64}$)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")  # a dot-atom (RFC 5322, 3.2.3)
MAIL_LENGTH = 200  # longer ones are left to the library
UNITS, WHOLE = re.compile(r"[,\s¥円]"), re.compile(r"-?\d{1,15}")
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
JOINERS = "\u200c\u200d"  # which letters are made with
MOST_VALUES = 8
LARGEST_VALUE = 10**15
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


def line(text: str, most: int = NAME_LENGTH) -> str:
    """One line without control characters, outer spaces trimmed; variant kanji stay as written. Raises Invalid."""
    found = text.strip()
    if "  " in found or not found.isprintable():  # of the blanks only the plain one can be printed
        found = BLANKS.sub(" ", found).strip()
    if len(found) > most:
        raise Invalid(_("Enter at most %(most)d characters") % {"most": most})
    if not found.isprintable() and any(unicodedata.category(one) in UNSEEN and one not in JOINERS for one in found):
        raise Invalid(_("remove the characters that cannot be shown"))
    return found


def text(written: str) -> str:
    """Several lines."""
    if len(written) > TEXT_LENGTH:
        raise Invalid(_("Enter at most %(most)d characters") % {"most": TEXT_LENGTH})
    return "\n".join(line(part, TEXT_LENGTH) for part in written.splitlines()).strip()


def number(written: str) -> str:
    """A customer number: letters, figures, dot, hyphen, underline; half width, as the institution writes it."""
    found = unicodedata.normalize("NFKC", written).strip()
    if not NUMBER.fullmatch(found):
        raise Invalid(_("use up to 40 letters, figures or hyphens"))
    return found


def kana(written: str) -> str:
    """A reading in katakana, with one space between its parts."""
    found = SPACES.sub(" ", unicodedata.normalize("NFKC", line(written))).strip()
    if found and not READING.fullmatch(found):
        raise Invalid(_("write the reading in kana"))
    return str(jaconv.hira2kata(found))


def phone(written: str) -> str:
    """A phone number in national notation (libphonenumber), or international where it is not Japanese."""
    if mobile := MOBILE.fullmatch(written):
        return "-".join(mobile.groups())
    folded = unicodedata.normalize("NFKC", written).strip()
    if NO_PHONE.search(folded):
        raise Invalid(_("write only figures, hyphens and +"))
    folded = HYPHENS.sub("-", folded)
    if mobile := MOBILE.fullmatch(folded):
        return "-".join(mobile.groups())
    digits = folded.replace("-", "")
    if SHORT_MOBILE.fullmatch(digits):
        raise Invalid(_digits_wrong(digits))
    if LANDLINE.fullmatch(digits) and (groups := _groups(digits[:LEADING], len(digits))):
        return "-".join(digits[begin:end] for begin, end in groups)
    return _by_library(folded)


@lru_cache(maxsize=16_384)
def _groups(leading: str, length: int) -> tuple[tuple[int, int], ...]:
    """Where the groups of such a number begin and end, as its first digits decide; none where digits are dropped."""
    padded = leading.ljust(length, "0")
    written = _by_library(padded)
    if written.replace("-", "") != padded:
        return ()
    ends = list(accumulate(map(len, written.split("-"))))
    return tuple(zip([0, *ends], ends, strict=False))


def _by_library(folded: str) -> str:
    try:
        parsed = phonenumbers.parse(folded, "JP")
    except phonenumbers.NumberParseException:
        raise Invalid(_("write a phone number such as 090-1234-5678")) from None
    if not phonenumbers.is_possible_number(parsed):
        raise Invalid(_digits_wrong(folded))
    japanese = parsed.country_code == 81  # noqa: PLR2004 - ITU-T E.164
    style = phonenumbers.PhoneNumberFormat.NATIONAL if japanese else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, style))


def _digits_wrong(written: str) -> str:
    return str(
        _("this has %(digits)d digits; mobile numbers have 11, others 10") % {"digits": len(folding.digits(written))}
    )


def email(written: str) -> str:
    """A mail address as it is to be used; the domain in lower case."""
    folded = unicodedata.normalize("NFKC", written).strip()
    local, _at, domain = folded.rpartition("@")
    try:
        if PLAIN_LOCAL.fullmatch(local) and len(folded) < MAIL_LENGTH:
            return f"{local}@{_domain(domain)}"
        return validate_email(folded, check_deliverability=False).normalized
    except EmailNotValidError:
        raise Invalid(_("write a mail address such as name@example.jp")) from None


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
        raise Invalid(_("a birth date lies in the past"))
    return found.isoformat()


def day(written: str) -> str:
    """ISO 8601."""
    return dates.parse(written).isoformat()


def amount(written: str) -> int:
    """Whole yen; separators and 円 are allowed."""
    folded = UNITS.sub("", unicodedata.normalize("NFKC", written))
    if not WHOLE.fullmatch(folded):
        raise Invalid(_("write whole yen in figures"))
    return int(folded)


def _one_of(words: dict[str, str], advice: Any) -> Callable[[str], str]:
    def clean(written: str) -> str:
        key = unicodedata.normalize("NFKC", written).strip().lower()
        if key in words:
            return words[key]
        raise Invalid(advice)

    return clean


def prefecture(written: str) -> str:
    """One of the forty-seven, in full."""
    found = line(written)
    if found and found not in addresses.PREFECTURES:
        raise Invalid(_("write the prefecture in full, such as 東京都"))
    return found


BASIC, TRANSACTIONS, BEHAVIOUR, DERIVED, SENSITIVE = Category
FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("number", BASIC, _("Customer number"), number, must=True),
        Field("kind", BASIC, _("Kind"), _one_of(KINDS, _("choose person or organisation"))),
        Field("name", BASIC, _("Name"), line, must=True),
        Field("kana", BASIC, _("Reading (kana)"), kana),
        Field("contact_person", BASIC, _("Contact person"), line),
        Field("gender", BASIC, _("Gender"), _one_of(GENDERS, _("write 女性, 男性 or 不明"))),
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
        raise Invalid(_("Some fields need another look."), problems)
    return stored


def _many(field: Field, written: str, standing: Any = None) -> list[Any]:
    kept = {str(one): one for one in standing} if isinstance(standing, list | tuple) else {}
    parts = [part for part in re.split(r"[\n、;]|,(?!\d{3}\b)", written) if part.strip()]
    if len(parts) > MOST_VALUES:
        raise Invalid(_("write at most %(most)d") % {"most": MOST_VALUES})
    return list(dict.fromkeys(kept[part] if part in kept else field.clean(part) for part in parts))
