"""One doubtful cell does not cost a customer: mended in place, left empty by choice; the wizard takes every decision."""

import csv
import io
import itertools

import pytest

from tests.people import House
from toride.customers import queries
from toride.customers.actions import Action
from toride.customers.barred import Policy
from toride.customers.imports import mapping, reasons
from toride.customers.imports.cleaning import Choices, clean
from toride.customers.imports.tests.wizard import Wizard, again, at, work
from toride.customers.models import Brought, Import, Mended

pytestmark = pytest.mark.requirement("C7")
HEADER = "顧客番号,氏名,生年月日,電話番号\n"
TEXT = HEADER + "A-1,佐藤 花子,1981-02-29,022-265-1111\nA-2,鈴木 太郎,1975-06-07,1234\nA-3,林 大樹,,\n"


def brought(house: House, source: Import) -> dict[int, dict[str, object]]:
    found = {}
    for one in Brought.objects.filter(source=source):
        held = queries.profile(house.permit(house.steward, Action.PROFILE_READ, one.subject_id), one.subject_id)
        found[one.row] = {name: getattr(value, "content", None) for name, value in held.values.items()} | {
            "branch": held.branch, "owner": held.owner
        }  # fmt: skip
    return found


def stored(heading: str, text: str, **choices: object) -> object:
    columns = mapping.guess([["顧客番号", "氏名", heading], ["A-1", "佐藤", ""]])
    row = clean(2, ["A-1", "佐藤", text], columns, Policy.REFUSE, Choices(**choices))
    name = columns.targets[2]
    return row.problems.get(name) or row.stored.get(name)


def test_a_cell_is_mended_in_its_place_and_the_file_stays(house: House, steward: Wizard) -> None:
    source = steward.check(steward.begin(TEXT))
    assert source.trial.result["rejected"] == 2
    page = steward.text("check", source)
    assert 'name="cell-2-2" value="1981-02-29"' in page
    assert 'name="cell-3-3" value="1234"' in page
    sent = {"was-2-2": "1981-02-29", "cell-2-2": "1980-02-29", "was-3-3": "1234", "cell-3-3": "1234"}
    assert steward.client.post(at("check", source), sent).status_code in (200, 302)
    source = work(source)
    assert source.trial.result["rejected"] == 1
    assert Mended.objects.get(source=source).row == 2
    assert b"1980-02-29" not in bytes(Mended.objects.get().blob)
    assert 'value="1234"' in steward.text("check", source)
    source = steward.run(source)
    assert (source.counts["created"], source.counts["rejected"]) == (2, 1)
    assert brought(house, source)[2]["birth_date"] == "1980-02-29"


@pytest.mark.parametrize("sent", [{"cell-2-9": "x"}, {"cell-2-400": "x"}, {"cell-0-1": "x"}, {"cell-2-1": "x" * 3_000}])
def test_a_cell_that_there_is_not_is_refused(steward: Wizard, sent: dict[str, str]) -> None:
    source = steward.check(steward.begin(TEXT))
    assert steward.client.post(at("check", source), sent).status_code == 422
    assert not Mended.objects.exists()


def test_another_file_forgets_what_was_mended(steward: Wizard) -> None:
    source = steward.check(steward.begin(TEXT))
    steward.client.post(at("check", source), {"cell-2-2": "1980-02-29"})
    steward.client.post(at("file", source), {"branch": "002", "name": "b.csv", "size": 9})
    assert not Mended.objects.exists()


def test_a_kind_of_problem_is_left_empty_by_choice(house: House, steward: Wizard) -> None:
    source = steward.check(steward.begin(TEXT))
    page = steward.text("check", source)
    assert 'name="problem-birth_date" value="empty"' in page
    assert 'name="problem-phones" value="drop" checked' in page
    steward.client.post(at("check", source), {"choices": "1", "problem-birth_date": "empty", "problem-phones": "drop"})
    source = work(source)
    assert (source.trial.result["created"], source.trial.result["rejected"]) == (2, 1)
    page = steward.text("check", source)
    assert 'name="problem-birth_date" value="empty" checked' in page
    assert "空欄にしました" in page
    source = steward.run(source)
    found = brought(house, source)
    assert found[2]["birth_date"] is None
    assert found[2]["phones"] == ["022-265-1111"]
    assert list(source.left) == ["birth_date"]
    [(why, told)] = source.left["birth_date"].items()
    assert why.startswith(reasons.EMPTIED)
    assert told == {"count": 1, "rows": [2]}


