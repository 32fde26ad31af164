"""From what a person typed to a question that the index answers; only over columns that the permit opens."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from toride.base.errors import Invalid
from toride.customers import places
from toride.customers.searchable import SCHEMA
from toride.fields import dates, folding
from toride.vault.index.query import (
    MAX_PARTS,
    All,
    AnyOf,
    Between,
    Contains,
    Either,
    Equals,
    Expr,
    MonthDay,
    Not,
    Prefix,
    Suffix,
    leaves,
)
from toride.vault.permit import Opening, Permit

MOST_CHARACTERS = 100
MOST_WORDS = 6
MOST_TOGETHER = 5  # a whole address with blanks between its parts
MOST_LEAVES, AROUND = MAX_PARTS - 20, 2  # filters and the row scope are asked, too: questions, levels
SHORTEST_PHONE, LAST_DIGITS, POSTCODE, LONGEST_PHONE = 3, 4, 7, 11  # digits
BEGUN = re.compile(r"[+0-9()-]{1,4}(?<![0-9]{4})|[MTSHR明大昭平令]", re.IGNORECASE)
TELLING, SEVERAL, SHORTEST_WHOLE = ("name", "phones", "emails"), re.compile(r"[\n、;,]"), 10
HONORIFIC = re.compile(r"(?:さま|さん|サマ|サン|くん|ちゃん|様|殿|氏|君|御中|先生)$")
MAIL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.@-]{2,}", re.IGNORECASE)
MAIL_MARK = re.compile(r"@|[a-z][0-9._+-]|[0-9._+-][a-z]", re.IGNORECASE)
PHONE = re.compile(r"[+(0-9][0-9()\s./‐-―−ー-]*")
NUMBER = re.compile(r"[0-9A-Z]{2,}")


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask, and which hits come first (the form exactly as written)."""

    expr: Expr
    boost: Expr | None = None


def opened(permit: Permit) -> frozenset[str]:
    """The columns that the permit opens in clear."""
    return frozenset(
        column.name
        for column in SCHEMA.columns
        if column.category is None or permit.opening(column.category, column.field) == Opening.CLEAR
    )


def free(permit: Permit, text: str) -> Question:
    """The question of the one search box. Everything, where nothing was typed. Raises Invalid above the limits.

    Words of any kind narrow together (a name and the last four digits); a phone, a date or an address may have
    spaces. What is true of a customer finds them, however much of it is typed.
    """
    if len(text) > MOST_CHARACTERS:
        raise Invalid(_("Enter at most %(most)d characters") % {"most": MOST_CHARACTERS})
    folded = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one)[0] != "C").strip()
    if not folded:
        return Question(All())
    columns = opened(permit)
    words = folded.split()[:MOST_WORDS]
    asked = _all_of(words, columns, together=MOST_TOGETHER)
    if not _fits(asked):
        asked = _all_of(words, columns, together=1)
    return Question(asked, _exactly(words, columns))


def _fits(asked: Expr) -> bool:
    """Does the index take it, with filters and a row scope around it?"""
    try:
        return sum(1 for _leaf in leaves(asked, AROUND)) <= MOST_LEAVES
    except Invalid:
        return False


def _all_of(words: list[str], columns: frozenset[str], *, together: int) -> Expr:
    """Every way to part the words into things said: each alone, or up to `together` where they make one."""
    made: dict[int, tuple[Expr, ...]] = {len(words): ()}
    for begin in reversed(range(len(words))):
        ways: list[tuple[Expr, ...]] = []
        for end in range(begin + 1, min(begin + together, len(words)) + 1):
            said = _said(words[begin:end], columns, last=end == len(words), alone=len(words) == 1)
            if said is not None:
                ways.append((said, *made[end]))
        made[begin] = ways[0] if len(ways) == 1 else (Either(*(All(*way) for way in ways)),)
    return All(*made[0])


def _said(words: list[str], columns: frozenset[str], *, last: bool, alone: bool) -> Expr | None:
    """One thing said in these words; None where several words are not one thing."""
    text = " ".join(words)
    if len(words) > 1:
        several = [*_allowed([*_date(text), *_digits(text)], columns), *_placed(text, columns)]
        return Either(*several) if several else None
    if last and not alone and BEGUN.fullmatch(text):
        return All()  # a figure or two of what is still being typed narrow nothing yet
    if not alone and HONORIFIC.fullmatch(text):
        return All()
    begun = _dates_begun(text) if last else []
    asked = [*_number(text), *_mail(text), *_date(text), *begun, *_digits(text)]
    return Either(*_allowed(asked, columns), *_placed(text, columns), *_named(text, columns, last=last))


def _exactly(words: list[str], columns: frozenset[str]) -> Expr | None:
    """The name exactly as it was typed comes first, then its reading."""
    whole = "".join(words)
    written = [_as_written(Contains, plain) for word in words if (plain := folding.plain(word))]
    if "written" not in columns or not written:
        return None
    read = [Contains("kana", folding.kana(word)) for word in words] if folding.is_kana(whole) else []
    exact = _allowed([Equals("kana", folding.kana(whole))], columns)
    first = Either(_as_written(Equals, folding.plain(whole)), *exact, All(*written))
    return Either(first, All(*read)) if read and "kana" in columns else first


