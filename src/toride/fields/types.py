"""What kinds of field there are: how each cleans what was written, or refuses it with advice, and how it is shown."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import jaconv
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from toride.base import clock
from toride.base.errors import Invalid
from toride.fields import addresses, amounts, characters, dates, phones
from toride.fields.display import as_written, day_written
from toride.vault.permit import Category

NAME_LENGTH = 120
TEXT_LENGTH = 2_000
MOST_VALUES = 8
BLANKS, SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+"), re.compile(r"\s+")
ENDS = re.compile(r"\r\n?|\n")
PARTS = re.compile(r"[\r\n、;]|,(?!\d{3}\b)")
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
JOINERS = "\u200c\u200d"  # which letters are made with
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
MAILTO = re.compile(r"^mailto:\s*", re.IGNORECASE)  # as copied from a page
MAIL_LENGTH = 200  # longer ones are left to the library
Clean = Callable[[str], Any]


@dataclass(frozen=True)
class Type:
    """`clean` takes what was written and gives what is stored; raises Invalid with what to do. `show` writes a stored
    value on a page. `options`: the values there are, and what pages call them. `long`: written in several lines.
    `whole`: a number to machines. `extra`: HTML attributes of its input.
    """

    clean: Clean
    show: Callable[[Any], str] = as_written
    options: Mapping[str, Any] = field(default_factory=dict)
    long: bool = False
    whole: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """One field. `many`: a list. `typed` False: kept by the system, in no form. `hint`: how to write it."""

    name: str
    category: Category
    label: Any
    type: Type
    must: bool = False
    many: bool = False
    typed: bool = True
    hint: Any = ""

    @property
    def clean(self) -> Clean:
        """What makes a stored value of one that was written."""
        return self.type.clean

    def stored(self, written: str, standing: Any = None) -> Any:
        """What is stored of one input; nothing where nothing was written. Raises Invalid.

        Of several values those that stand already, in `standing`, stay as they are.
        """
        if not self.many:
            return self.type.clean(written) if written.strip() else None
        kept = {str(one): one for one in standing} if isinstance(standing, list | tuple) else {}
        parts = [part for part in PARTS.split(written) if part.strip()]
        if len(parts) > MOST_VALUES:
            raise Invalid(_("write at most %(most)d") % {"most": MOST_VALUES})
        return list(dict.fromkeys(kept[part] if part in kept else self.type.clean(part) for part in parts))


def cleaned(
    fields: Mapping[str, Field], written: Mapping[str, str], standing: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What is stored, for the fields named. Raises Invalid with every field's advice; empty clears a field.

    `standing`: what is stored now.
    """
    stored: dict[str, Any] = {}
    problems: dict[str, Any] = {}
    for name, value in written.items():
        try:
            stored[name] = fields[name].stored(value, (standing or {}).get(name))
        except Invalid as error:
            problems[name] = error.reason
        if fields[name].must and name not in problems and not stored[name]:
            problems[name] = _("is required")
    if problems:
        raise Invalid(gettext("Please fix the highlighted fields."), problems)
    return stored


def is_unaltered(of: Field, typed: str, content: Any) -> bool:
    """Did the form send back what it showed? An input of one line drops line ends (HTML standard)."""
    end = "\n" if of.type.long else ""
    return ENDS.sub(end, typed) == ENDS.sub(end, as_written(content))


def line(text: str, most: int = NAME_LENGTH) -> str:
    """One line, composed, without unseen characters or outer spaces; variant kanji stay as written. Raises Invalid."""
    found = text.strip()
    if "  " in found or not found.isprintable():  # of the blanks only the plain one can be printed
        found = characters.visible(characters.flowing(found))
        found = BLANKS.sub(" ", found).strip()
    if not found.isascii():
        found = characters.composed(found)
    if len(found) > most:
        raise Invalid(_("Enter at most %(most)d characters") % {"most": most})
    if not found.isprintable() and any(unicodedata.category(one) in UNSEEN and one not in JOINERS for one in found):
        raise Invalid(_("remove the characters that cannot be shown"))
    return found


def text(written: str) -> str:
    """Several lines."""
    if len(written) > TEXT_LENGTH:
        raise Invalid(_("Enter at most %(most)d characters") % {"most": TEXT_LENGTH})
    return "\n".join(line(part, TEXT_LENGTH) for part in ENDS.split(written)).strip()


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


def day(written: str) -> str:
    """ISO 8601."""
    return dates.parse(written).isoformat()


def birth_date(written: str) -> str:
    """ISO 8601, in the past."""
    found = dates.parse(written)
    if found > clock.today():
        raise Invalid(_("enter a birth date in the past"))
    return found.isoformat()


def _born(content: str) -> str:
    born = date.fromisoformat(content)
    return f"{content}（{dates.japanese(born)}）" + gettext("%(years)d years old") % {"years": dates.age(born)}


def phone(written: str) -> str:
    """A phone number in national notation (libphonenumber), or international where it is not Japanese."""
    return phones.written(written)


def email(written: str) -> str:
    """A mail address as it is to be used; the domain in lower case. Those of carriers may have dots anywhere."""
    folded = MAILTO.sub("", unicodedata.normalize("NFKC", characters.visible(written)).strip(), count=1)
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


def prefecture(written: str) -> str:
    """One of the forty-seven, in full; 東京, 宮城 and the codes of ISO 3166-2 (JP-13) are understood."""
    found = line(written)
    full = addresses.prefecture(found)
    if found and not full:
        raise Invalid(_("enter the prefecture, such as 東京都"))
    return full


def choice(labels: Mapping[str, Any], advice: Any, words: Mapping[str, str] | None = None) -> Type:
    """One of few: `labels` says what pages call each; `words` what else is understood."""
    known = {**{code: code for code in labels}, **(words or {})}

    def clean(written: str) -> str:
        key = unicodedata.normalize("NFKC", written).strip().lower()
        if key in known:
            return known[key]
        raise Invalid(advice)

    return Type(clean, lambda content: str(labels.get(content, content)), options=labels)


WHOLE = {"inputmode": "numeric"}
TEXT = Type(line)
LINES = Type(text, long=True)
KANA = Type(kana)
DAY = Type(day, day_written)
BIRTH_DATE = Type(birth_date, _born)
PHONE = Type(phone, extra={"inputmode": "tel"})
MAIL = Type(email, extra={"inputmode": "email"})
POSTCODE = Type(postcode, extra=WHOLE)
PREFECTURE = Type(prefecture)
YEN = Type(amounts.parse, "{:,}".format, whole=True, extra=WHOLE)
