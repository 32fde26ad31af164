"""Numbers that must not lie in ordinary fields: 個人番号 and payment cards, found by their check digits."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import accumulate

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from toride.base.errors import Invalid


class Kind(StrEnum):
    """個人番号 may be held only for tax and social security (番号法 第20条), card numbers only under PCI DSS."""

    INDIVIDUAL = "individual"
    CARD = "card"


class Policy(StrEnum):
    """What becomes of one: the entry is refused; its digits are struck out; or it is struck out and sealed apart."""

    REFUSE = "refuse"
    MASK = "mask"
    APART = "apart"


LABELS = {Kind.INDIVIDUAL: _("Individual Number (My Number)"), Kind.CARD: _("Card number")}
ADVICE = {
    Kind.INDIVIDUAL: _(
        "this looks like an Individual Number (My Number), which must not be kept here; remove it. "
        "If it is another number, write what it is before it, such as 受付番号"
    ),
    Kind.CARD: _(
        "this looks like a card number, which must not be kept here; remove it. "
        "If it is another number, write what it is before it, such as 受付番号"
    ),
}
LOOKS = {
    Kind.INDIVIDUAL: _("Looks like Individual Numbers (My Number)"),
    Kind.CARD: _("Looks like card numbers"),
}
STRUCK = "＊"
NOT_SCREENED = frozenset({"number", "birth_date", "since", "last_contact", "value", "score"})  # formats of their own
UNSCREENED_CELLS = frozenset({"number", "value"})  # cells of a file that are quoted as they stand
SURE, FEWEST = 0.9, 20  # of a column's cells; of random ones a tenth fits
_ONES = bytes(ord("1") if chr(byte).isdigit() else byte for byte in range(256))
_TWELVE_ONES = b"1" * 12
_RUN = re.compile(r"[0-9](?:[ ‐-―−ー.・-]?[0-9])*")
_BREAK = re.compile(r"[^0-9]")
_SEPARATORS = re.compile(r"[\s‐-―−ー.・-]")
_DIGITS = re.compile(r"[0-9]{12,19}")
_NAMED = re.compile(r"(?:個人番号|マイナンバー|my\s*number)[^0-9]{0,8}$", re.IGNORECASE)
_OTHER = re.compile(
    r"(?:受付|伝票|整理|口座|証券|契約|会員|注文|予約|管理|申込|照会|お客[さ様]ま?|電話|携帯|fax|tel|no|№)(?:番号)?[^0-9A-Z]{0,4}$",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9]")
_TWELVE = {(12,), (4, 4, 4)}
_CARDS = (  # who issues: first digits, lengths (ISO/IEC 7812-1; the schemes' own ranges)
    (re.compile(r"4"), {13, 16, 19}),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), {16}),
    (re.compile(r"35(?:2[89]|[3-8])"), {16, 17, 18, 19}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"3(?:0[0-5]|095|[689])"), {14, 16, 19}),
    (re.compile(r"6011|64[4-9]|65|62"), {16, 17, 18, 19}),
)
_SHAPES = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3)}
_CARD_DIGITS = (13, 19)


@dataclass(frozen=True, slots=True)
class Found:
    """One of them; `start` and `end` are places in the text as written."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Screened:
    """Fields without such numbers; `apart`: (field, kind, the number) of what policy seals apart.

    `refused`: where policy refuses, the fields that held one.
    """

    written: dict[str, str] = field(repr=False)
    struck: dict[str, Kind] = field(default_factory=dict)
    apart: list[tuple[str, Kind, str]] = field(default_factory=list, repr=False)
    refused: dict[str, Kind] = field(default_factory=dict)


def find(text: str) -> list[Found]:
    """Every such number in a text, in any width, with or without separators; ordered, not overlapping."""
    if not may_hold(text):
        return []
    places = [at for at, one in enumerate(text) if unicodedata.category(one) != "Cf"]  # what nobody sees parts nothing
    folded = "".join(unicodedata.normalize("NFKC", text[at])[:1] or " " for at in places)
    found: list[Found] = []
    for run in _RUN.finditer(folded):
        before = folded[: run.start()]
        if before.endswith("+"):
            continue
        found += _within(run[0], run.start(), before)
    return [Found(one.kind, places[one.start], places[one.end - 1] + 1) for one in found]


def may_hold(text: str) -> bool:
    """False where a second look is not needed: there are never twelve digits with nothing but separators between.

    Two microseconds for a row of a file; whatever is not ASCII counts as a separator, 、 does not.
    """
    text = text.replace("、", "\n")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _TWELVE_ONES in text.encode("ascii", "ignore").translate(_ONES, b" -.")


def screen(written: Mapping[str, str]) -> Screened:
    """Deals with them by policy, field by field. Raises Invalid with advice by field where policy refuses."""
    made = sift(written, policy())
    if made.refused:
        advice = {name: ADVICE[kind] for name, kind in made.refused.items()}
        raise Invalid(_("Please fix the highlighted fields."), advice)
    return made


