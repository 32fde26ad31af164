"""個人番号 and card numbers in a file: told by row and column, struck out or sealed apart, and never written again."""

import random
from datetime import timedelta

import pytest
from django.test import override_settings

from tests.people import House
from toride.access.tests.test_matrix import enter
from toride.base import clock
from toride.customers import apart, barred
from toride.customers.actions import Action
from toride.customers.barred import Kind, Policy
from toride.customers.imports import cleaning, running, services
from toride.customers.imports.mapping import Columns
from toride.customers.imports.tests.wizard import Wizard, events
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
NUMBERS = (MY_NUMBER, CARD, CARD.replace("-", ""), "１２３４‐５６７８‐９０１８")


@pytest.fixture
def steward(house: House) -> Wizard:
    return Wizard(house.steward)


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
    assert "個人番号（マイナンバー）を伏せました" in page
    assert none_of_them(page)
    source = steward.run(source)
    assert source.counts == {"created": 4, "changed": 0, "unchanged": 0, "rejected": 0, "warnings": 3}
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
    known = house.customer("A-1", note="")
    source = steward.run(steward.check(steward.begin(TEXT)))
    new = subject_of(source, 3)
    permit = house.permit(house.steward, Action.IMPORT_UNDO)
    back, conflicts = running.undo(source, lambda: permit)
    assert (back, conflicts) == (4, [(known, "a number that was sealed apart stays")])
    assert len(apart.of(house.permit(house.dpo, Action.APART_READ, known), known)) == 1
    assert enter(house.dpo).get(f"/customers/{new}/apart/").status_code == 404
    assert MY_NUMBER in everything([new, known]).replace("１２３４‐５６７８‐９０１８", MY_NUMBER)
    Import.objects.filter(pk=source.pk).update(undone=clock.now() - services.RETENTION - timedelta(hours=1))
    assert services.purge() == 3
    assert none_of_them(everything([new]))


@override_settings(BARRED_NUMBERS="apart")
def test_a_conflict_of_a_number_set_apart_is_told_on_the_page(house: House, steward: Wizard) -> None:
    house.customer("A-1", note="")
    source = steward.run(steward.check(steward.begin(TEXT)))
    steward.post("undo", source)
    from toride.customers.imports.tests.wizard import work

    source = work(source)
    assert source.taking_back.result["conflicts"] == 1
    assert "別に封じた番号が残っています" in steward.text("result", source)


def test_a_rejected_row_of_a_duplicate_is_struck_too(house: House, steward: Wizard) -> None:
    """The unmapped column holds a number, the row itself is in order; left out, its cells are kept."""
    house.customer("X-1", name="佐藤 花子", birth_date="1980-03-04")
    text = f"顧客番号,氏名,生年月日,内線\nA-1,佐藤 花子,1980-03-04,{MY_NUMBER}\nA-2,森 葵,,\n"
    source = steward.run(steward.check(steward.begin(text)), leave="1")
    assert source.counts["rejected"] == 1
    [(_row, cells, _problems)] = services.rejected(house.permit(house.steward, Action.REJECTED_DOWNLOAD), source)
    assert cells == ["A-1", "佐藤 花子", "1980-03-04", "＊" * 12]
    assert Rejected.objects.count() == 1


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
