"""However a value is spelled, it is read as itself or refused: no cleaner ever makes another valid value."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toride.base.errors import Invalid
from toride.customers import fields
from toride.fields import addresses, amounts, characters, dates, types

pytestmark = pytest.mark.requirement("C7")
FULL = str.maketrans("0123456789/-.:+() ", "０１２３４５６７８９／－．：＋（）　")
KANJI = "〇一二三四五六七八九"
DAYS = st.dates(dates.EARLIEST, date(2026, 11, 29))
TIMES = (
    "",
    " 0:00",
    " 00:00",
    " 0:00:00",
    " 09:30",
    " 23:59:59",
    "T00:00:00",
    "T13:45:00.000+09:00",
    " 22:10 +0900",
    " 午後1時5分",
)
WEEKDAYS = "月火水木金土日"
Spelling = Callable[[date], str]


def era(day: date) -> tuple[str, str, int]:
    """The era, its letter, the year in it."""
    name = next(name for name, (first, last, _letters) in reversed(dates.ERAS.items()) if first <= day <= last)
    first, _last, letters = dates.ERAS[name]
    return name, letters, day.year - first.year + 1


def numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else KANJI[tens]) + ("十" if tens else "") + (KANJI[ones] if ones else "")


def western(mark: str, pad: bool) -> Spelling:
    return lambda day: (
        f"{day.year}{mark}{day.month:02}{mark}{day.day:02}" if pad else f"{day.year}{mark}{day.month}{mark}{day.day}"
    )


def japanese(day: date) -> str:
    name, _letters, year = era(day)
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


SPELLINGS: tuple[Spelling, ...] = (
    *(western(mark, pad) for mark in "-/." for pad in (True, False)),
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"西暦{day.year}年 {day.month}月 {day.day}日",
    lambda day: f"{day.year}年{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）",
    lambda day: f"{day.year}年{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}曜日",
    japanese,
    lambda day: japanese(day).replace("年", f"年({day.year}年)", 1),
    lambda day: f"{day.year}年({era(day)[0]}{era(day)[2]}年){day.month}月{day.day}日",
    lambda day: f"{era(day)[1][0]}{era(day)[2]}.{day.month}.{day.day}",
    lambda day: f"{era(day)[1][1]}{era(day)[2]:02}{day:%m%d}",
    lambda day: f"{era(day)[1][1]}{era(day)[2]}.{day.month}.{day.day}",
    lambda day: f"{era(day)[1][1].lower()} {era(day)[2]}. {day.month}. {day.day}",
    lambda day: f"{era(day)[0]}{era(day)[2]}/{day.month}/{day.day}",
    lambda day: f"{era(day)[0]}{numeral(era(day)[2])}年{numeral(day.month)}月{numeral(day.day)}日",
    lambda day: f"{day:%-d %b %Y}",
    lambda day: f"{day:%B %-d, %Y}",
)  # fmt: skip


@given(DAYS, st.sampled_from(SPELLINGS), st.sampled_from(TIMES), st.booleans())
def test_a_date_however_spelled_is_itself(day: date, spell: Spelling, time: str, full: bool) -> None:
    text = spell(day) + time
    assert dates.parse(text.translate(FULL) if full and "T" not in text else text) == day


@given(
    DAYS, st.sampled_from(SPELLINGS), st.text("0123456789 /-.:年月日（）T", min_size=1, max_size=6), st.integers(0, 30)
)
def test_a_date_with_anything_put_into_it_is_itself_or_none(day: date, spell: Spelling, more: str, at: int) -> None:
    """What was put behind the first eight characters never makes another year or month of it."""
    written = (spell(day) + more).strip()
    found = dates.try_parse(written)
    assert found is None or found == day or is_begun_by(written, found)


def is_begun_by(text: str, day: date) -> bool:
    """Does the text begin with a spelling of the day, and go on with anything but a figure?"""
    rests = (text.removeprefix(one(day)) for one in SPELLINGS if text.startswith(one(day)))
    return any(not rest[:1].isdigit() for rest in rests)


@given(st.text("0123456789SHRMT昭平令年月日/-. :", max_size=24))
def test_any_other_text_is_no_date_or_reads_back(text: str) -> None:
    if found := dates.try_parse(text):
        digits = {f"{found.year}", f"{era(found)[2]}", f"{era(found)[2]:02}", "元"}
        assert any(one in characters.plain(text) for one in digits) or found.year == 2019


@pytest.mark.parametrize(
    ("text", "day"),
    [("H31.5.1", "2019-05-01"), ("平成31年12月31日", "2019-12-31"), ("明治45年7月30日", "1912-07-30"),
     ("大正元年7月30日", "1912-07-30"), ("大正15年12月25日", "1926-12-25"), ("昭和元年12月25日", "1926-12-25"),
     ("2024-01-05T13:45:00.000Z", "2024-01-05"), ("2024-01-05T15:00:00Z", "2024-01-06"), ("㍼43年4月1日", "1968-04-01"),
     ("2024-01-05T00:30:00+14:00", "2024-01-04")],
)  # fmt: skip
def test_days_at_the_edge_of_an_era_or_of_a_zone(text: str, day: str) -> None:
    assert dates.parse(text).isoformat() == day
    assert dates.read(text).beyond == text.startswith(("H31", "平成31"))


@pytest.mark.parametrize(
    "text",
    ["昭和64年1月8日", "平成32年1月1日", "令和0年1月1日", "1981-02-29", "1980/3/104", "1980/3/4 24:00", "1980/3/4 9:60",
     "1980年3月4日（月）", "昭和55年(1981年)3月4日", "55/3/4", "29/9/1", "3430401", "19800304.0", "1980-3", "--0229",
     "1980-03/04", "1980/3/1 0 0:00", "0000-00-00", "1867-01-01", "", "昭和"],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        dates.parse(text)


MOBILES = st.builds(
    "{}{:08}".format, st.sampled_from(["070", "080", "090", "050"]), st.integers(10_000_000, 99_999_999)
)
LANDLINES = st.sampled_from(["022", "03", "06", "0225", "0120"]).flatmap(
    lambda area: st.integers(2, 9).flatmap(
        lambda first: st.integers(0, 10 ** (9 - len(area)) - 1).map(
            lambda rest: f"{area}{first}{rest:0{9 - len(area)}}"
        )
    )
)
AROUND = ("{}", " {} ", "\u202a{}\u202c", "\u200b{}", "{}\u3000")


def spelled(digits: str) -> list[str]:
    three, seven = digits[:3], digits[3:]
    ends = (len(digits) - 7, len(digits) - 4)
    parts = [digits[: ends[0]], digits[ends[0] : ends[1]], digits[ends[1] :]]
    return [
        digits, *(mark.join(parts) for mark in ("-", " ", ".", "ー", "－", "‐", "−")), f"({parts[0]}){parts[1]}-{parts[2]}",
        f"{parts[0]}({parts[1]}){parts[2]}", f"+81{digits[1:]}", f"+81-{parts[0][1:]}-{parts[1]}-{parts[2]}",
        f"+81 (0){parts[0][1:]}-{parts[1]}-{parts[2]}", digits.translate(FULL), digits[1:], f"{three} {seven}",
    ]  # fmt: skip


@given(st.one_of(MOBILES, LANDLINES), st.integers(0, 15), st.sampled_from(AROUND))
def test_a_phone_however_spelled_is_itself_or_refused(digits: str, which: int, around: str) -> None:
    try:
        found = types.phone(around.format(spelled(digits)[which]))
    except Invalid:
        return
    assert found.replace("-", "") == digits


@given(st.one_of(MOBILES, LANDLINES), st.sampled_from([".0", ".00", "/1", " 1", "-1", "12", "e9", "x", ",5", "；2"]))
def test_nothing_behind_a_phone_is_swallowed(digits: str, more: str) -> None:
    for written in (digits, digits[1:], f"{digits[:3]}-{digits[3:]}"):
        try:
            found = types.phone(written + more)
        except Invalid:
            continue
        assert found.replace("-", "") in (digits, written + more, f"0{written}{more}")
        assert len(found.replace("-", "")) in (10, 11)


@given(st.text("0123456789-+() ./", max_size=18))
def test_a_stored_japanese_number_has_ten_or_eleven_figures(text: str) -> None:
    try:
        found = types.phone(text)
    except Invalid:
        return
    assert found.startswith("+") or (found.startswith("0") and len(found.replace("-", "")) in (10, 11))


@given(st.integers(0, 10**14))
def test_an_amount_however_spelled_is_itself(yen: int) -> None:
    for text in (f"{yen}", f"{yen:,}", f"{yen:,}円", f"¥{yen:,}", f"{yen}.00", f"{yen:,}".translate(FULL | {44: "，"})):
        assert amounts.parse(text) == yen
    for text in (f"-{yen}", f"△{yen:,}", f"▲ {yen:,}円", f"({yen:,})", f"（{yen:,}）", f"−{yen}", f"¥-{yen}"):
        assert amounts.parse(text) == -yen
    if yen % 10_000 == 0 and yen:
        assert amounts.parse(f"{yen // 10_000:,}万円") == yen


@pytest.mark.parametrize(
    "text", ["1,23", "1,2345", "12 34", "1.5", "1.00001万", "万", "-", "", "1-2", "(1", "10^3", "1e6", "--5"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        amounts.parse(text)


def test_every_city_is_known_however_it_is_written() -> None:
    """By its official name, with blanks, with ヶ and ケ changed about, without its 郡, decomposed, behind a postcode."""
    import unicodedata

    for prefecture, cities in addresses._cities().items():
        for city in cities:
            other = city.translate(str.maketrans("ヶケ", "ケヶ"))
            for text in (
                f"{prefecture}{city}1-1", f"{prefecture}　{city} 1-1", f"{prefecture}{other}1-1",
                unicodedata.normalize("NFD", f"{prefecture}{city}1-1"), f"〒980-0803 {prefecture}{city}1-1",
                f"日本、{prefecture}{city}1-1",
            ):  # fmt: skip
                found = addresses.split(text)
                assert (found.prefecture, found.city, found.street) == (prefecture, city, "1-1"), text


@pytest.mark.parametrize(
    ("text", "city"),
    [("中央区銀座1-1", ""), ("府中市1-1", ""), ("茨城県竜が崎市1", "龍ケ崎市"), ("宮城県塩釜市1", "塩竈市"),
     ("青森県五戸町1", "三戸郡五戸町"), ("東京千代田区1", "千代田区"), ("宮城県1-1", "")],
)  # fmt: skip
def test_what_cannot_be_told_apart_is_told(text: str, city: str) -> None:
    found = addresses.told(text)
    assert found.area.city == city
    assert bool(found.doubt) == (not city)


@given(st.text("かがはばぱカガ\u3099\u309a㌍①神漢é e\u0301", max_size=12))
def test_lines_are_kept_composed(text: str) -> None:
    import unicodedata

    assert unicodedata.is_normalized("NFC", fields.line(text))
    assert fields.line("神") == "神"  # an old form with a code of its own stays as it was written


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
def test_the_day_after_is_never_read(day: date) -> None:
    for spell in SPELLINGS:
        assert dates.try_parse(spell(day)) != day + timedelta(days=1)


@pytest.mark.parametrize(
    ("written", "city"),
    [("埼玉県浦和市高砂3-15-1", "さいたま市浦和区"), ("大宮市桜木町1-7-5", "さいたま市大宮区"),
     ("静岡県清水市旭町6-8", "静岡市清水区"), ("東京都 保谷市 中町1-5-1", "西東京市"), ("埼玉県鳩ケ谷市本町1-1", "川口市")],
)  # fmt: skip
def test_a_former_municipality_is_told_by_its_town(written: str, city: str) -> None:
    told = addresses.told(written)
    assert (told.area.city, told.doubt) == (city, addresses.IS_FORMER)
    assert told.area.street in written


@pytest.mark.parametrize("written", ["埼玉県浦和市どこにもない町1-1", "埼玉県浦和市", "宮城県大宮市桜木町1", "清水市"])
def test_what_the_town_does_not_tell_is_left_as_it_was(written: str) -> None:
    assert addresses.told(written).doubt == addresses.NO_CITY


def test_every_former_municipality_leads_to_one_that_is() -> None:
    known = addresses.cities()
    for (_prefecture, name), present in addresses.FORMER.items():
        assert name not in known
        assert set(present) <= known
