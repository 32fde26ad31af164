"""Whatever is true of a customer finds them, in whichever spelling; typing more of it never loses them."""

import itertools
import unicodedata
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toride.customers import folded, searching
from toride.fields import dates
from toride.vault.index.query import matches
from toride.vault.permit import Category, Opening

pytestmark = pytest.mark.requirement("C9")
EVERYTHING = SimpleNamespace(opening=lambda category, field=None: Opening.CLEAR)
MINORI: dict[str, Any] = {
    "number": "0312-77", "name": "佐々木 みのり", "kana": "ササキ ミノリ", "phones": ["022-265-3101", "090-3232-3201"],
    "emails": ["sasaki.inoue@ex-ample.jp"], "postcode": "980-0803", "prefecture": "宮城県", "city": "仙台市青葉区",
    "street": "国分町三丁目7番1号 メゾン青葉203", "birth_date": "1980-02-29", "kind": "person", "status": "active",
}  # fmt: skip


def finds(text: str, **values: Any) -> bool:
    """Does `text` find 佐々木 みのり, or whoever differs from her so?"""
    row = folded.row("002", None, {category: {**MINORI, **values} for category in Category})
    return matches(searching.free(EVERYTHING, text).expr, row)


@pytest.mark.parametrize(
    ("kana", "texts"),
    [
        ("サトウ ハナコ", ["さとー", "サトー", "さとう", "ｻﾄｰ", "さとお", "サト−", "サト―", "satoh", "satou", "sato", "sat"]),
        ("スズキ イチロウ", ["スズキイチロー", "すずき いちろー", "イチロー", "いちろう", "suzuki ichiro", "ichirou", "suzukiichiro"]),
        ("コウノ シュンスケ", ["こーの", "コオノ", "シユンスケ", "しゅんすけ", "kono", "kouno", "syunsuke", "shunsuke"]),
        ("ハットリ キョウコ", ["ハツトリ", "はっとり", "キヨウコ", "きょーこ", "hattori", "hatt", "kyoko", "kyouko"]),
        ("フォックス ヴァネッサ", ["フオツクス", "ふぉっくす", "バネッサ", "ヴァネツサ", "vanessa"]),
        ("オオノ ユウイチ", ["おーの", "オオノ", "ohno", "oono", "ono", "ユーイチ", "yuichi", "yuuichi", "ユウイチ"]),
        ("ヂンボ カヅオ", ["ジンボ", "カズオ", "かづお", "jinbo", "jimbo", "kazuo"]),
    ],
)  # fmt: skip
def test_a_reading_however_it_is_heard(kana: str, texts: list[str]) -> None:
    for text in texts:
        assert finds(text, kana=kana, name="甲 乙"), text
    for text in ("たなか", "tanaka", "ミキ"):
        assert not finds(text, kana=kana, name="甲 乙"), text


@pytest.mark.parametrize(
    "spellings",
    [
        ["佐々木", "佐佐木", "佐〻木"], ["三ヶ島", "三ケ島", "三が島", "三ヵ島", "三か島", "三ガ島"], ["野々村", "野野村"],
        ["奈良橋々", "奈良橋橋"], ["José", "Jose", "JOSÉ", "Jose\u0301"], ["Müller", "Muller"], ["Straße", "STRASSE"],
        ["Ångström", "angstrom"], ["髙﨑", "高崎"], ["がんまち", "か\u3099んまち"],
    ],
)  # fmt: skip
def test_spellings_of_a_name_meet_from_both_sides(spellings: list[str]) -> None:
    composed = [unicodedata.normalize("NFC", one) for one in spellings]
    for stored, typed in itertools.product(spellings, composed):
        for size in range(1, len(typed) + 1):
            assert finds(typed[:size], name=f"{stored} 一", kana=""), (stored, typed[:size])
        assert not finds("別" + typed, name=f"{stored} 一", kana="")


@pytest.mark.parametrize("title", ["様", "さん", "さま", "殿", "氏", "君", "御中", "先生", "くん", "ちゃん"])
def test_how_one_is_addressed_falls_off(title: str) -> None:
    for name in ("佐々木", "佐々木みのり", "ササキ", "佐々木 みのり"):
        assert finds(f"{name}{title}")
        assert finds(f"{name} {title}")
    assert finds(f"小{title}", name=f"小{title} 花")


@pytest.mark.parametrize(
    "text",
    [
        "265-3101", "2653101", "22-265-3101", "3232-3201", "32323201", "3101", "3201", "0903232", "022-265-31", "(022)265-3101",
        "022 265 3101", "+81 90 3232 3201", "９０３２３２３２０１", "sasaki.inoue@", "sasaki.i", "SASAKI.INOUE@EX", "@ex-ample.jp", "@ex",
        "宮城県仙台市青葉区", "仙台市青葉区", "青葉区", "仙台市", "仙台市青葉区国分町", "青葉区国分町", "国分町3-7-1", "国分町３－７－１",
        "国分町三丁目七番一号", "国分町3丁目7番1号", "国分町3丁目7-1", "国分町3の7の1", "宮城県 仙台市 青葉区 国分町 3-7-1",
        "〒980-0803 宮城県仙台市青葉区国分町3-7-1", "宮城県仙台市青葉区国分町３丁目７番１号 メゾン青葉203",
        "佐々木 3201", "3201 佐々木", "佐々木 1980-02-29", "ささき 昭和55年2月29日", "佐々木 仙台市", "仙台市青葉区 佐々木", "sasaki 3101",
        "佐々木 265-3101", "佐々木 022 265 3101", "みのり 0312-77", "佐々木 sasaki.inoue@", "佐々木 980-0803", "佐々木 国分町3-7-1 3201",
        "佐々木様 1980/2/29", "佐々木　みのり　３２０１",
    ],
)  # fmt: skip
def test_found_by(text: str) -> None:
    assert finds(text), text


