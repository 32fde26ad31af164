"""Numbers that must not lie in ordinary fields: 個人番号 and payment cards, found by their check digits."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache

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
KANJI = dict(zip("〇零○◯一二三四五六七八九壱弐参肆伍陸漆捌玖壹貳參", "0000123456789123456789123", strict=True))
FEWEST_FIGURES = 12
_NOT_FIGURES = bytes(byte for byte in range(256) if not chr(byte).isdecimal() or byte > ord("9"))
_DOUBLE = re.compile("[⑩-⑳⑽-⒇⒑-⒛⓫-⓴㉑-㉟㊱-㊿]")  # one sign for two figures
_GAP = r"(?: ?(?:[^\w\s\0]|[ー_]){1,3} ?|[ \n]{1,3})"  # what parts groups: signs, with or without blanks; no letter
_RUN = re.compile(rf"[0-9]+(?:{_GAP}[0-9]+)*")
_WORDS = re.compile(r"[0-9]+([^0-9\0]{1,8})[0-9]+(?:\1[0-9]+)+")  # the same word between all groups
_UNITS = frozenset(("円", "万円", "年", "月", "日", "時", "分", "歳", "才", "件", "名", "人"))
_BREAK = re.compile(r"[^0-9]+")
_SEPARATORS = re.compile(r"[\W_]")
_PLAIN = frozenset(" ‐‑‒–—―−ー.・-")  # between the groups of a known shape, wherever they stand
_EXPLAINED = re.compile(  # dates, times, phones, postcodes: their digits belong to no other number
    r"""(?<![0-9])(?:
    (?:19|20)[0-9]{2}([/.-])[0-9]{1,2}\1[0-9]{1,2}(?![0-9])(?!\1[0-9])
    |(?<![0-9]:)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9:])
    |0[5789]0(?:[ -]?[0-9]{4}){2}(?![0-9-])
    |0120(?:[ -]?[0-9]{3}){2}(?![0-9-])
    |(?=(?:[0-9][ ()-]{0,2}){10}(?![0-9-]))0[1-9][0-9]{0,3}[ ()-]{0,2}[0-9]{1,4}[ ()-]{0,2}[0-9]{4}(?![0-9-])
    |(?<![0-9]-)[0-9]{3}-[0-9]{4}(?![0-9-])
    )""",
    re.VERBOSE,
)
_DIGITS = re.compile(r"[0-9]{12,19}")
_NAMED = re.compile(r"(?:個人番号|マイナンバー|my\s*number)[^0-9]{0,8}$", re.IGNORECASE)
_OTHER = re.compile(
    r"(?:受付|伝票|整理|口座|証券|契約|会員|注文|予約|管理|申込|照会|お客[さ様]ま?|電話|携帯|fax|tel|no|№)(?:番号)?[^0-9A-Z]{0,4}$",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9]")
_TWELVE = {(12,), (4, 4, 4), (6, 6), (3, 3, 3, 3)}
_CARDS = (  # who issues: first digits, lengths (ISO/IEC 7812-1; the schemes' own ranges)
    (re.compile(r"4"), {13, 16, 19}),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), {16}),
    (re.compile(r"35(?:2[89]|[3-8])"), {16, 17, 18, 19}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"3(?:0[0-5]|095|[689])"), {14, 16, 19}),
    (re.compile(r"6011|64[4-9]|65|62"), {16, 17, 18, 19}),
)
_SHAPES = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3)}
_ACCOUNTS = {(4, 3, 7), (4, 7), (3, 7)}  # bank, branch and number
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
    """Every such number in a text, in any figures, parted by any one sign or word, or by none; ordered, not
    overlapping.
    """
    if not may_hold(text):
        return []
    folded, places = _folded(text)
    found = _of_figures(folded)
    kanji = "".join(KANJI.get(one, "\0" if one.isdecimal() else one) for one in folded)
    if kanji != folded:
        found += _of_figures(kanji)
        found += _in_one("".join(KANJI.get(one, one) for one in folded))
    told: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not told or one.start >= told[-1].end:
            told.append(one)
    return [Found(one.kind, places[one.start], places[one.end - 1] + 1) for one in told]


def may_hold(text: str) -> bool:
    """False where a second look is not needed: there are never as many figures. A microsecond for a cell of a file."""
    if text.isascii():
        return len(text.encode().translate(None, _NOT_FIGURES)) >= FEWEST_FIGURES
    figures = sum(map(str.isnumeric, text)) + text.count("○") + text.count("◯")
    return figures >= FEWEST_FIGURES or (figures >= FEWEST_FIGURES // 2 and _DOUBLE.search(text) is not None)


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
        if not may_hold(cell):
            continue
        digits = _SEPARATORS.sub("", "".join(KANJI.get(one, one) for one in _folded(cell)[0]))
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
        digits = [at for at in range(one.start, one.end) if content[at].isnumeric() or content[at] in KANJI]
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


def _folded(text: str) -> tuple[str, list[int]]:
    """The text with every figure as one of 0 to 9, and where each sign of it stands; what nobody sees is left out."""
    signs = [_plain(one) for one in text]
    return "".join(signs), [at for at, sign in enumerate(signs) for _each in sign]


@lru_cache(maxsize=16_384)
def _plain(one: str) -> str:
    """A sign as it is looked at: figures as 0 to 9, blanks alike, nothing of what nobody sees."""
    if unicodedata.category(one) == "Cf":
        return ""
    figure = unicodedata.digit(one, None)
    plain = str(figure) if figure is not None else unicodedata.normalize("NFKC", one)
    return "".join(each if each == "\n" or not each.isspace() else " " for each in plain)


def _of_figures(folded: str) -> list[Found]:
    """Those of the figures 0 to 9: of a known shape anywhere in a run of groups, of any shape where a run, or its part
    with one separator, is nothing else.
    """
    found: list[Found] = []
    for run in re.finditer(_RUN, folded):
        before = folded[: run.start()]
        if not before.endswith("+"):
            found += _within(run[0], run.start(), before)
    clear = _EXPLAINED.sub(lambda one: "\0" * len(one[0]), folded)
    for run in _RUN.finditer(clear):
        for start, end in _parts(run[0], run.start()):
            found += _whole(clear, start, end)
    for run in _WORDS.finditer(clear):
        if run[1].strip() not in _UNITS:
            found += _whole(clear, run.start(), run.end())
    return found


def _in_one(folded: str) -> list[Found]:
    """Those without any separator, where kanji and other figures are mixed."""
    return [found for run in re.finditer(r"[0-9]{12,19}", folded) for found in _whole(folded, run.start(), run.end())]


def _parts(run: str, start: int) -> Iterator[tuple[int, int]]:
    """The whole run, and each longest part of it with the same separator between all groups."""
    yield start, start + len(run)
    groups = [(one.start(), one.end()) for one in re.finditer(r"[0-9]+", run)]
    first = 0
    for at in range(2, len(groups)):
        if run[groups[at - 2][1] : groups[at - 1][0]] != run[groups[at - 1][1] : groups[at][0]]:
            yield start + groups[first][0], start + groups[at - 1][1]
            first = at - 1
    if first:
        yield start + groups[first][0], start + groups[-1][1]


def _whole(text: str, start: int, end: int) -> list[Found]:
    """What a stretch is that may be one number and nothing else: no letter at either end, no sum of money, no code."""
    around = text[start - 1 : start] + text[end : end + 1]
    before, digits = text[:start], _BREAK.sub("", text[start:end])
    if (around.isascii() and any(one.isalnum() for one in around)) or before.endswith(("+", "¥", "$")):
        return []
    if text[end : end + 1] in ("円", "%") or _OTHER.search(before) or _MOMENT.fullmatch(digits):
        return []
    if tuple(len(one) for one in _BREAK.split(text[start:end])) in _ACCOUNTS:
        return []
    kind = Kind.INDIVIDUAL if is_individual(digits) else Kind.CARD if is_card(digits) else None
    return [Found(kind, start, end)] if kind else []


def _within(run: str, start: int, before: str) -> Iterator[Found]:
    """Those of a known shape among the groups of one run."""
    groups = [(one.start(), one.end()) for one in re.finditer(r"[0-9]+", run)]
    first = 0
    while first < len(groups):
        for last in range(_reach(run, groups, first), first, -1):
            begin, end = groups[first][0], groups[last - 1][1]
            shape = tuple(stop - at for at, stop in groups[first:last])
            kind = _kind(_BREAK.sub("", run[begin:end]), shape, before + run[:begin])
            if kind:
                yield Found(kind, start + begin, start + end)
                first = last - 1
                break
        first += 1


def _reach(run: str, groups: Sequence[tuple[int, int]], first: int) -> int:
    """How far plain single separators go from a group on; the place behind the last."""
    last = first + 1
    while last < len(groups) and run[groups[last - 1][1] : groups[last][0]] in _PLAIN:
        last += 1
    return last


def _kind(digits: str, shape: tuple[int, ...], before: str) -> Kind | None:
    other = _OTHER.search(before)
    if shape in _TWELVE:
        if _NAMED.search(before):
            return Kind.INDIVIDUAL
        if not other and is_individual(digits) and not _MOMENT.fullmatch(digits):
            return Kind.INDIVIDUAL
    in_one = len(shape) == 1 and _CARD_DIGITS[0] <= shape[0] <= _CARD_DIGITS[1]
    return Kind.CARD if (in_one or shape in _SHAPES) and not other and is_card(digits) else None


@cache
def _weights() -> list[int]:
    return [n + 1 if n <= 6 else n - 5 for n in range(1, 12)]  # noqa: PLR2004 - as the ordinance says