def test_a_number_or_a_name_is_never_left_empty(steward: Wizard) -> None:
    source = steward.check(steward.begin(HEADER + "あ,佐藤 花子,,\nA-2,,,\n"))
    assert 'name="problem-name"' not in (page := steward.text("check", source))
    assert 'name="problem-number"' not in page
    steward.client.post(at("check", source), {"choices": "1", "problem-name": "empty", "problem-number": "empty"})
    assert work(source).trial.result["rejected"] == 2


def test_rows_in_doubt_are_taken_by_choice(house: House, steward: Wizard) -> None:
    house.customer("A-1")
    source = steward.check(steward.begin(HEADER + "a1,鈴木 太郎,1975-06-07,\n"))
    assert source.trial.result["held"] == 1
    assert 'name="doubt-near" value="hold" checked' in steward.text("check", source)
    steward.client.post(at("check", source), {"choices": "1", "doubt-near": "take"})
    source = steward.run(work(source))
    assert (source.counts["created"], source.counts["held"]) == (1, 0)


def test_the_row_of_headings_is_chosen_by_pointing(steward: Wizard) -> None:
    text = "得意先台帳,,\n出力日:2026/11/01,,\n" + TEXT.replace(",電話番号", ",電話番号", 1)
    source = steward.begin(text)
    assert (source.above, source.header, source.guessed) == (2, True, True)
    page = steward.text("columns", source)
    assert 'name="head" value="3" checked' in page
    assert "見出しは推定です" in page
    steward.columns(source, head="1")
    assert again(source).above == 0
    steward.columns(source, head="3")
    source = steward.check(again(source))
    assert (source.above, source.guessed, source.trial.result["created"]) == (2, False, 1)
    assert "1行目" in steward.text("check", source)


def test_rows_without_a_number_are_numbered_and_the_same_way_again(house: House, steward: Wizard) -> None:
    source = steward.begin("氏名,電話番号\n佐藤 花子,022-265-1111\n鈴木 太郎,\n")
    assert "番号を自動で付ける" in steward.text("columns", source)
    assert steward.columns(source, go="check").status_code == 422
    steward.columns(source, numbering="1")
    source = steward.columns(again(source), numbering="1", go="check") and work(source)
    source = steward.run(source)
    numbers = [values["number"] for _row, values in sorted(brought(house, source).items())]
    assert len(set(numbers)) == 2
    assert all(number.startswith(source.numbered) for number in numbers)


def test_whom_a_row_with_company_and_person_is_about_is_asked(house: House, steward: Wizard) -> None:
    text = "顧客番号,会社名,氏名\nA-1,砦商事株式会社,担当 花子\nA-2,,個人 太郎\nA-3,峠株式会社,\n"
    source = steward.check(steward.begin(text))
    assert (source.trial.result["created"], source.trial.result["held"]) == (2, 1)
    for choice, name, contact in (("company", "砦商事株式会社", "担当 花子"), ("person", "担当 花子", None)):
        source = steward.begin(text.replace("A-", f"{choice}-"))
        steward.columns(source, company=choice)
        source = steward.run(steward.check(again(source)))
        found = brought(house, source)
        assert (found[2]["name"], found[2]["contact_person"]) == (name, contact)
        assert (found[3]["kind"], found[4]["kind"]) == ("person", "organisation")
        assert source.counts["held"] == 0


