"""Dates as offices write them: Western, 和暦 in words or by letter, any width; a weekday, a time of day behind them."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import groupby

from django.utils.translation import gettext as _
from japanera import EraDate

from toride.base import clock
from toride.base.errors import Invalid
from toride.fields import characters

# First and last day of each era; 改元の詔書 made 30 July 1912 and 25 December 1926 days of both.
ERAS = {
    "明治": (date(1868, 1, 25), date(1912, 7, 30), "明M"),
    "大正": (date(1912, 7, 30), date(1926, 12, 25), "大T"),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7), "昭S"),
    "平成": (date(1989, 1, 8), date(2019, 4, 30), "平H"),
    "令和": (date(2019, 5, 1), date.max, "令R"),
}
_SHORT = {letter: era for era, (_first, _last, letters) in ERAS.items() for letter in letters}
# 改元 was announced a month ahead: forms printed until then say 平成31年 for the rest of 2019.
PRINTED_ON = ("平成", date(2019, 12, 31))
EARLIEST = ERAS["明治"][0]
JAPAN = timezone(timedelta(hours=9))
_ERA = r"(?P<era>明治|大正|昭和|平成|令和|[明大昭平令MTSHR])"
_ALSO = r"(?:\s*\((?P<also{}>[^()]{{1,12}})\))?"
_YEAR = rf"(?:(?:西暦\s*)?(?P<western>\d{{4}})|{_ERA}\s*\.?\s*(?P<of_era>\d{{1,2}}|元))"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}{_ALSO.format(1)}\s*年{_ALSO.format(2)}\s*(?P<month>\d{{1,2}})\s*月\s*(?P<day>\d{{1,2}})(?!\d)(?:\s*日)?",
        rf"{_YEAR}\s*(?P<mark>[-/.])\s*(?P<month>\d{{1,2}})\s*(?P=mark)\s*(?P<day>\d{{1,2}})(?!\d)",
        r"(?P<western>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?!\d)",
        rf"{_ERA}(?P<of_era>\d{{2}})(?P<month>\d{{2}})(?P<day>\d{{2}})(?!\d)",
        r"(?P<day>\d{1,2})[ -](?P<name>[a-z]{3,9})\.?[ -](?P<western>\d{4})(?!\d)",
        r"(?P<name>[a-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<western>\d{4})(?!\d)",
    )
)
_ALSO_FORM = re.compile(rf"\s*{_YEAR}\s*年?\s*", re.IGNORECASE)
_WEEKDAY = re.compile(r"\s*(?:\(([月火水木金土日])(?:曜日?)?\)|([月火水木金土日])曜日?)")
_CLOCK = re.compile(
    r"(?:T|\s+|(?<=[日)曜]))(?P<half>午前|午後)?\s*(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?|時(?:\s*(?P<minutes>\d{1,2})分(?:\s*\d{1,2}秒)?)?)"
    r"(?:\s*(?P<noon>[AP]M))?(?:\s*(?P<zone>Z|UTC|GMT|JST|[+-]\d{2}(?::?\d{2})?))?",
    re.IGNORECASE,
)
_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS = {name: at for at, name in enumerate(_NAMES.split("|"), 1)}
_NUMERAL = re.compile("[〇零一二三四五六七八九十]+(?=年|月|日)")
_DIGITS = {one: at for at, one in enumerate("〇一二三四五六七八九")} | {"零": 0}
_HALF = 12
_SPACE = re.compile(r"\s")
_BEGUN = re.compile(
    r"(?:(?P<era>明治|大正|昭和|平成|令和|[明大昭平令MTSHR])\.?(?P<year_of_era>\d{1,2})|(?P<year_western>\d{4}))"
    r"(?:[-/.年](?:(?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2})?)?)?)?",
    re.IGNORECASE,
)
_BEGUN_PLAIN = re.compile(r"(?P<year>\d{4})(?P<month>\d{1,2})(?P<day>\d{0,1})")


@dataclass(frozen=True, slots=True)
class Read:
    """A day as it was written; `beyond`: in an era that had ended by then."""

    day: date
    beyond: bool = False


def parse(text: str) -> date:
    """The date. Raises Invalid where it is none, or no day of that era (昭和64年1月8日)."""
    return read(text).day


def read(text: str) -> Read:
    """As `parse`, with what is to be said of it. Nothing that is written is passed over; what is left over is wrong."""
    folded = _NUMERAL.sub(_figures, characters.plain(text))
    try:
        for form in _FORMS:
            if found := form.match(folded):
                return _whole(found, folded)
    except (ValueError, OverflowError, KeyError):
        pass
    raise Invalid(_("enter a date such as 1980-03-04 or 昭和55年3月4日"))


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
    folded = _SPACE.sub("", characters.plain(text)).replace("元年", "1年")
    if found := _BEGUN.fullmatch(folded):
        era, year = found["era"], int(found["year_of_era"] or found["year_western"])
        if era:
            year += ERAS[_era(era)][0].year - 1
        month, day = found["month"] or "", found["day"] or ""
    elif found := _BEGUN_PLAIN.fullmatch(folded):
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


def _whole(found: re.Match[str], text: str) -> Read:
    """The day with all that stands behind it. Raises ValueError."""
    named = found.groupdict()
    month = int(named["month"]) if "month" in named else _MONTHS[named["name"][:3].lower()]
    day = date(_year(named), month, int(named["day"]))
    for also in (named.get("also1"), named.get("also2")):
        if also and ((said := _ALSO_FORM.fullmatch(also)) is None or _year(said.groupdict()) != day.year):
            raise ValueError
    if day < EARLIEST:
        raise ValueError
    beyond = _beyond(named.get("era"), day)
    at = found.end()
    if weekday := _WEEKDAY.match(text, at):
        if "月火水木金土日".index(weekday[1] or weekday[2]) != day.weekday():
            raise ValueError
        at = weekday.end()
    if text[at:].strip():
        day = _in_japan(day, _CLOCK.fullmatch(text, at))
    return Read(day, beyond)


def _year(named: dict[str, str | None]) -> int:
    if western := named.get("western"):
        return int(western)
    first, of_era = ERAS[_era(named["era"] or "")][0], named["of_era"] or ""
    year = 1 if of_era == "元" else int(of_era)
    if not year:
        raise ValueError
    return first.year + year - 1


def _era(written: str) -> str:
    return written if written in ERAS else _SHORT[written.upper()]


def _beyond(written: str | None, day: date) -> bool:
    """Whether the era in which a day is written had ended. Raises ValueError where no form was ever printed so."""
    if not written:
        return False
    era = _era(written)
    first, last, _letters = ERAS[era]
    if first <= day <= last:
        return False
    if era == PRINTED_ON[0] and last < day <= PRINTED_ON[1]:
        return True
    raise ValueError


def _in_japan(day: date, found: re.Match[str] | None) -> date:
    """The day in Japan at this time of day; without a zone it was Japan's time. Raises ValueError."""
    if found is None:
        raise ValueError
    hour, minute = int(found["hour"]), int(found["minute"] or found["minutes"] or 0)
    half = found["half"] or (found["noon"] or "").upper()
    if half:
        if not 0 <= hour <= _HALF:
            raise ValueError
        hour = hour % _HALF + (_HALF if half in ("午後", "PM") else 0)
    moment = datetime(
        day.year, day.month, day.day, hour, minute, int(found["second"] or 0), tzinfo=_zone(found["zone"])
    )
    return moment.astimezone(JAPAN).date()


def _zone(written: str | None) -> timezone:
    if not written or written.upper() == "JST":
        return JAPAN
    if not written.startswith(("+", "-")):
        return UTC
    hours, minutes = int(written[1:3]), int(written[3:].lstrip(":") or 0)
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if written.startswith("-") else ahead)


def _figures(found: re.Match[str]) -> str:
    """四十三 → 43, 一九八〇 → 1980; anything else stays as it is, and is then no date."""
    text = found[0]
    if "十" not in text:
        return "".join(str(_DIGITS[one]) for one in text)
    tens, _ten, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or tens in ("〇", "零", "一") or ones in ("〇", "零"):
        return text
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))
