"""What programs and people put around a value: marks of Excel, words for nothing, lists, notes behind a phone."""

import re
import unicodedata

from toride.customers.imports import reasons
from toride.fields import characters

# ="0800123" and '0901… keep a spreadsheet from dropping zeros; the mark of our own rejected rows is the same '.
_EXCEL = re.compile(r"=\"((?:[^\"]|\"\")*)\"")
_INSIDE = re.compile(r"(?<=[,;|\t\r\n])'(?=\s*[=@+＝＠＋-])")
_MARKED = re.compile(r"[='+@0-9-]")
_NOTHING_WORDS = (
    "- -- --- ー ― ‐ – — − ／ / * ※ なし 無し 無 ナシ 無し。 該当なし 該当無し 記載なし 登録なし 未登録 "
    "未設定 未入力 未記入 空欄 n/a na #n/a null none nil (null) <null> undefined nan #n/a! 0/0/00 0/0/0000 "
    "0000-00-00 0000/00/00 00000000 1900/1/0 不明 不詳"
)
NOTHING = frozenset(_NOTHING_WORDS.split())
LONGEST_NOTHING = 12
_FIRST = frozenset(
    other
    for word in NOTHING
    for one in (word[0], word[0].upper())
    for other in (one, chr(ord(one) + 0xFEE0) if one.isascii() else one)
) | frozenset("－−‐―–—")
_ERRORS_WORDS = "#n/a #ref! #value! #div/0! #name? #num! #null! #spill! #calc! #getting_data #####"
ERRORS = frozenset(_ERRORS_WORDS.split())
WORDS = frozenset(["null", "none", "nil", "nan", "undefined", "n/a", "na", "#n/a", "<null>", "(null)"])
NO_YEAR = re.compile(r"--\d{1,2}-?\d{1,2}|1604[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}月\d{1,2}日")
ANY = re.compile(r"[\s:;,|/、，；｜／]")
SEVERAL = re.compile(r"\s*:::\s*|\s*[\r\n;、；|｜]\s*|\s+[/／]\s+|\s*,\s*|\s*，\s*")
SEVERAL_MAILS = re.compile(r"\s*:::\s*|[\s、；;,，|｜]+")
SEVERAL_WORDS = re.compile(r"\s*:::\s*|\s*[\r\n;、；]\s*|\s*,(?!\d{3})\s*|\s*，\s*")
SLASH = re.compile(r"\s*[/／]\s*")
_NOTHING_AROUND = re.compile(r"[+0-9][0-9-]+")
# What stands behind a number, or before it, and is none: (代), 内線123, ext.123, x12, （妻）, 携帯:, ～3, 18時以降
_WORDS = r"(?:(?![0-9０-９]{7})[^()（）【】\[\]「」『』]){1,30}"
_BRACKETED = rf"[(（【\[「『]\s*{_WORDS}\s*[)）】\]」』]"
_CORE = re.compile(
    r"[+＋]?(?:[0-9０-９]|[(（]\s*[0-9０-９]{1,5}\s*[)）]"
    r"|(?!\s+[0-9０-９]{1,2}\s*(?:時|日|月|階|号|:|[～~〜]))[\s.‐‑‒–—―−ー－-](?=[\s.‐‑‒–—―−ー－-]*[(（]?[0-9０-９]))+"
)
_BEHIND = re.compile(
    rf"\s*(?:{_BRACKETED}|(?:内線(?:番号)?|内|ext\.?|extension|x|#|＃)\s*[:：]?\s*[0-9０-９]{{1,6}}番?"
    rf"|[~～〜]\s*[0-9０-９]{{1,4}}|[※*・\s]*(?!ー)[ぁ-ヿ㐀-鿿々]{_WORDS}|[※*・\s]*[㐀-鿿]"
    rf"|\s[0-9０-９]{{1,2}}\s*(?:時|日|月|階|号|:|[～~〜]){_WORDS}|(?<!\S)[a-z]{_WORDS})\s*",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\s*(?:[(（【\[「『]\s*[^()（）0-9０-９]{1,20}\s*[)）】\]」』]"
    r"|(?:tel|phone|mobile|℡|☎|📞)\s*[:：.]?|[a-z][a-z .]{1,19}(?:[:：.]|\s)"
    r"|[ぁ-ヿ㐀-鿿々][^()（）0-9０-９+＋]{0,19}?\s*[:：.]?)\s*(?=[0-9０-９+＋(（])",
    re.IGNORECASE,
)
_MERELY = frozenset(["tel", "phone", "telephone", "電話", "電話番号", "℡", "☎", "📞", "でんわ"])
_AROUND = re.compile(r"^[\s(（【\[「『:：.※*・]+|[\s)）】\]」』:：・.]+$")
# Where a second number of a cell begins: behind the brackets of the first, or with a word of its own.
SECOND = re.compile(
    r"(?<=[)）】\]])\s*(?=[0０][0-9０-９‐ー-]{9,})"
    r"|(?<=[0-9０-９)）】\]])\s+(?=[^\s0-9０-９()（）+＋]{1,10}[:：]?\s*[0０][0-9０-９‐ー-]{9,})"
)
TEN = 10  # figures of a number that stands for itself


def bare(cell: str) -> str:
    """A cell without marks of spreadsheets and unseen characters, composed; breaks that end no row are blanks."""
    text = cell.strip()
    plain = "'" not in text and text[:1] != "=" and text.isprintable()
    if plain and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text
    text = _INSIDE.sub("", text)
    text = characters.composed(characters.SEPARATORS.sub(" ", characters.flowing(characters.visible(text)))).strip()
    if found := _EXCEL.fullmatch(text):
        return found[1].replace('""', '"').strip()
    if text.startswith("'") and len(text) > 1 and _MARKED.match(unicodedata.normalize("NFKC", text[1])):
        return bare(text[1:])
    return text


def is_nothing(text: str) -> bool:
    """A word for nothing: -, なし, NULL, 0/0/00."""
    if len(text) > LONGEST_NOTHING or text[:1] not in _FIRST:
        return False
    return unicodedata.normalize("NFKC", text).strip().lower() in NOTHING


def is_error(text: str) -> bool:
    """What a spreadsheet shows where a formula failed."""
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    return folded in ERRORS or (folded.startswith("###") and not folded.strip("#"))


def numbered(text: str) -> tuple[str, str]:
    """(a phone number, what stands around it that is none); words for a phone and nothing else say nothing. Where
    something is left over that is neither, all of it is the number, and then none.
    """
    if _NOTHING_AROUND.fullmatch(text):
        return text, ""
    before = _BEFORE.match(text)
    core = _CORE.match(text, before.end() if before else 0)
    if core is None:
        return text, ""
    notes, at = [before[0]] if before else [], core.end()
    while at < len(text):
        behind = _BEHIND.match(text, at)
        if behind is None:
            return text, ""
        notes.append(behind[0])
        at = behind.end()
    told = [_AROUND.sub("", note) for note in notes]
    return core[0].strip(), " ".join(one for one in told if one and one.lower() not in _MERELY)


def _numbers(text: str) -> list[str]:
    """Numbers that only a blank tells apart, or what stands beside the first of them."""
    parts = text.split()
    if len(parts) > 1 and all(sum(map(str.isdigit, part)) >= TEN for part in parts):
        return parts
    return SECOND.split(text)


def several(name: str, text: str) -> list[str]:
    """The values of a cell that holds several, as the field parts them."""
    if _NOTHING_AROUND.fullmatch(text) if name == "phones" else not ANY.search(text):
        return [text]
    if name == "emails":
        found = SEVERAL.split(text) if "<" in text else [one for one in SEVERAL_MAILS.split(text) if one.strip("/／")]
    elif name == "phones":
        found = [part for one in SEVERAL.split(text) for piece in SLASH.split(one) for part in _numbers(piece)]
    else:
        found = SEVERAL_WORDS.split(text)
    return [part.strip() for part in found if part.strip()]


def odd_name(text: str) -> str:
    """Why a name looks like none, as a sentence; empty where it does not."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if folded.lower() in WORDS:
        return reasons.NOTHING
    if characters.LOST.search(text) or folded.startswith("?") or "??" in folded:
        return reasons.LOST
    if folded.startswith(("=", "@")) or (folded.startswith(("+", "-")) and len(folded) > 1):
        return reasons.FORMULA
    if folded and not any(one.isalpha() for one in folded):
        return reasons.NO_NAME
    return ""
