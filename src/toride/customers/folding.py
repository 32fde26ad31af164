"""Folds what is written into what is searched: width, kana, old and variant kanji. Never applied to a stored value."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import jaconv
import jntajis

SCHEMES = (
    jntajis.MJShrinkSchemeCombo.JIS_INCORPORATION_UCS_UNIFICATION_RULE
    | jntajis.MJShrinkSchemeCombo.INFERENCE_BY_READING_AND_GLYPH
    | jntajis.MJShrinkSchemeCombo.MOJ_NOTICE_582
    | jntajis.MJShrinkSchemeCombo.MOJ_FAMILY_REGISTER_ACT_RELATED_NOTICE
)
# Different in law, one name to a caller: 斎 (from 齋) and 斉 (from 齊); and pairs that the MJ map keeps apart.
SYNONYMS = {"斎": "斉", "凛": "凜", "檜": "桧", "籔": "藪", "薮": "藪", "渕": "淵", "篭": "籠", "繋": "繫"}
SPACE = re.compile(r"[\s・=＝·.,、。'’-]+")
COMPANY = (("(株)", "株式会社"), ("(有)", "有限会社"), ("(同)", "合同会社"), ("(医)", "医療法人"), ("(学)", "学校法人"))
COMPANY_ENDS = ("法人", "組合", "協会", "銀行")
NO_DIGIT, SEPARATORS = re.compile(r"\D"), re.compile(r"[\s._-]")
KANA_LOOSE = str.maketrans("ヂヅヲヰヱヴァィゥェォャュョヮ", "ジズオイエウアイウエオヤユヨワ")
KANA_STRICT = str.maketrans("ヂヅヲヰヱ", "ジズオイエ")
RECENT = 4_096  # texts of which the fold is remembered: of one name four are asked, and few cities are many
LONG = re.compile(
    r"ー|(?<=[オコソトノホモヨロゴゾドボポ])[ウオ]"
    r"|(?<=[ウクスツヌフムユルグズブプ])ウ|(?<=[イキシチニヒミリギジビピ])イ"
)
KANJI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〆]")
ROMAJI = re.compile(r"[a-z]+")


class _Table(dict[int, str | None]):
    """For `str.translate`: character → what stands for it, None to leave it out; each is worked out once."""

    def __init__(self, fold: Callable[[str], str | None]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, code: int) -> str | None:
        self[code] = found = self._fold(chr(code))
        return found


def is_unseen(character: str) -> bool:
    """A joiner, a mark of direction, a selector of a letter's variant: none parts letters, or makes them others."""
    return unicodedata.category(character) == "Cf" or unicodedata.name(character, "").startswith("VARIATION SELECTOR")


def _standing(character: str) -> str:
    seen = [character]
    while True:
        candidates = jntajis.mj_shrink_candidates(seen[-1], SCHEMES)
        following = candidates[0] if candidates and len(candidates[0]) == 1 else seen[-1]
        if following in seen:
            cycle = seen[seen.index(following) :]
            standing = min(cycle)
            return SYNONYMS.get(standing, standing)
        seen.append(following)


_plain = _Table(lambda one: None if SPACE.match(one) or is_unseen(one) else str(jaconv.hira2kata(one)))
_variants = _Table(
    lambda one: _standing(one) if KANJI.match(one) else one
)  # the MJ 縮退マップ (文字情報技術促進協議会)
_strict = _Table(lambda one: one.translate(KANA_STRICT))
_loose = _Table(lambda one: one.translate(KANA_LOOSE))


@lru_cache(maxsize=RECENT)
def plain(text: str) -> str:
    """NFKC, lower case, hiragana as katakana, no spaces or separators: the exact written form, for ranking."""
    folded = unicodedata.normalize("NFKC", text).lower()
    if "(" in folded:
        for short, full in COMPANY:
            folded = folded.replace(short, full)
    return folded.translate(_plain)


@lru_cache(maxsize=RECENT)
def name(text: str) -> str:
    """`plain`, with every variant kanji replaced by the one that stands for it: 髙﨑 → 高崎, 齋 齊 斎 → 斉."""
    return unvaried(plain(text))


def unvaried(folded: str) -> str:
    """`name`, from what `plain` gave."""
    return folded.translate(_variants)


def kana(text: str) -> str:
    """Katakana without spaces; ぢづを as じずお."""
    return plain(text).translate(_strict)


def loose(text: str) -> str:
    """`kana` without long vowels and small kana, so that sato, satou, satoh and サトウ meet."""
    return loosened(kana(text))


def loosened(folded: str) -> str:
    """`loose`, from what `kana` gave."""
    return LONG.sub("", folded.translate(_loose))


def romaji(text: str) -> list[str]:
    """The kana that a romaji word may mean, folded loosely; empty where it is no romaji."""
    word = plain(text)
    if not ROMAJI.fullmatch(word):
        return []
    word = re.sub(r"(?<=o)h(?![aiueo])", "", word)
    word = re.sub(r"m(?=[bpm])", "n", word)
    spellings = {word, re.sub(r"n(?=n[aiueo])", "n'", word), re.sub(r"(?<!n)n(?=[aiueoy])", "n'", word)}
    candidates = {loose(str(jaconv.alphabet2kana(spelling))) for spelling in spellings}
    return sorted(found for found in candidates if found and not re.search(r"[a-z']|ッッ|^ッ", found))


def is_kana(text: str) -> bool:
    """Only kana?"""
    folded = plain(text)
    return bool(folded) and all("ァ" <= character <= "ヿ" for character in folded)


def digits(text: str) -> str:
    """The digits of any notation."""
    short = text.replace("-", "")
    return short if short.isascii() and short.isdigit() else NO_DIGIT.sub("", unicodedata.normalize("NFKC", text))


def phone_digits(text: str) -> str:
    """The digits of a phone number as dialled in Japan: +81 90… → 090…; at most 18."""
    found = digits(text)
    international = len(found) != len(text) and unicodedata.normalize("NFKC", text).strip().startswith("+81")
    return ("0" + found[2:].removeprefix("0") if international else found)[:18]


def plain_number(text: str) -> str:
    """A customer number for search: half width, upper case, no separators."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def is_company(text: str) -> bool:
    """Does the name say that it is an organisation (法人格)?"""
    folded = plain(text)
    return folded.endswith(COMPANY_ENDS) or any(full in folded for _short, full in COMPANY)
