"""Phone numbers: the forms that are known, each read as it is written; what is left over is no part of a number."""

import re
from functools import lru_cache
from itertools import accumulate

import phonenumbers
from django.utils.translation import gettext as _

from toride.base.errors import Invalid
from toride.fields import characters, folding

# As libphonenumber writes them, ten times faster; 0800 is no mobile number (総務省 電気通信番号計画).
MOBILE = re.compile(r"(0(?:[79]0|80(?!-?0)))-?([0-9]{4})-?([0-9]{4})")
USUAL = re.compile(r"0[0-9]{1,5}-[0-9]{1,4}-[0-9]{3,4}|0[0-9]{9,10}")
ELEVEN = re.compile(r"0(?:[5-9]0|20)[0-9]{8}|0800[0-9]{7}")
TEN = re.compile(r"0[1-9][0-9]{8}")
SHORT_MOBILE = re.compile(r"0[789]0[0-9]{7}")
WITHOUT_ZERO = re.compile(r"[5-9]0[1-9][0-9]{7}|[1-9][0-9]{8}")
LEADING = 7  # no format of libphonenumber's looks at more leading digits
SIGNS = re.compile(r"[0-9+() .-]+")
LONG_VOWEL = re.compile(r"(?<=[0-9])\s*[ー‐]\s*(?=[0-9])")
# Groups of figures, each in one piece; one of the first two may stand in brackets, and nothing stands behind.
GROUPS = re.compile(r"(?:\+[0-9]{1,3}[ .-]?)?(?:\([0-9]{1,5}\)[ .-]?)?[0-9]+(?:(?:[ .-]| - |\([0-9]{1,4}\)-?)[0-9]+)*")
JAPAN = 81  # ITU-T E.164
LAST = 3  # figures of the last group, at least: 0120-123-456


def written(text: str) -> str:
    """A number in national notation, or international where it is not Japanese. Raises Invalid."""
    if mobile := MOBILE.fullmatch(text):
        return "-".join(mobile.groups())
    if USUAL.fullmatch(text):
        return _written(text.replace("-", ""))
    folded = LONG_VOWEL.sub("-", characters.plain(text))
    if not SIGNS.fullmatch(folded):
        raise Invalid(_("enter only digits, hyphens and +"))
    if not GROUPS.fullmatch(folded) or len(re.split(r"[^0-9]+", folded)[-1]) < LAST:
        raise Invalid(_("enter a phone number such as 090-1234-5678"))
    national = _national(folded)
    return _foreign(folded) if national is None else _written(national)


def _written(national: str) -> str:
    """The figures in groups, if there are as many as such a number has."""
    if mobile := MOBILE.fullmatch(national):
        return "-".join(mobile.groups())
    if SHORT_MOBILE.fullmatch(national) or not (TEN.fullmatch(national) or ELEVEN.fullmatch(national)):
        raise Invalid(_digits_wrong(national))
    if groups := _groups(national[:LEADING], len(national)):
        return "-".join(national[begin:end] for begin, end in groups)
    found = _by_library(national)
    if folding.digits(found) != national:
        raise Invalid(_("enter a phone number such as 090-1234-5678"))
    return found


def _national(folded: str) -> str | None:
    """The figures as they are dialled in Japan, a 0 that a spreadsheet took put back; None for another country."""
    digits = folding.digits(folded)
    if folded.startswith("+"):
        return "0" + digits[2:].removeprefix("0") if digits.startswith(str(JAPAN)) else None
    if WITHOUT_ZERO.fullmatch(digits):
        return f"0{digits}"
    if digits.startswith(str(JAPAN)) and WITHOUT_ZERO.fullmatch(digits[2:]):
        return f"0{digits[2:]}"
    return digits


@lru_cache(maxsize=16_384)
def _groups(leading: str, length: int) -> tuple[tuple[int, int], ...]:
    """Where the groups of such a number begin and end, as its first digits decide; none where digits are dropped."""
    padded = leading.ljust(length, "0")
    found = _by_library(padded)
    if found.replace("-", "") != padded:
        return ()
    ends = list(accumulate(map(len, found.split("-"))))
    return tuple(zip([0, *ends], ends, strict=False))


def _by_library(national: str) -> str:
    """As libphonenumber writes it."""
    try:
        parsed = phonenumbers.parse(national, "JP")
    except phonenumbers.NumberParseException:
        raise Invalid(_("enter a phone number such as 090-1234-5678")) from None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def _foreign(folded: str) -> str:
    try:
        parsed = phonenumbers.parse(folded, None)
    except phonenumbers.NumberParseException:
        raise Invalid(_("enter a phone number such as 090-1234-5678")) from None
    if not phonenumbers.is_valid_number(parsed):
        raise Invalid(_("enter a phone number such as 090-1234-5678"))
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def _digits_wrong(national: str) -> str:
    return str(_("this has %(digits)d digits; mobile numbers have 11, others 10") % {"digits": len(national)})
