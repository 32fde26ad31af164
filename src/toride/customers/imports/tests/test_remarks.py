"""What stands beside a phone number is kept in the note, where the person may write there; else it is named."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from tests.people import House
from toride.base.errors import Invalid
from toride.customers.imports import cells, remarks
from toride.customers.imports.tests.conftest import counts
from toride.customers.imports.tests.workbooks import values
from toride.fields import phones

pytestmark = pytest.mark.requirement("C3", "C7")
NUMBER = "022-265-1111"
BESIDE = {
    "(代)": "代", " 内線123": "内線123", "（妻）": "妻", " ext. 12": "ext. 12", "x12": "x12", " 会社": "会社",
    "（経理部 山田様）": "経理部 山田様", " 18時以降": "18時以降", "（18時以降）": "18時以降", "～3": "～3", " #12": "#12",
    " ※夜間のみ": "夜間のみ", "・妻": "妻", "(代) 内線12番": "代 内線12番", "様": "様", "/妻": "妻",
}  # fmt: skip


def test_what_stands_beside_goes_to_the_note_with_its_number(house: House, run: Callable[..., Result]) -> None:
    rows = "".join(f"R-{at},備 一郎,{NUMBER}{behind},先に書いた\n" for at, behind in enumerate(BESIDE))
    text = f"顧客番号,氏名,電話番号,備考\n{rows}R-99,備 二郎,{NUMBER},\n"
    ran = run(text)
    assert (counts(ran), json.loads(ran.stdout)["left"]) == ((len(BESIDE) + 1, 0, 0, 0), {})
    for at, note in enumerate(BESIDE.values()):
        found = values(house, f"R-{at}")
        assert (found["phones"], found["note"]) == ([NUMBER], f"先に書いた\n{NUMBER}（{note}）")
    assert values(house, "R-99")["note"] is None
    assert counts(run(text, "--dry-run"))[:2] == (0, 0)


def test_a_note_that_stands_stays(house: House, run: Callable[..., Result]) -> None:
    run("顧客番号,氏名,備考\nR-1,備 一郎,先に書いた\n")
    text = f"顧客番号,氏名,電話番号\nR-1,備 一郎,会社 {NUMBER} 内線12\n"
    assert counts(run(text)) == (0, 1, 0, 0)
    assert values(house, "R-1")["note"] == f"先に書いた\n{NUMBER}（会社 内線12）"
    assert counts(run(text)) == (0, 0, 0, 0)


def test_where_the_note_is_closed_it_is_named(
    house: House, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remarks, "_may", lambda permit: False)
    ran = run(f"顧客番号,氏名,電話番号\nR-1,備 一郎,{NUMBER}（妻）\n")
    assert counts(ran) == (1, 0, 0, 0)
    assert "(row 2)" in json.loads(ran.stdout)["left"]["電話番号"]
    assert values(house, "R-1")["phones"] == [NUMBER]
    assert values(house, "R-1")["note"] is None


@given(st.text("0123456789-() +.~～x#内線妻代ー１０TELab:　 ", max_size=24))
def test_no_figure_of_a_number_becomes_a_remark_or_is_lost(text: str) -> None:
    """Whatever is read, figures stay in their order, and a number has those that stood together."""
    for part in cells.several("phones", text):
        number, beside = cells.numbered(part)
        try:
            cleaned = phones.written(number)
        except Invalid:
            continue
        assert all(len(run) < 7 for run in "".join(c if c.isdigit() else " " for c in beside).split())
        assert number in part
        assert cleaned


def test_an_address_of_a_former_municipality_is_kept_in_the_note(house: House, run: Callable[..., Result]) -> None:
    assert counts(run("顧客番号,氏名,住所\nR-1,備 一郎,埼玉県浦和市高砂3-15-1\n")) == (1, 0, 0, 0)
    found = values(house, "R-1")
    assert (found["city"], found["street"]) == ("さいたま市浦和区", "高砂3-15-1")
    assert found["note"] == "さいたま市浦和区（埼玉県浦和市高砂3-15-1）"
