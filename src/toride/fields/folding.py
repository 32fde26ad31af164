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
SPACE = re.compile(r"[\s・=＝·.,、。'’‐‑‒–—―−-]+")
COMPANY = (("(株)", "株式会社"), ("(有)", "有限会社"), ("(同)", "合同会社"), ("(医)", "医療法人"), ("(学)", "学校法人"))
COMPANY_ENDS = ("法人", "組合", "協会", "銀行")
NO_DIGIT, SEPARATORS = re.compile(r"\D"), re.compile(r"[\s._-]")
KANA_LOOSE = str.maketrans("ヂヅヲヰヱヴァィゥェォャュョヮッ", "ジズオイエブアイウエオヤユヨワツ")
FOREIGN = (("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"))  # before KANA_LOOSE
LATIN = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
KANA_STRICT = str.maketrans("ヂヅヲヰヱ", "ジズオイエ")
RECENT = 4_096  # texts of which the fold is remembered: of one name four are asked, and few cities are many
LONG = re.compile(
    r"ー|(?<=[オコソトノホモヨロゴゾドボポ])[ウオ]"
    r"|(?<=[ウクスツヌフムユルグズブプ])ウ|(?<=[イキシチニヒミリギジビピ])イ"
)
IDEOGRAPH = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
KANJI = re.compile(rf"[{IDEOGRAPH}々〆]")
REPEATED = re.compile(rf"([{IDEOGRAPH}])[々〻]")
COUNTER = re.compile(rf"(?:^|(?<=[{IDEOGRAPH}々]))[ヶヵケカガ](?=[{IDEOGRAPH}々]|$)")  # 三ヶ島, 鎌ケ谷, 駒が根
ROMAJI = re.compile(r"[a-z]+")
BEGUN = re.compile(r"(.*?[aiueon'])?([bcdfghjkmpqrstvwyz]+|n)")  # a word whose last syllable is not yet typed
FIGURES = dict(zip("〇一二三四五六七八九", range(10), strict=True)) | {"零": 0, "壱": 1, "弐": 2, "参": 3}
HYPHEN = r"[-‐‑‒–—―−ー]"
BLOCK = re.compile(r"([〇一二三四五六七八九十百]+)(?=丁目|番地|番[〇一二三四五六七八九十百\d]+号)")
BLOCK_PART = re.compile(r"(?<=-)([〇一二三四五六七八九十百]+)")
BLOCK_BEGUN = re.compile(r"(.*?)([〇一二三四五六七八九十百]+|(?<!\d)\d+(?=丁))丁?")
PARTED = re.compile(
    rf"丁目|(?<=\d)番地?[のノ]?|(?<=\d)\s+(?=\d)|(?<=\d)(?:号(?!室)|[のノ](?=\d)|{HYPHEN}+)|{HYPHEN}+(?=\d)"
)
UNIT = re.compile(r"^大?字")


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


def unaccented(character: str) -> str:
    """A Latin letter without its marks; nothing of a mark that stands alone; everything else as it is."""
    parts = unicodedata.normalize("NFD", character)
    return parts[0].translate(LATIN) if parts[0] < "ɐ" else "" if unicodedata.category(character) == "Mn" else character


_plain = _Table(lambda one: None if SPACE.match(one) or is_unseen(one) else str(jaconv.hira2kata(unaccented(one))))
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
    """`plain`, with one form for what has several: 髙﨑 → 高崎, 齋 齊 斎 → 斉, 佐々木 → 佐佐木, 三ヶ島 → 三ケ島."""
    return unvaried(plain(text))


def unvaried(folded: str) -> str:
    """`name`, from what `plain` gave; of the same length."""
    found = folded.translate(_variants)
    while "々" in found or "〻" in found:
        found, before = REPEATED.sub(r"\1\1", found), found
        if found == before:
            break
    return COUNTER.sub("ケ", found)


def kana(text: str) -> str:
    """Katakana without spaces; ぢづを as じずお."""
    return plain(text).translate(_strict)


def loose(text: str) -> str:
    """`kana` without long vowels and small kana, so that sato, satou, satoh, サトー and サトウ meet."""
    return loosened(kana(text))


def loose_by_word(text: str) -> str:
    """As `loose`, each word for itself: a given name that begins with a vowel keeps it (スズキ イチロー)."""
    return "".join(loose(word) for word in text.split())


def loosened(folded: str) -> str:
    """`loose`, from what `kana` gave."""
    for written, said in FOREIGN:
        folded = folded.replace(written, said)
    return LONG.sub("", folded.translate(_loose))


def romaji(text: str, *, begun: bool = False) -> list[str]:
    """The kana that a romaji word may mean, folded loosely; empty where it is no romaji.

    `begun`: its last syllable may still be half typed (sat → サタ, サチ, … and サッ).
    """
    word = plain(text)
    if not ROMAJI.fullmatch(word):
        return []
    word = re.sub(r"m(?=[bpm])", "n", word)
    spellings = _spellings(re.sub(r"(?<=o)h(?![aiueo])", "", word))
    if begun and len(word) > 1 and (half := BEGUN.fullmatch(word)):
        head, tail = half[1] or "", half[2]
        spellings |= {f"{head}{tail}{vowel}" for vowel in "aiueo"}
        if tail != "n" and head:
            spellings |= {f"{one}xtsu" for one in _spellings(head)}
    spoken = (str(jaconv.alphabet2kana(spelling)) for spelling in spellings)
    candidates = {loose(one) for one in spoken if not re.search(r"[a-z']|ッッ|^ッ", kana(one))}
    return sorted(filter(None, candidates))


def _spellings(word: str) -> set[str]:
    return {word, re.sub(r"n(?=n[aiueo])", "n'", word), re.sub(r"(?<!n)n(?=[aiueoy])", "n'", word)}


def street(text: str) -> str:
    """Town, block and number as searched from their start: 国分町三丁目七番一号 and 国分町3-7-1 are the same."""
    folded = UNIT.sub("", unicodedata.normalize("NFKC", text).strip())
    folded = BLOCK.sub(lambda found: str(_figure(found[1])), folded)
    while (parted := BLOCK_PART.sub(lambda found: str(_figure(found[1])), PARTED.sub("-", folded))) != folded:
        folded = parted
    return "-".join(name(part) for part in re.split("-+", folded) if part)


def streets_begun(text: str) -> list[str]:
    """As `street`, of a text that is still typed: 国分町三, 国分町三丁 and 国分町3丁 begin 国分町三丁目."""
    typed = unicodedata.normalize("NFKC", text).strip()
    found = {street(typed)}
    if begun := BLOCK_BEGUN.fullmatch(typed):
        figure = begun[2] if begun[2].isdigit() else str(_figure(begun[2]))
        found |= {street(begun[1]) + one for one in (figure, figure.rstrip("0"))}
    return sorted(filter(None, found))


def _figure(text: str) -> int:
    """A number in kanji figures below a thousand: 三, 十二, 二十, 一〇."""
    whole = part = 0
    for one in text:
        if one in FIGURES:
            part = part * 10 + FIGURES[one]
        else:
            whole, part = whole + max(part, 1) * {"十": 10, "百": 100}[one], 0
    return whole + part


def is_kana(text: str) -> bool:
    """Only kana?"""
    folded = plain(text)
    return bool(folded) and all("ァ" <= character <= "ヿ" for character in folded)


def domain(email: str) -> str:
    """The domain of a mail address with its @, in lower case."""
    return email[max(email.rfind("@"), 0) :].lower()


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