def resembling(permit: Permit, written: Mapping[str, str]) -> Expr | None:
    """Who has exactly this name, one of these phones or mail addresses; None where nothing of it can be asked."""
    parts: list[Expr] = []
    if name := folding.name(written.get("name", "")[:MOST_CHARACTERS]):
        parts.append(Equals("name", name))
    phones = map(folding.phone_digits, SEVERAL.split(written.get("phones", "")[:MOST_CHARACTERS]))
    parts += [Equals("phone", phone) for phone in phones if len(phone) >= SHORTEST_WHOLE]
    mails = SEVERAL.split(written.get("emails", "")[:MOST_CHARACTERS])
    parts += [Equals("email", text.strip().lower()) for text in mails if "@" in text.strip()[1:]]
    found = _allowed(parts, opened(permit))
    return Either(*found) if found else None


def shut_off(permit: Permit, text: str) -> bool:
    """Was a birth date typed where the permit does not let it be searched?"""
    return (
        "birth_date" not in opened(permit) and dates.try_parse(unicodedata.normalize("NFKC", text).strip()) is not None
    )


def _as_written(ask: type[Equals | Contains], text: str) -> Expr:
    """Asks the name as written: in a column of its own where variant kanji stand in it, otherwise as it is folded."""
    return Either(ask("written", text), All(ask("name", text), Not(Between("written", None, None))))


def _named(word: str, columns: frozenset[str], *, last: bool) -> list[Expr]:
    """A word of a name, in kanji, kana or romaji, with or without 様."""
    called = [word]
    if (without := HONORIFIC.sub("", word)) and without != word:
        called.append(without)
    choices: list[Expr] = []
    for one in called:
        choices += [Contains("name", name) for name in sorted({folding.name(one), folding.plain(one)}) if name]
        spoken = folding.romaji(one, begun=last)
        if folding.is_kana(one):
            choices.append(Contains("kana", folding.kana(one)))
            spoken = [folding.loose(one), folding.kana(one)]
        choices += [Contains(column, spelling) for spelling in spoken for column in ("loose", "kana") if spelling]
    return _allowed(list(dict.fromkeys(choices)), columns)


def _placed(text: str, columns: frozenset[str]) -> list[Expr]:
    """An address, or its beginning, as far as its columns are open."""
    return [one for one in places.questions(text) if all(leaf.column in columns for leaf in leaves(one))]


def _allowed(parts: Iterable[Expr], columns: frozenset[str]) -> list[Expr]:
    return [part for part in parts if all(leaf.column in columns for leaf in leaves(part))]


def _number(text: str) -> list[Expr]:
    number = folding.plain_number(text)
    return [Prefix("number", number)] if NUMBER.fullmatch(number) and any(map(str.isdigit, number)) else []


def _mail(text: str) -> list[Expr]:
    """The start of an address, or of its domain behind the @."""
    return [Prefix("email", text.lower())] if MAIL.fullmatch(text) and MAIL_MARK.search(text) else []


def _date(text: str) -> list[Expr]:
    found = dates.try_parse(text)
    return [Equals("birth_date", found)] if found else []


def _dates_begun(text: str) -> list[Expr]:
    """The days that a date still being typed may become: 1980-0, 昭和55年3月."""
    return [Between("birth_date", low, high) for low, high in dates.begun(text)]


def _digits(text: str) -> list[Expr]:
    """A phone number, its start or its last four digits or more, a postcode or its start."""
    if not PHONE.fullmatch(text.removeprefix("〒")):
        return []
    phone, postcode = folding.phone_digits(text), folding.digits(text)
    found: list[Expr] = []
    if phone.startswith("0") and len(phone) >= SHORTEST_PHONE:
        found.append(Prefix("phone", phone))
    if LAST_DIGITS <= len(phone) <= LONGEST_PHONE:
        found.append(Suffix("phone", phone))
    if SHORTEST_PHONE <= len(postcode) <= POSTCODE:
        found.append(Prefix("postcode", postcode))
    return found


def filters(permit: Permit, values: dict[str, str]) -> list[Expr]:
    """The filters of the list page and the command; a filter on a closed column is refused by the index.

    `owner` is a person's id, or "me".
    """
    if values.get("owner") == "me":
        values = {**values, "owner": str(permit.actor.id)}
    found: list[Expr] = [
        AnyOf(name, tuple(value.split(",")))
        for name in ("branch", "owner", "status", "kind", "prefecture")
        if (value := values.get(name, "").strip())
    ]
    if city := values.get("city", "").strip():
        found.append(Contains("city", folding.name(city)))
    if born := values.get("birth_date", "").strip():
        found.append(_born(born))
    low, high = _whole(values.get("value_from", "")), _whole(values.get("value_to", ""))
    if low is not None or high is not None:
        found.append(Between("value", low, high))
    return found


def _born(text: str) -> Expr:
    if month_day := re.fullmatch(r"(\d{1,2})[-/月](\d{1,2})日?", unicodedata.normalize("NFKC", text)):
        return MonthDay("birth_date", int(month_day[1]), int(month_day[2]))
    return Equals("birth_date", dates.parse(text))


def _whole(text: str) -> int | None:
    digits = re.sub(r"[,\s円]", "", unicodedata.normalize("NFKC", text))
    if not digits:
        return None
    if not re.fullmatch(r"\d{1,15}", digits):
        raise Invalid(_("Enter the amount in digits"))
    return int(digits)
