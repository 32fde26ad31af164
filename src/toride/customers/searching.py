"""From what a person typed to a question that the index answers; only over columns that the permit opens."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from toride.base.errors import Invalid
from toride.customers import addresses, dates, folding
from toride.customers.searchable import SCHEMA
from toride.vault.index.query import All, AnyOf, Between, Contains, Either, Equals, Expr, MonthDay, Not, Prefix, Suffix
from toride.vault.permit import Opening, Permit

MOST_CHARACTERS = 100
MOST_WORDS = 6
AREA = re.compile(r".+[都道府県市区町村郡]$")
PHONE = re.compile(r"[+0-9][0-9()\s./‐-―−ー-]*")
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
    """The question of the one search box. Everything, where nothing was typed. Raises Invalid above the limits."""
    if len(text) > MOST_CHARACTERS:
        raise Invalid(_("search for at most %(most)d characters") % {"most": MOST_CHARACTERS})
    folded = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one)[0] != "C").strip()
    if not folded:
        return Question(All())
    columns = opened(permit)
    whole = [part for part in (_number(folded), _mail(folded), _date(folded), *_digits(folded)) if part]
    whole = [part for part in whole if part.column in columns]
    words = folded.split()[:MOST_WORDS]
    named = All(*(_word(word, columns) for word in words))
    written = [_as_written(Contains, plain) for word in words if (plain := folding.plain(word))]
    if "written" not in columns or not written:
        return Question(Either(*whole, named))
    exact = _allowed([Equals("kana", folding.kana(folded))], columns)
    return Question(Either(*whole, named), Either(_as_written(Equals, folding.plain(folded)), *exact, All(*written)))


def shut_off(permit: Permit, text: str) -> bool:
    """Was a birth date typed where the permit does not let it be searched?"""
    return "birth_date" not in opened(permit) and _date(unicodedata.normalize("NFKC", text).strip()) is not None


def _as_written(ask: type[Equals | Contains], text: str) -> Expr:
    """Asks the name as written: in a column of its own where variant kanji stand in it, otherwise as it is folded."""
    return Either(ask("written", text), All(ask("name", text), Not(Between("written", None, None))))


def _word(word: str, columns: frozenset[str]) -> Expr:
    """One word of a name or an area."""
    choices: list[Expr] = []
    if plain := folding.name(word):
        choices.append(Contains("name", plain))
    if folding.is_kana(word):
        choices.append(Contains("kana", folding.kana(word)))
    choices += [Contains(column, spelling) for spelling in folding.romaji(word) for column in ("loose", "kana")]
    if word in addresses.PREFECTURES:
        choices.append(Equals("prefecture", word))
    if AREA.fullmatch(word):
        choices.append(Contains("city", folding.name(word)))
    return Either(*_allowed(choices, columns))


def _allowed(parts: list[Expr], columns: frozenset[str]) -> list[Expr]:
    return [part for part in parts if part.column in columns]  # type: ignore[union-attr]


def _number(text: str) -> Prefix | None:
    number = folding.plain_number(text)
    return Prefix("number", number) if NUMBER.fullmatch(number) and any(map(str.isdigit, number)) else None


def _mail(text: str) -> Equals | None:
    return Equals("email", text.lower()) if "@" in text and " " not in text else None


def _date(text: str) -> Equals | None:
    found = dates.try_parse(text)
    return Equals("birth_date", found) if found else None


def _digits(text: str) -> list[Prefix | Suffix]:
    """A phone number or its start, its last four digits, a postcode."""
    if not PHONE.fullmatch(text.removeprefix("〒")):
        return []
    phone, postcode = folding.phone_digits(text), folding.digits(text)
    found: list[Prefix | Suffix] = []
    if phone.startswith("0") and len(phone) >= 3:  # noqa: PLR2004 - shorter starts say nothing
        found.append(Prefix("phone", phone))
    if len(postcode) == 4:  # noqa: PLR2004 - the last four digits
        found.append(Suffix("phone", postcode))
    if 3 <= len(postcode) <= 7:  # noqa: PLR2004 - a postcode, or its start
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
        raise Invalid(_("write the amount in figures"))
    return int(digits)
