"""Business days and hours of the institution: when it is open, and when so many open hours or days have passed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from toride.base.errors import Invalid, Unavailable

WEEK = 7
MONDAY_TO_FRIDAY = 5
LONGEST_CLOSED = 100  # days in a row that are looked at for an open one
MOST_DAYS = 1_000  # business days that may be counted at once
MOST_HOURS = 5_000.0  # business hours that may be counted at once
LAST_DAYS_OF_YEAR = (29, 30, 31)  # from which day of December to 3 January it is closed
DECEMBER, JANUARY, THIRD = 12, 1, 3


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when, on one day. Raises Invalid where the end is not after the beginning."""

    begins: time
    ends: time

    def __post_init__(self) -> None:
        if self.begins.tzinfo or self.ends.tzinfo or self.ends <= self.begins:
            raise Invalid(_("Enter an end time after the start time, on the same day."))


USUAL = Hours(time(9), time(17))


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the institution is open, where it is. `hours`: seven, Monday first; None for a day without any.

    `closed`: its own closing days. `year_end`: from that day of December to 3 January, 0 for not at all; banks close
    from the 31st (銀行法施行令5条), authorities from the 29th (行政機関の休日に関する法律1条).
    """

    zone: ZoneInfo
    hours: tuple[Hours | None, ...] = (USUAL,) * MONDAY_TO_FRIDAY + (None, None)
    closed: Mapping[date, str] = field(default_factory=dict)
    year_end: int = 31
    country: str = "JP"

    def __post_init__(self) -> None:
        if len(self.hours) != WEEK or not any(self.hours):
            raise Invalid(_("Choose at least one open weekday."))
        if self.year_end not in (0, *LAST_DAYS_OF_YEAR):
            raise Invalid(_("Choose when the year-end closure begins."))

    def is_business_day(self, day: date) -> bool:
        """Is it open on that day?"""
        return self.hours[day.weekday()] is not None and not self.reason(day)

    def reason(self, day: date) -> str:
        """Why it is closed on a day that would else be open: a name; "" where nothing closes it."""
        if day in self.closed:
            return self.closed[day]
        if self.year_end and _is_year_end(day, self.year_end):
            return _("Year-end closure")
        return str(_holidays(self.country, get_language() or "").get(day) or "")

    def is_open(self, moment: datetime) -> bool:
        """Is it open at that moment? The end of an open day is closed already."""
        found = self._window(moment.astimezone(self.zone).date())
        return found is not None and found[0] <= moment < found[1]

    def opening(self, moment: datetime) -> datetime:
        """That moment where it is open, else the next at which it opens, UTC."""
        return max(moment.astimezone(UTC), next(self._windows(moment))[0])

    def after(self, moment: datetime, *, hours: float) -> datetime:
        """When so many open hours have passed since a moment, UTC; for none, the next open moment.

        Raises Invalid for fewer than none or more than MOST_HOURS, Unavailable where it stays closed.
        """
        if not 0 <= hours <= MOST_HOURS:
            raise Invalid(_("This is too far ahead for the business calendar."))
        left = timedelta(hours=hours)
        for begins, ends in self._windows(moment):
            begin = max(begins, moment)
            if left < ends - begin or (left and left == ends - begin):
                return (begin + left).astimezone(UTC)
            left -= ends - begin
        raise AssertionError

    def day_after(self, day: date, *, days: int) -> date:
        """The business day that is so many of them after a day; for none, that day or the next open one.

        Raises Invalid for fewer than none or more than MOST_DAYS, Unavailable where it stays closed.
        """
        if not 0 <= days <= MOST_DAYS:
            raise Invalid(_("This is too far ahead for the business calendar."))
        if days == 0:
            return day if self.is_business_day(day) else next(self._days(day))
        found = self._days(day)
        for _passed in range(days - 1):
            next(found)
        return next(found)

    def end_of(self, day: date) -> datetime:
        """When it closes on that business day, UTC; on any other, when it closes next."""
        return next(self._windows(datetime.combine(day, time(), self.zone)))[1]

    def _days(self, day: date) -> Iterator[date]:
        """The business days after a day. Raises Unavailable after LONGEST_CLOSED closed ones in a row."""
        since = 0
        while since < LONGEST_CLOSED:
            day, since = day + timedelta(days=1), since + 1
            if self.is_business_day(day):
                since = 0
                yield day
        raise Unavailable(_("The business calendar has no open day. Correct the closing days."))

    def _windows(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When it is open from a moment on, in UTC; the first may have begun."""
        for day in self._days(moment.astimezone(self.zone).date() - timedelta(days=1)):
            found = self._window(day)
            if found and moment < found[1]:
                yield found

    def _window(self, day: date) -> tuple[datetime, datetime] | None:
        hours = self.hours[day.weekday()]
        if hours is None or not self.is_business_day(day):
            return None
        begins, ends = (datetime.combine(day, at, self.zone).astimezone(UTC) for at in (hours.begins, hours.ends))
        return (begins, ends) if begins < ends else None


def _is_year_end(day: date, begins: int) -> bool:
    return (day.month == DECEMBER and day.day >= begins) or (day.month == JANUARY and day.day <= THIRD)


@cache
def _holidays(country: str, language: str) -> Mapping[date, str]:
    """A country's public holidays, called as in that language where it has names in it."""
    known = holidays.country_holidays(country).supported_languages
    called = next((one for one in known if one.startswith(language)), None) if language else None
    return holidays.country_holidays(country, language=called)
