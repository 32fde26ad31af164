"""Amounts as offices write them: figures in threes, 円 and ¥, △ ▲ and brackets for less than nothing, 万 and 億."""

import re

from django.utils.translation import gettext as _

from toride.base.errors import Invalid
from toride.fields import characters

LARGEST = 10**15
_FIGURES = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"
_PLAIN = re.compile(rf"({_FIGURES})(?:\.0+)?")
_UNITS = re.compile(
    rf"(?:({_FIGURES}(?:\.[0-9]{{1,8}})?)兆)?(?:({_FIGURES}(?:\.[0-9]{{1,8}})?)億)?(?:({_FIGURES}(?:\.[0-9]{{1,4}})?)万)?"
    rf"(?:({_FIGURES}(?:\.[0-9]{{1,3}})?)千)?({_FIGURES})?"
)
_WORTH = (10**12, 10**8, 10**4, 10**3, 1)
_SIGN, _BRACKETS = re.compile(r"([-△▲])\s*"), re.compile(r"\(\s*(.*?)\s*\)")
_MONEY = re.compile(r"^[¥\\]\s*|\s*(?:円也?|圓也?|JPY|yen)$", re.IGNORECASE)
_CLOSED = re.compile(r"([¥\\]\s*[0-9,]+)(?:\.?-|也)")  # ¥1,000- on receipts, so that no figure is added
_PLUS = re.compile(r"\+(?=[¥\\0-9])")


def parse(text: str) -> int:
    """Whole yen. Raises Invalid; nothing between figures is passed over but commas in threes."""
    folded = characters.plain(text).replace("△", "△")
    less = False
    for mark in (_BRACKETS.fullmatch(folded), None):
        if mark:
            less, folded = True, mark[1]
    if ended := _CLOSED.fullmatch(folded):
        folded = ended[1]
    folded, less = _unsigned(_PLUS.sub("", folded, count=1) if folded.startswith("+") else folded, less=less)
    folded, less = _unsigned(_MONEY.sub("", _MONEY.sub("", folded)), less=less)
    found = _whole(folded)
    if found is None or found >= LARGEST:
        raise Invalid(_("enter whole yen in digits"))
    return -found if less else found


def _unsigned(text: str, *, less: bool) -> tuple[str, bool]:
    if not less and (sign := _SIGN.match(text)):
        return text[sign.end() :], True
    return text, less


def _whole(text: str) -> int | None:
    if plain := _PLAIN.fullmatch(text):
        return int(plain[1].replace(",", ""))
    found = _UNITS.fullmatch(text)
    if not text or found is None:
        return None
    total = 0
    for part, worth in zip(found.groups(), _WORTH, strict=True):
        if part is None:
            continue
        whole, _dot, rest = part.replace(",", "").partition(".")
        if int((rest or "0").ljust(12, "0")) * worth % 10**12:
            return None
        total += int(whole) * worth + int((rest or "0").ljust(12, "0")) * worth // 10**12
    return total
