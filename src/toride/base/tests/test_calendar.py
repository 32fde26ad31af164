"""The business calendar: never in closed time, never backwards, wherever the institution is, and never without an end."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from toride.base.calendar import LONGEST_CLOSED, MOST_DAYS, MOST_HOURS, USUAL, Calendar, Hours
from toride.base.errors import Invalid, Unavailable

pytestmark = pytest.mark.requirement("S2")
TOKYO, BERLIN, SAO_PAULO = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/Sao_Paulo")
BANK = Calendar(TOKYO)


def at(text: str, zone: ZoneInfo = TOKYO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    begins, ends = sorted(draw(st.lists(st.times(), min_size=2, max_size=2, unique=True)))
    return Hours(begins, ends)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = draw(st.lists(st.one_of(st.none(), hours()), min_size=7, max_size=7).filter(any))
    closed = draw(st.dictionaries(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.just("休業"), max_size=20))
    zone = draw(st.sampled_from((TOKYO, BERLIN, SAO_PAULO)))
    return Calendar(zone, tuple(week), closed, draw(st.sampled_from((0, 29, 30, 31))))


MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - it has one
FEW = st.floats(0, 60, allow_nan=False)


@given(calendars(), MOMENTS, FEW)
def test_it_never_ends_in_closed_time_and_never_before_it_begins(
    calendar: Calendar, moment: datetime, few: float
) -> None:
    found = calendar.after(moment, hours=few)
    assert found >= moment
    assert calendar.is_open(found) or calendar.is_open(found - timedelta(microseconds=1))
    assert calendar.is_business_day((found - timedelta(microseconds=1 if few else 0)).astimezone(calendar.zone).date())


@given(calendars(), MOMENTS, st.timedeltas(timedelta(), timedelta(days=30)), FEW, FEW)
def test_later_begun_or_longer_is_not_earlier_done(
    calendar: Calendar, moment: datetime, later: timedelta, one: float, more: float
) -> None:
    found = calendar.after(moment, hours=one)
    assert found <= calendar.after(moment + later, hours=one)
    assert found <= calendar.after(moment, hours=one + more)


@given(calendars(), MOMENTS, st.integers(0, 40), st.integers(0, 40))
def test_hours_add_up(calendar: Calendar, moment: datetime, one: int, more: int) -> None:
    assert calendar.after(calendar.after(moment, hours=one), hours=more) in {
        calendar.after(moment, hours=one + more),
        calendar.opening(calendar.after(moment, hours=one + more)),  # at its end a day is over
    }


@given(calendars(), st.dates(date(2019, 1, 1), date(2030, 1, 1)), st.integers(0, 30), st.integers(0, 30))
def test_days_add_up_and_are_business_days(calendar: Calendar, day: date, one: int, more: int) -> None:
    found = calendar.day_after(day, days=one)
    assert calendar.is_business_day(found)
    assert found >= day
    assert calendar.day_after(found, days=more) == (
        calendar.day_after(day, days=one + more) if one or calendar.is_business_day(day) else
        calendar.day_after(day, days=more + 1) if more else found
    )  # fmt: skip


@given(calendars(), MOMENTS)
def test_it_opens_when_it_is_open(calendar: Calendar, moment: datetime) -> None:
    found = calendar.opening(moment)
    assert calendar.is_open(found)
    assert (found == moment) == calendar.is_open(moment)


@pytest.mark.parametrize(("begins", "hours", "wanted"), [
    ("2026-11-27T16:00", 1, "2026-11-27T17:00"), ("2026-11-27T16:00", 2, "2026-11-30T10:00"),
    ("2026-11-28T12:00", 0, "2026-11-30T09:00"), ("2026-12-30T16:00", 2, "2027-01-04T10:00"),
    ("2026-05-01T16:30", 8, "2026-05-07T16:30"),  # 3 May is a Sunday: the 6th stands in for it
])  # fmt: skip
def test_nights_weekends_holidays_and_the_end_of_the_year_do_not_count(begins: str, hours: int, wanted: str) -> None:
    assert BANK.after(at(begins), hours=hours) == at(wanted)


@pytest.mark.parametrize(("day", "is_open"), [
    ("2020-07-20", True), ("2020-07-23", False), ("2020-07-24", False), ("2020-08-10", False), ("2020-08-11", True),
    ("2020-10-12", True), ("2021-07-19", True), ("2021-07-22", False), ("2021-07-23", False), ("2021-08-09", False),
    ("2021-08-11", True), ("2021-10-11", True), ("2019-04-30", False), ("2019-05-01", False), ("2019-05-02", False),
    ("2019-10-22", False), ("2026-09-22", False), ("2026-11-23", False), ("2026-12-30", True), ("2026-12-31", False),
    ("2027-01-04", True),
])  # fmt: skip
def test_public_holidays_are_those_that_were_kept(day: str, is_open: bool) -> None:
    """With the years of the Olympics, of the accession, and a day between two holidays."""
    assert BANK.is_business_day(date.fromisoformat(day)) == is_open


def test_an_authority_closes_from_the_29th_and_who_never_closes_keeps_only_the_holidays() -> None:
    authority, always = Calendar(TOKYO, year_end=29), Calendar(TOKYO, (USUAL,) * 7, year_end=0)
    days = [date(2026, 12, 28) + timedelta(days=one) for one in range(8)]
    assert [day for day in days if authority.is_business_day(day)] == [date(2026, 12, 28), date(2027, 1, 4)]
    assert [day for day in days if not always.is_business_day(day)] == [date(2027, 1, 1)]
    assert authority.day_after(date(2026, 12, 25), days=2) == date(2027, 1, 4)


def closed_for(days: int) -> Calendar:
    return Calendar(TOKYO, (USUAL,) * 7, {date(2026, 6, 1) + timedelta(days=one): "改装" for one in range(days)}, 0)


def test_weeks_without_an_open_day_are_passed_over_and_for_ever_is_told() -> None:
    begins = at("2026-05-31T16:00")
    assert closed_for(40).after(begins, hours=2) == at("2026-07-11T10:00")
    assert closed_for(40).day_after(date(2026, 6, 3), days=0) == date(2026, 7, 11)
    for ask in (
        lambda calendar: calendar.after(begins, hours=2), lambda calendar: calendar.day_after(date(2026, 6, 3), days=1),
        lambda calendar: calendar.opening(at("2026-06-03T10:00")), lambda calendar: calendar.end_of(date(2026, 6, 3)),
    ):  # fmt: skip
        with pytest.raises(Unavailable):
            ask(closed_for(LONGEST_CLOSED * 2))


@pytest.mark.parametrize("hours", [-0.1, MOST_HOURS + 1, float("nan"), float("inf")])
def test_no_search_is_endless(hours: float) -> None:
    with pytest.raises(Invalid):
        BANK.after(at("2026-11-27T16:00"), hours=hours)
    for days in (-1, MOST_DAYS + 1):
        with pytest.raises(Invalid):
            BANK.day_after(date(2026, 11, 27), days=days)


def test_hours_over_midnight_none_at_all_and_a_week_of_six_days_are_refused() -> None:
    for make in (
        lambda: Hours(time(22), time(6)), lambda: Hours(time(9), time(9)), lambda: Hours(time(9, tzinfo=UTC), time(17)),
        lambda: Calendar(TOKYO, (None,) * 7), lambda: Calendar(TOKYO, (USUAL,) * 6), lambda: Calendar(TOKYO, year_end=28),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            make()


def test_an_hour_is_an_hour_where_clocks_are_changed() -> None:
    sunday = Calendar(BERLIN, (None,) * 6 + (Hours(time(1), time(5)),), {}, 0, "DE")
    assert sunday.after(at("2026-03-29T01:00", BERLIN), hours=2) == at("2026-03-29T04:00", BERLIN).astimezone(UTC)
    assert sunday.after(at("2026-10-25T01:00", BERLIN), hours=2) == datetime(2026, 10, 25, 1, tzinfo=UTC)


def test_a_day_says_why_it_is_closed() -> None:
    calendar = Calendar(TOKYO, closed={date(2026, 11, 20): "創立記念日"})
    assert calendar.reason(date(2026, 11, 20)) == "創立記念日"
    for language, wanted in (("ja", "勤労感謝の日"), ("en", "Labor Thanksgiving Day")):
        with translation.override(language):
            assert calendar.reason(date(2026, 11, 23)) == wanted
    assert calendar.reason(date(2026, 11, 24)) == ""
    assert calendar.reason(date(2026, 12, 31))
