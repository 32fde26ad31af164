"""Dates as offices write them: Western, 和暦 in words or by letter, full width, with or without separators."""

import re
import unicodedata
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
SPACE, MIDNIGHT = re.compile(r"\s"), re.compile(r"[T ]?00:00(:00)?$")
LETTERS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
EARLIEST = date(1868, 1, 25)


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


def japanese(day: date) -> str:
    """The date in its era: 昭和55年3月4日."""
    era = EraDate.from_date(day)
    year = day.year - era.era.since.year + 1
    return f"{era.era.kanji}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def age(born: date) -> int:
    """Full years today; a year is full on the birthday itself."""
    today = clock.now().date()
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
