"""個人番号 and card numbers in a file: told by row and column, struck out or sealed apart, and never written again."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import override_settings

from tests.kit import enter
from tests.people import House
from toride.base import clock
from toride.base.errors import Invalid
from toride.customers import apart, barred
from toride.customers.actions import Action
from toride.customers.barred import Kind, Policy
from toride.customers.imports import cleaning, mapping, running, services
from toride.customers.imports.mapping import Columns
from toride.customers.imports.tests.wizard import Wizard, events, work
from toride.customers.models import Brought, Finding, Import, Rejected
from toride.vault.tests.contents import everything

pytestmark = [pytest.mark.requirement("C12"), pytest.mark.requirement("C7")]
MY_NUMBER, CARD = "123456789018", "4111-1111-1111-1111"
HEADER = "顧客番号,氏名,住所,備考,内線\n"
TEXT = (
    HEADER
    + f"A-1,佐藤 花子,宮城県石巻市1-2,番号は{MY_NUMBER},{MY_NUMBER}\n"
    + f"A-2,鈴木 一郎,宮城県石巻市１２３４‐５６７８‐９０１８,カード {CARD},\n"
    + "A-3,林 大樹,宮城県石巻市1-2,受付番号 123456789018,\n"
    + "123456789018,森 葵,宮城県石巻市1-2,電話は午前に,\n"
)
Make = Callable[[random.Random], str]
NUMBERS = (MY_NUMBER, CARD, CARD.replace("-", ""), "１２３４‐５６７８‐９０１８")


def none_of_them(text: str, *, but: str = "") -> bool:
    for allowed in (but, "受付番号 123456789018"):
        text = text.replace(allowed, "") if allowed else text
    return not any(number in text for number in NUMBERS)


def subject_of(source: Import, row: int) -> object:
    return Brought.objects.get(source=source, row=row).subject_id


def test_under_refuse_the_row_is_rejected_by_row_and_column_and_the_number_is_quoted_nowhere(steward: Wizard) -> None:
    source = steward.begin(TEXT)
    page = steward.text("columns", source)
    assert "番号は＊＊＊＊＊＊＊＊＊＊＊＊" in page
    assert none_of_them(page, but="<td>123456789018</td>")
    source = steward.check(source)
    assert (source.trial.result["created"], source.trial.result["rejected"]) == (2, 2)
    found = set(Finding.objects.filter(source=source, kind="problem").values_list("row", "field"))
    assert found == {(2, "note"), (3, "street"), (3, "note")}
    page = steward.text("check", source)
    assert "マイナンバー" in page
    assert none_of_them(page)
    source = steward.run(source)
    assert (source.counts["created"], source.counts["rejected"]) == (2, 2)
    page = steward.text("result", source)
    assert "カード ＊＊＊＊-＊＊＊＊-＊＊＊＊-1111" in page
    assert none_of_them(page)
    content = b"".join(steward.post("rejected", source).streaming_content).decode("cp932")
    assert "A-2,鈴木 一郎" in content
    assert none_of_them(content)
    assert none_of_them(str(events()))


@override_settings(BARRED_NUMBERS="mask")
def test_under_mask_it_comes_in_struck_out_with_a_warning(steward: Wizard) -> None:
    source = steward.check(steward.begin(TEXT))
    assert (source.trial.result["created"], source.trial.result["warnings"]) == (4, 3)
    page = steward.text("check", source)
    assert "個人番号（マイナンバー）を削除しました" in page
    assert none_of_them(page)
    source = steward.run(source)
    assert source.counts == {"created": 4, "changed": 0, "unchanged": 0, "rejected": 0, "held": 0, "warnings": 3}
    kept = everything([subject_of(source, 2), subject_of(source, 3)])
    assert "＊" in kept
    assert none_of_them(kept)
    assert steward.run(steward.check(steward.begin(TEXT))).counts["unchanged"] == 4


@override_settings(BARRED_NUMBERS="apart")
def test_under_apart_it_is_struck_out_and_sealed_where_few_open_it(
    house: House, steward: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 1)  # beside, too: what a child found is carried here
    source = steward.run(steward.check(steward.begin(TEXT)))
    assert source.counts["created"] == 4
    subject = subject_of(source, 3)
    found = apart.of(house.permit(house.dpo, Action.APART_READ, subject), subject)
    assert {(one.kind, one.number.content) for one in found} == {
        (Kind.INDIVIDUAL, "１２３４‐５６７８‐９０１８"),
        (Kind.CARD, CARD),
    }
    assert MY_NUMBER not in enter(house.dpo).get(f"/customers/{subject_of(source, 2)}/").content.decode()
    assert any(event.facts.get("apart") == 1 for event in events())
    again = steward.run(steward.check(steward.begin(TEXT)))
    assert again.counts["unchanged"] == 4
    assert len(apart.of(house.permit(house.dpo, Action.APART_READ, subject), subject)) == 2


@override_settings(BARRED_NUMBERS="apart")
def test_taking_back_ends_what_was_set_apart_of_new_customers_and_names_what_stays(
    house: House, steward: Wizard
) -> None:
    known = house.customer("A-1", name="佐藤 花子", note="")
    source = steward.run(steward.check(steward.begin(TEXT)))
    new = subject_of(source, 3)
    permit = house.permit(house.steward, Action.IMPORT_UNDO)
    back, conflicts = running.undo(source, lambda: permit)
    assert (back, conflicts) == (4, [(known, "a separately stored number remains")])
    assert len(apart.of(house.permit(house.dpo, Action.APART_READ, known), known)) == 1
    assert enter(house.dpo).get(f"/customers/{new}/apart/").status_code == 404
    assert MY_NUMBER in everything([new, known]).replace("１２３４‐５６７８‐９０１８", MY_NUMBER)
    Import.objects.filter(pk=source.pk).update(undone=clock.now() - services.RETENTION - timedelta(hours=1))
    assert services.purge() == 3
    assert none_of_them(everything([new]))


@override_settings(BARRED_NUMBERS="apart")
def test_a_conflict_of_a_number_set_apart_is_told_on_the_page(house: House, steward: Wizard) -> None:
    house.customer("A-1", name="佐藤 花子", note="")
    source = steward.run(steward.check(steward.begin(TEXT)))
    steward.post("undo", source)
    source = work(source)
    assert source.taking_back.result["conflicts"] == 1
    assert "分離保管した番号が残っています" in steward.text("result", source)


def test_a_rejected_row_of_a_duplicate_is_struck_too(house: House, steward: Wizard) -> None:
    """The unmapped column holds a number, the row itself is in order; left out, its cells are kept."""
    house.customer("X-1", name="佐藤 花子", birth_date="1980-03-04")
    text = f"顧客番号,氏名,生年月日,内線\nA-1,佐藤 花子,1980-03-04,{MY_NUMBER}\nA-2,森 葵,,\n"
    source = steward.run(steward.check(steward.begin(text)), leave="1")
    assert source.counts["rejected"] == 1
    [(_row, cells, _problems)] = services.rejected(house.permit(house.steward, Action.REJECTED_DOWNLOAD), source)
    assert cells == ["A-1", "佐藤 花子", "1980-03-04", "＊" * 12]
    assert Rejected.objects.count() == 1


def test_of_a_barred_column_not_even_a_mistyped_number_leaves(house: House, steward: Wizard) -> None:
    mistyped = f"{int(MY_NUMBER) + 10:012}"
    assert not barred.find(mistyped)
    rows = "".join(f"A-{n},森 葵{n},{number}\n" for n, number in enumerate([MY_NUMBER] * 20))
    text = f"顧客番号,氏名,マイナンバー\n{rows}A-90,,{mistyped}\n"
    source = steward.run(steward.check(steward.begin(text)))
    assert source.counts["rejected"] == 1
    content = b"".join(steward.post("rejected", source).streaming_content).decode("cp932")
    assert "A-90" in content
    assert mistyped not in content


def test_numbers_are_carried_from_the_child_as_they_were_found_here() -> None:
    columns = Columns(("number", "name", "note"), header=False)
    row = cleaning.clean(1, ["A-1", "佐藤", f"x {MY_NUMBER}"], columns, Policy.APART)
    assert row.apart == [("note", Kind.INDIVIDUAL, MY_NUMBER)]
    assert row.stored["note"] == "x ＊＊＊＊＊＊＊＊＊＊＊＊"
    assert MY_NUMBER not in repr(row)
    assert cleaning.clean(1, ["A-1", "佐藤", f"x {MY_NUMBER}"], columns, Policy.MASK).apart == []


def test_the_fast_look_misses_nothing_that_the_slow_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    texts = []
    for _ in range(4_000):
        digits = chance.choice([MY_NUMBER, CARD.replace("-", ""), "378282246310005", "012345678901"])
        between = chance.choice(["", "-", " ", "　", "‐", "ー", "・", "、", "\n", "–", "．", "x"])
        size = chance.choice([4, 4, 4, 6, 12])
        text = between.join(digits[at : at + size] for at in range(0, len(digits), size))
        wide = text.translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)}) if chance.random() < 0.5 else text
        texts.append(
            chance.choice(["", "番号は", "髙橋 ", "090-1111-2222、"]) + wide + chance.choice(["", "です", "円"])
        )
    fast = [barred.find(text) for text in texts]
    monkeypatch.setattr(barred, "may_hold", lambda text: True)
    assert [barred.find(text) for text in texts] == fast
    assert 500 < sum(map(bool, fast)) < 4_000


def test_quoted_cells_keep_customer_numbers_and_amounts() -> None:
    cells = ["123456789018", "123456789018", "123456789018", "", "x"]
    assert barred.struck_cells(cells, ["number", "value", None, "note"]) == [
        "123456789018", "123456789018", "＊" * 12, "", "x",
    ]  # fmt: skip


def individual(chance: random.Random) -> str:
    begin = "".join(str(chance.randrange(10)) for _ in range(11))
    return next(f"{begin}{last}" for last in range(10) if barred.is_individual(f"{begin}{last}"))


def card(chance: random.Random) -> str:
    begin = "4" + "".join(str(chance.randrange(10)) for _ in range(14))
    return next(f"{begin}{last}" for last in range(10) if barred.is_card(f"{begin}{last}"))


def drawn(digits: int) -> Make:
    return lambda chance: "".join(str(chance.randrange(10)) for _ in range(digits))


@pytest.mark.parametrize(("make", "kind"), [(individual, Kind.INDIVIDUAL), (card, Kind.CARD)])
def test_a_column_of_them_is_told_though_some_are_mistyped(make: Make, kind: Kind) -> None:
    chance = random.Random(3)
    cells = [make(chance) for _ in range(100)]
    cells[10:18] = [
        "",
        "なし",
        "12",
        *("123456789010" if kind is Kind.INDIVIDUAL else "4111111111111112" for _ in range(5)),
    ]
    assert barred.column(cells) is kind
    assert barred.column([" ".join([cell[:4], cell[4:8], cell[8:]]) for cell in cells]) is kind
    assert barred.column(cells[:19]) is None, "fewer than twenty say nothing"
    assert barred.column(cells[:1], "個人番号") is (Kind.INDIVIDUAL if kind is Kind.INDIVIDUAL else None)
    assert barred.column(["済", "未"], "マイナンバー確認") is None


@pytest.mark.parametrize(
    "make",
    [
        drawn(7), drawn(12), drawn(13), drawn(16),
        lambda chance: f"090{drawn(8)(chance)}", lambda chance: f"0{drawn(9)(chance)}",
        lambda chance: f"4{drawn(15)(chance)}", lambda chance: f"4{drawn(12)(chance)}",
    ],
    ids=["account", "twelve", "thirteen", "sixteen", "mobile", "landline", "like a card", "like a code"],
)  # fmt: skip
def test_no_column_of_other_numbers_raises_a_false_alarm(make: Make) -> None:
    """Measured: of 2,000 columns of 20 to 60 cells, none."""
    chance = random.Random(5)
    alarms = [barred.column([make(chance) for _ in range(chance.randrange(20, 60))]) for _ in range(2_000)]
    assert alarms == [None] * 2_000


def rows_of(count: int) -> str:
    chance = random.Random(9)
    lines = (f"{1_000 + n:012},佐藤 {n},{individual(chance)},x\n" for n in range(count))
    return "顧客番号,氏名,備考,市区町村\n" + "".join(lines)


def test_a_column_of_them_cannot_become_a_field(steward: Wizard) -> None:
    source = steward.begin(rows_of(40))
    assert source.targets == ["number", "name", None, "city"]
    page = steward.text("columns", source)
    assert "個人番号（マイナンバー）のようです" in page
    steward.columns(source, **{"column-2": "note", "column-3": ""})
    source.refresh_from_db()
    assert source.targets == ["number", "name", None, None]
    steward.columns(source, **{"column-0": "", "column-2": "number"})
    source.refresh_from_db()
    assert source.targets[2] is None
    Import.objects.filter(pk=source.pk).update(targets=["number", "name", "note", None])
    steward.client.post(f"/imports/{source.pk}/check/")
    source = work(source)
    assert source.trial.state == "failed", "a mapping that came another way is refused by who reads the file"
    assert "3列目は個人番号" in steward.text("check", source)


def test_a_mapping_by_hand_may_not_name_such_a_column() -> None:
    rows = [line.split(",") for line in rows_of(40).splitlines()]
    with pytest.raises(Invalid, match="Column 3 looks like Individual Numbers"):
        mapping.given(rows, {"顧客番号": "number", "氏名": "name", "備考": "note"})
    assert mapping.given(rows, {"顧客番号": "number", "氏名": "name", "備考": None}).targets[2] is None
    with pytest.raises(Invalid, match="Column 3"):
        mapping.given(rows, {"備考": "number", "氏名": "name"})