@pytest.mark.parametrize(
    "text",
    [
        "佐々木 3202", "鈴木 3201", "佐々木 1980-02-28", "265-3102", "sasaki.inoue@ex-bmple", "@example.jp", "国分町3-7-2", "国分町4",
        "仙台市泉区", "山形県仙台市青葉区", "仙台市青葉区一番町", "青葉区国分町 鈴木", "佐々木 0312-78", "国分町37-1", "1980-03", "佐々木 昭和56年",
        "国分", "宮城", "青葉",
    ],
)  # fmt: skip
def test_what_is_not_true_finds_nobody(text: str) -> None:
    assert not finds(text), text


TRUE = {
    "name": st.sampled_from(["佐々木", "佐佐木みのり", "佐々木　みのり", "ささき", "ササキ", "sasaki", "sasaki minori", "みのり", "minori"]),
    "address": st.sampled_from(
        ["宮城県仙台市青葉区国分町三丁目七番一号", "宮城県仙台市青葉区国分町3-7-1", "宮城県 仙台市 青葉区 国分町", "仙台市青葉区国分町３丁目７番１号"]
    ),
    "mail": st.sampled_from(["sasaki.inoue@ex-ample.jp", "SASAKI.INOUE@EX-AMPLE.JP", "@ex-ample.jp"]),
    "day": st.sampled_from(
        ["1980-02-29", "1980/2/29", "19800229", "昭和55年2月29日", "S55.2.29", "1980年2月29日", "１９８０－０２－２９"]
    ),
    "phone": st.sampled_from(["022-265-3101", "0222653101", "090-3232-3201", "+819032323201", "09032323201"]),
    "number": st.sampled_from(["0312-77", "031277"]),
}  # fmt: skip
SHORTEST = {"name": 2, "address": 3, "mail": 3, "day": 4, "phone": 3, "number": 2}


@given(data=st.data(), kind=st.sampled_from(sorted(TRUE)))
def test_typing_more_of_what_is_true_never_loses_the_hit(data: st.DataObject, kind: str) -> None:
    whole = data.draw(TRUE[kind])
    size = data.draw(st.integers(5 if whole.startswith("+") else SHORTEST[kind], len(whole)))
    typed = whole[:size]
    if kind == "address" and typed.rstrip().endswith(("仙", "台", "葉", "青")) and "宮城県" not in typed:
        return  # the name of no place yet
    assert finds(typed), typed


@given(first=TRUE["name"], kind=st.sampled_from(["phone", "day", "number", "mail", "name"]), data=st.data())
def test_a_second_thing_narrows_and_never_loses(first: str, kind: str, data: st.DataObject) -> None:
    whole = data.draw(TRUE[kind])
    size = data.draw(st.integers(5 if whole.startswith("+") else SHORTEST[kind], len(whole)))
    assert finds(f"{first} {whole[:size]}"), whole[:size]
    assert finds(f"{whole} {first}"), whole
    assert not finds(f"鈴木 {whole}"), whole


@given(
    day=st.dates(dates.EARLIEST),
    form=st.sampled_from(["{:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{:%Y%m%d}", "era"]),
)
def test_a_day_is_found_from_its_year_on(day: Any, form: str) -> None:
    day = min(day, dates.date(2026, 11, 1))
    whole = dates.japanese(day) if form == "era" else form.format(day)
    begin = 4 if form != "era" else whole.index("年") + 1
    for size in range(begin, len(whole) + 1):
        assert finds(whole[:size], birth_date=day.isoformat()), whole[:size]
    assert not finds(whole, birth_date="1900-01-01" if day.year != 1900 else "1990-01-01")


def test_a_closed_birth_date_is_no_oracle_for_a_date_begun() -> None:
    masked = SimpleNamespace(
        opening=lambda category, field=None: Opening.MASKED if field == "birth_date" else Opening.CLEAR
    )
    row = folded.row("002", None, dict.fromkeys(Category, MINORI))
    for text in ("1980-02-29", "1980-02", "昭和55年", "佐々木 1980-02-29", "佐々木 昭和55年2月"):
        asked = searching.free(masked, text).expr
        assert not any(leaf.column == "birth_date" for leaf in searching.leaves(asked))
        assert not matches(asked, row)


@given(
    st.lists(
        st.sampled_from(["022", "0220", "1111", "1980", "2", "29", "佐々木様", "国分町", "宮城県", "sat", "a@b"]),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_typed_can_be_asked(words: list[str]) -> None:
    """Many figures can be read in many ways; the question stays within what the index takes, filters and scope included."""
    asked = searching.free(EVERYTHING, " ".join(words)).expr
    assert sum(1 for _leaf in searching.leaves(asked)) <= searching.MOST_LEAVES
