"""Dates as offices write them: Western, 和暦 in words or by letter, full width, with or without separators."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from itertools import groupby

from django.utils.translation import gettext as _
from japanera import EraDate

from toride.base import clock
from toride.base.errors import Invalid

WESTERN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})")
ERA = re.compile(r"(明治|大正|昭和|平成|令和|[MTSHR])\.?(\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.IGNORECASE)
BEGUN = re.compile(
    r"(?:(?P<era>明治|大正|昭和|平成|令和|[MTSHR])\.?(?P<year_of_era>\d{1,2})|(?P<year_western>\d{4}))"
    r"(?:[-/.年](?:(?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2})?)?)?)?",
    re.IGNORECASE,
)
BEGUN_PLAIN = re.compile(r"(?P<year>\d{4})(?P<month>\d{1,2})(?P<day>\d{0,1})")
SPACE, MIDNIGHT = re.compile(r"\s"), re.compile(r"[T ]?00:00(:00)?$")
LETTERS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
EARLIEST = date(1868, 1, 25)
ERA_DAYS = (date(1900, 1, 1), date(1920, 1, 1), date(1950, 1, 1), date(2000, 1, 1), date(2020, 1, 1))  # one in each


def parse(text: str) -> date:
    """The date. Raises Invalid where it is none, or no day of that era (昭和64年1月8日)."""
    folded = MIDNIGHT.sub("", SPACE.sub("", unicodedata.normalize("NFKC", text)).replace("元年", "1年"))
    try:
        if found := WESTERN.fullmatch(folded) or PLAIN.fullmatch(folded):
            return _checked(date(*map(int, found.groups())))
        if found := ERA.fullmatch(folded):
            return _checked(_japanese(found))
    except (ValueError, IndexError):
        pass
    raise Invalid(_("write a date such as 1980-03-04 or 昭和55年3月4日"))


def try_parse(text: str) -> date | None:
    """The date, or None."""
    try:
        return parse(text)
    except Invalid:
        return None


def begun(text: str) -> list[tuple[date, date]]:
    """First and last days that a date still being typed may become; none where it can be no date, or is a whole one.

    1980, 1980-0, 198003, 昭和55年, S55.3
    """
    folded = SPACE.sub("", unicodedata.normalize("NFKC", text)).replace("元年", "1年")
    if found := BEGUN.fullmatch(folded):
        era, year = found["era"], int(found["year_of_era"] or found["year_western"])
        if era:
            name = LETTERS.get(era.upper(), era)
            since = next(one.since for one in (EraDate.from_date(day).era for day in ERA_DAYS) if one.kanji == name)
            year += since.year - 1
        month, day = found["month"] or "", found["day"] or ""
    elif found := BEGUN_PLAIN.fullmatch(folded):
        year, month, day = int(found["year"]), found["month"], found["day"]
    else:
        return []
    today = clock.today()
    if not EARLIEST.year <= year <= today.year:
        return []
    months = [one for one in range(1, 13) if _begins(one, month)]
    return [(date(year, one, low), date(year, one, high)) for one in months for low, high in _days(year, one, day)]


def _begins(number: int, typed: str) -> bool:
    """Does a number of up to two digits, with or without a nought before it, begin so?"""
    return str(number).startswith(typed) or f"{number:02}".startswith(typed)


def _days(year: int, month: int, typed: str) -> list[tuple[int, int]]:
    last = monthrange(year, month)[1]
    if not typed:
        return [(1, last)]
    return [(day, day) for day in range(1, last + 1) if _begins(day, typed)]


def japanese(day: date) -> str:
    """The date in its era: 昭和55年3月4日."""
    era = EraDate.from_date(day)
    year = day.year - era.era.since.year + 1
    return f"{era.era.kanji}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def age(born: date) -> int:
    """Full years today; a year is full on the birthday itself."""
    today = clock.today()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def by_year(items: Iterable[tuple[str, str]]) -> list[tuple[date, list[tuple[date, str]]]]:
    """(ISO day, text) grouped under each New Year's Day, newest first."""
    ordered = sorted(((date.fromisoformat(day), text) for day, text in items), reverse=True)
    return [(year, list(group)) for year, group in groupby(ordered, key=lambda one: one[0].replace(month=1, day=1))]


def _japanese(found: re.Match[str]) -> date:
    era, year, month, day = found.groups()
    kanji = LETTERS.get(era.upper(), era)
    written = f"{kanji}{int(year)}年{int(month):02}月{int(day):02}日"
    matches = [match for match in EraDate.strptime(written, "%-K%-y年%m月%d日") if match.era.kanji == kanji]
    day_found: date = matches[0].to_date()
    return day_found


def _checked(day: date) -> date:
    if day < EARLIEST:
        raise ValueError
    return day