def test_branch_and_person_in_charge_come_from_the_file(house: House, steward: Wizard) -> None:
    text = (
        "顧客番号,氏名,取引店,担当\nA-1,佐藤 花子,みどり台支店,佐伯 悠真\nA-2,鈴木 太郎,002,saeki\nA-3,林 大樹,みどり台,誰か\n"
        "A-4,森 葵,無い店,\nA-5,原 恵,,\nA-6,南 翔,若葉支店,佐伯 悠真\n"
    )
    source = steward.begin(text)
    assert source.targets == ["number", "name", "branch", "owner"]
    source = steward.run(steward.check(source))
    found = brought(house, source)
    assert {row: (one["branch"], one["owner"]) for row, one in found.items()} == {
        2: ("002", "佐伯 悠真"), 3: ("002", "佐伯 悠真"), 4: ("002", ""), 6: ("002", ""), 7: ("003", ""),
    }  # fmt: skip
    assert source.counts["held"] == 1
    assert source.left == {"owner": {reasons.NOBODY: {"count": 2, "rows": [4, 7]}}}
    again_run = steward.run(steward.check(steward.begin(text.replace("みどり台支店", "若葉支店"))))
    assert again_run.counts["changed"] == 0


def test_what_leaves_as_rejected_comes_back_in_as_it_is(steward: Wizard) -> None:
    text = HEADER + "A-1,=佐藤 花子,1981-02-29,\nA-2,鈴木 太郎,,+81 90-1111-2222;@x\nA-3,林 大樹,,\n"
    source = steward.run(steward.check(steward.begin(text)))
    first = b"".join(steward.post("rejected", source).streaming_content)
    assert b"'=" in first
    source = steward.run(steward.check(steward.begin(first)))
    assert source.targets == ["number", "name", "birth_date", "phones", None]
    second = b"".join(steward.post("rejected", source).streaming_content)
    rows = [[row[:4] for row in csv.reader(io.StringIO(one.decode("cp932")))] for one in (first, second)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    ("heading", "text", "right"),
    [
        ("電話番号", "'09012345678", ["090-1234-5678"]), ("電話番号", '="0222651111"', ["022-265-1111"]),
        ("電話番号", "TEL 022-265-1111（代）", ["022-265-1111"]), ("電話番号", "携帯：090-1234-5678", ["090-1234-5678"]),
        ("電話番号", "022-265-1111（内線 12）", ["022-265-1111"]), ("電話番号", "090-1234-5678(妻)/022-265-1111",
                                                          ["090-1234-5678", "022-265-1111"]),
        ("電話番号", "-", None), ("電話番号", "なし", None), ("電話番号", "ＮＵＬＬ", None), ("生年月日", "0/0/00", None),
        ("生年月日", "#N/A", None), ("生年月日", "--0229", None), ("住所", "該当なし", None), ("備考", "n/a", None),
        ("メールアドレス", "a@example.jp ::: b@example.jp", ["a@example.jp", "b@example.jp"]),
        ("メールアドレス", "佐藤 <a@example.jp>; b@example.jp", ["a@example.jp", "b@example.jp"]),
        ("預かり資産", "△1,200", -1200), ("預かり資産", "１億２，０００万円", 120_000_000), ("預かり資産", "（500）", -500),
        ("都道府県", "宮城", "宮城県"), ("都道府県", "JP-13", "東京都"), ("町名番地", "本町\u20281-2", "本町 1-2"),
    ],
)  # fmt: skip
def test_what_stands_around_a_value_is_understood(heading: str, text: str, right: object) -> None:
    assert (stored(heading, text) or None) == right


def test_a_sheet_with_a_bad_cell_in_every_optional_column_brings_every_customer(steward: Wizard) -> None:
    names = ["性別", "生年月日", "電話番号", "メールアドレス", "郵便番号", "都道府県", "預かり資産", "登録日"]
    rows = ["顧客番号,氏名," + ",".join(names)]
    for at_row, bad in enumerate(itertools.chain([None], range(len(names)))):
        cells = ["?!" if at_column == bad else "" for at_column in range(len(names))]
        cells[0] = cells[0] or "女"
        rows.append(f"A-{at_row},佐藤 {at_row}," + ",".join(cells))
    source = steward.check(steward.begin("\n".join(rows) + "\n宮城,x\n"))
    fields = ("gender", "birth_date", "phones", "emails", "postcode", "value", "since")
    steward.client.post(at("check", source), {"choices": "1", **{f"problem-{one}": "empty" for one in fields}})
    assert work(source).trial.result["created"] >= len(names)