def sift(written: Mapping[str, str], chosen: Policy) -> Screened:
    """As `screen`, but tells what is refused."""
    made = Screened(dict(written))
    for name, text in written.items():
        found = [] if name in NOT_SCREENED else find(text)
        if not found:
            continue
        made.written[name] = strike(text, found)
        if chosen is Policy.REFUSE:
            made.refused[name] = found[0].kind
            continue
        made.struck[name] = found[0].kind
        if chosen is Policy.APART:
            made.apart.extend((name, one.kind, text[one.start : one.end]) for one in found)
    return made


def struck(text: str) -> str:
    """The text as it may be quoted: every such number struck out."""
    found = find(text)
    return strike(text, found) if found else text


def struck_cells(cells: Sequence[str], targets: Sequence[str | None] = ()) -> list[str]:
    """The cells of a row of a file as they may be quoted; customer numbers and amounts stay, as they are not told."""
    kept = dict(enumerate(targets))
    return [cell if kept.get(at) in UNSCREENED_CELLS else struck(cell) for at, cell in enumerate(cells)]


def column(cells: Iterable[str], heading: str = "") -> Kind | None:
    """What a column of a file is made of: nearly all of its long numbers bear the check digit, not one in ten.

    Where its heading says 個人番号 or マイナンバー, one of twelve digits is enough.
    """
    counts = {Kind.INDIVIDUAL: [0, 0], Kind.CARD: [0, 0]}
    for cell in cells:
        if len(cell) < len(_TWELVE_ONES):
            continue
        digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", cell))
        if not _DIGITS.fullmatch(digits):
            continue
        kind, fits = (Kind.INDIVIDUAL, is_individual) if len(digits) == 12 else (Kind.CARD, is_card)  # noqa: PLR2004
        counts[kind][0] += 1
        counts[kind][1] += fits(digits)
    if counts[Kind.INDIVIDUAL][0] and _NAMED.search(heading):
        return Kind.INDIVIDUAL
    for kind, (long, fitting) in counts.items():
        if long >= FEWEST and fitting >= SURE * long:
            return kind
    return None


def strike(text: str, found: list[Found]) -> str:
    """The text with the digits of each number struck out; of a card's the last four stay (PCI DSS 4.0, 3.4.1)."""
    content = list(text)
    for one in found:
        digits = [at for at in range(one.start, one.end) if content[at].isdigit()]
        for at in digits[:-4] if one.kind is Kind.CARD else digits:
            content[at] = STRUCK
    return "".join(content)


def policy() -> Policy:
    """What TORIDE_BARRED_NUMBERS says."""
    return Policy(settings.BARRED_NUMBERS)


def is_individual(digits: str) -> bool:
    """Twelve digits whose last one fits (平成26年総務省令第85号 第5条)."""
    if len(digits) != 12:  # noqa: PLR2004 - as the ordinance says
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(reversed(digits[:11]), _weights(), strict=True))
    rest = weighted % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def is_card(digits: str) -> bool:
    """A length and first digits that a card scheme uses, and a check digit that fits (ISO/IEC 7812-1, annex B)."""
    if not any(start.match(digits) and len(digits) in lengths for start, lengths in _CARDS):
        return False
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(two - 9 if two > 9 else two for two in doubled)) % 10 == 0  # noqa: PLR2004 - Luhn


def _within(run: str, start: int, before: str) -> Iterator[Found]:
    """Those among the groups of one run of digits and single separators."""
    groups = [len(part) for part in _BREAK.split(run)]
    ends = list(accumulate(groups, lambda end, length: end + 1 + length))
    begins = [end - length for end, length in zip(ends, groups, strict=True)]
    first = 0
    while first < len(groups):
        for last in range(len(groups), first, -1):
            shape = tuple(groups[first:last])
            digits = _BREAK.sub("", run[begins[first] : ends[last - 1]])
            kind = _kind(digits, shape, before + run[: begins[first]])
            if kind:
                yield Found(kind, start + begins[first], start + ends[last - 1])
                first = last - 1
                break
        first += 1


def _kind(digits: str, shape: tuple[int, ...], before: str) -> Kind | None:
    other = _OTHER.search(before)
    if shape in _TWELVE:
        if _NAMED.search(before):
            return Kind.INDIVIDUAL
        if not other and is_individual(digits) and not (len(shape) == 1 and _MOMENT.fullmatch(digits)):
            return Kind.INDIVIDUAL
    in_one = len(shape) == 1 and _CARD_DIGITS[0] <= shape[0] <= _CARD_DIGITS[1]
    return Kind.CARD if (in_one or shape in _SHAPES) and not other and is_card(digits) else None


@cache
def _weights() -> list[int]:
    return [n + 1 if n <= 6 else n - 5 for n in range(1, 12)]  # noqa: PLR2004 - as the ordinance says
