"""A hit is marked where it stands in the value as written, and nowhere else."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toride.customers import searching
from toride.customers.finding import marking
from toride.customers.finding.marking import Marker
from toride.vault.permit import Opening
from toride.vault.values import DOTS, Closed, Masked, Opened

pytestmark = pytest.mark.requirement("C9")
EVERYTHING = SimpleNamespace(opening=lambda category, field=None: Opening.CLEAR)


def marker(text: str) -> Marker:
    return Marker(searching.free(EVERYTHING, text).expr)


def named(text: str, name: str, kana: str) -> tuple[str, str]:
    written, reading = marker(text).named(Opened(name), Opened(kana))
    return written.__html__(), reading.__html__()


def marked(text: str, field: str, value: object) -> list[str]:
    return [str(one.__html__()) for one in marker(text).hits(field, Opened(value))]


@pytest.mark.parametrize("family", ["齋藤", "齊藤", "斎藤", "斉藤"])
@pytest.mark.parametrize("text", ["さいとう", "サイトウ", "ｻｲﾄｳ", "saito", "斎藤", "齊藤", "saitou"])
def test_one_name_in_every_script_is_marked_in_kanji_and_in_kana(family: str, text: str) -> None:
    assert named(text, f"{family} 惠美子", "サイトウ エミコ") == (
        f"<mark>{family}</mark> 惠美子",
        "<mark>サイトウ</mark> エミコ",
    )


@pytest.mark.parametrize(
    ("text", "name", "kana", "expected"),
    [
        ("さい", "齋藤 惠美子", "サイトウ エミコ", ("齋藤 惠美子", "<mark>サイ</mark>トウ エミコ")),
        ("恵美子", "齋藤 惠美子", "サイトウ エミコ", ("齋藤 <mark>惠美子</mark>", "サイトウ <mark>エミコ</mark>")),
        (
            "斉藤恵美子",
            "齋藤 惠美子",
            "サイトウ エミコ",
            ("<mark>齋藤 惠美子</mark>", "<mark>サイトウ</mark> <mark>エミコ</mark>"),
        ),
        ("藤 美", "佐藤 美咲", "サトウ ミサキ", ("佐<mark>藤</mark> <mark>美</mark>咲", "サトウ ミサキ")),
        ("高崎", "髙﨑 眞理", "タカサキ マリ", ("<mark>髙﨑</mark> 眞理", "<mark>タカサキ</mark> マリ")),
        (
            "さとう",
            "株式会社サトウ精機",
            "サトウセイキ",
            ("株式会社<mark>サトウ</mark>精機", "<mark>サトウ</mark>セイキ"),
        ),
        ("株式会社", "㈱ｻﾄｳ精機", "サトウセイキ", ("<mark>㈱</mark>ｻﾄｳ精機", "サトウセイキ")),
        ("ざとう", "ｻﾞﾄｳ工業", "ザトウコウギョウ", ("<mark>ｻﾞﾄｳ</mark>工業", "<mark>ザトウ</mark>コウギョウ")),
        ("ono", "大野 一", "オオノ ハジメ", ("<mark>大野</mark> 一", "<mark>オオノ</mark> ハジメ")),
    ],
)
def test_the_right_characters_are_marked(text: str, name: str, kana: str, expected: tuple[str, str]) -> None:
    assert named(text, name, kana) == expected


@pytest.mark.parametrize(
    ("text", "field", "value", "expected"),
    [
        ("8826", "phones", ["022-271-4410", "090-3471-8826"], ["090-3471-<mark>8826</mark>"]),
        ("0903471", "phones", ["090-3471-8826"], ["<mark>090-3471</mark>-8826"]),
        ("090-3471-8826", "phones", ["090-3471-8826"], ["<mark>090-3471-8826</mark>"]),
        ("EMIKO.SAITO@example.jp", "emails", ["emiko.saito@example.jp", "b@example.jp"], ["<mark>emiko.saito@example.jp</mark>"]),
        ("0213338", "number", "0213-338104", ["<mark>0213-338</mark>104"]),
        ("981-09", "postcode", "981-0913", ["<mark>981-09</mark>13"]),
        ("宮城県", "prefecture", "宮城県", ["<mark>宮城県</mark>"]),
        ("青葉区", "city", "仙台市青葉区", ["仙台市<mark>青葉区</mark>"]),
        ("昭和26年5月14日", "birth_date", "1951-05-14", ["<mark>1951-05-14</mark>"]),
        ("8826", "phones", ["090-8826-1111"], []),
    ],
)  # fmt: skip
def test_other_fields_are_marked_where_they_answer(text: str, field: str, value: object, expected: list[str]) -> None:
    assert marked(text, field, value) == expected


def test_markup_in_a_name_stays_text() -> None:
    assert named("<b>", "<b>佐藤</b> & 花子", "サトウ ハナコ")[0] == ("<mark>&lt;b&gt;</mark>佐藤&lt;/b&gt; &amp; 花子")
    assert "<b>" not in named("佐藤", "<b>佐藤</b>", "サトウ")[0]


def test_a_marked_value_is_dots_outside_a_template() -> None:
    value = marker("佐藤").mark("name", Opened("佐藤 花子"))
    assert isinstance(value, marking.Marked)
    assert (str(value), repr(value), f"{value}") == (DOTS,) * 3


def test_what_is_not_open_is_never_marked() -> None:
    for value in (Masked(), Closed()):
        assert marker("さとう").mark("name", value) is value
        assert marker("さとう").hits("phones", value) == []
    masked = SimpleNamespace(
        opening=lambda category, field=None: Opening.MASKED if field == "birth_date" else Opening.CLEAR
    )
    asked = Marker(searching.free(masked, "1951-05-14").expr)
    assert asked.hits("birth_date", Opened("1951-05-14")) == []


TEXTS = st.text(
    st.sampled_from("佐藤齋髙﨑㈱(株)さとうサトーｻﾞﾄｯがヴぢヅヲABcＡ１2-・ 　々゛ﾟ゙é\u0301ｶﾞ一丁目"),
    min_size=0,
    max_size=24,
)


@pytest.mark.parametrize("column", sorted(marking.FOLDS))
@given(text=TEXTS)
def test_tracing_folds_as_the_index_folds(column: str, text: str) -> None:
    for fold, trace in marking.FOLDS[column]:
        traced = trace(text)
        assert len(traced.text) == len(traced.places)
        assert all(0 <= start < end <= len(text) for start, end in traced.places)
        if column not in {"email", "prefecture", "phone"} and not any(one in text for one in "゛ﾟ゙\u0301ﾞ"):
            assert traced.text == fold(text)
