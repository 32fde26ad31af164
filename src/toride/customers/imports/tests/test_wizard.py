"""The steps of an import in the browser: each in its order, each kept, checked as a whole, run once, taken back."""

import csv
import io

import pytest

from tests.people import House
from toride.access.models import Branch, Person
from toride.customers.actions import Action
from toride.customers.imports import drafts, findings, likely, running, saved
from toride.customers.imports.cleaning import Row
from toride.customers.imports.tests.wizard import TEXT, Wizard, again, at, events, narrow, work
from toride.customers.models import Customer, Finding, Import, Rejected, SavedMapping
from toride.jobs.models import State
from toride.vault import files

pytestmark = pytest.mark.requirement("C7")


def test_a_file_goes_through_all_steps_and_back(house: House, steward: Wizard) -> None:
    house.customer("0213-338104")
    source = steward.begin()
    assert source.targets == ["number", "name", "kana", "birth_date", "phones", "emails", "value", "note"]
    assert source.encoding == "cp932"
    page = steward.text("columns", source)
    for text in ("ﾀｶﾊｼ ｹﾝｲﾁ", "タカハシ ケンイチ", "1980-03-04", "半角カナ・ひらがなをカタカナへ", "Shift_JIS"):
        assert text in page
    source = steward.check(source)
    assert source.trial.state == State.DONE, source.trial.error
    found = source.trial.result
    assert (found["created"], found["rejected"], found["duplicates"]) == (3, 3, 2)
    assert Customer.objects.count() == 1
    page = steward.text("check", source)
    assert "昭和64年1月8日" in page
    assert "日付が正しくありません" in page
    assert "0213-338104" in page
    assert "このファイルの2行目と" in page
    assert "1件を新しく登録します" in steward.text("run", source, "?leave=1")
    assert "3件を新しく登録します" in steward.text("run", source, "?leave=0")
    source = steward.run(source, leave="1")
    assert source.job.state == State.DONE, source.job.error
    assert source.counts == {"created": 1, "changed": 0, "unchanged": 0, "rejected": 5, "held": 0, "warnings": 0}
    page = steward.text("result", source)
    assert "昭和64年1月8日" in page
    assert "重複の可能性があるため" in page
    assert steward.post("undo", source).status_code == 302
    source = work(source)
    assert source.taking_back.state == State.DONE, source.taking_back.error
    assert source.undone
    assert Customer.objects.filter(hidden=None).count() == 1
    page = steward.client.get("/imports/").content.decode()
    assert "名簿.csv" in page
    assert "取り消し" in page


def test_the_branch_of_new_customers_is_chosen_by_whoever_brings_them(house: House, steward: Wizard) -> None:
    assert "selected>本部" not in (page := steward.client.get("/imports/new/").content.decode())
    assert '<option value="">選んでください' in page
    refused = steward.plan(9, branch="")
    assert (refused.status_code, "店を選んでください" in refused.content.decode()) == (422, True)
    assert "selected>みどり台支店" in steward.text("file", steward.begin())
    Import.objects.all().delete()
    Person.objects.filter(branch__in=[house.midoridai, house.wakaba]).delete()
    Branch.objects.exclude(pk="000").delete()
    assert "selected>本部" in steward.client.get("/imports/new/").content.decode()


def test_two_reasons_in_one_field_are_one_sort_of_findings(steward: Wizard) -> None:
    text = "顧客番号,氏名,生年月日\nA-1,佐藤 次郎,昭和64年1月8日\nA-2,鈴木 花子,2999-01-01\nA-3,,1980-03-04\n"
    source = steward.check(steward.begin(text))
    assert len(set(Finding.objects.filter(source=source, field="birth_date").values_list("reason"))) == 2
    found = findings.groups(source)
    assert [(one["kind"], one["field"], one["rows"]) for one in found] == [
        ("problem", "birth_date", 2),
        ("problem", "name", 1),
    ]


def test_bringing_all_brings_the_likely_ones_too(house: House, steward: Wizard) -> None:
    house.customer("0213-338104")
    source = steward.run(steward.check(steward.begin()))
    assert source.counts["created"] == 3


def test_a_draft_is_left_and_found_again_at_its_step(steward: Wizard) -> None:
    source = steward.begin()
    steward.columns(source, **{"column-7": ""})
    page = steward.client.get("/imports/").content.decode()
    assert at("columns", source) in page
    assert "下書き" in page
    source = again(source)
    assert source.targets[7] is None
    steward.check(source)
    assert at("check", source) in steward.client.get("/imports/").content.decode()


def test_another_mapping_forgets_the_check(steward: Wizard) -> None:
    source = steward.check(steward.begin())
    assert Finding.objects.filter(source=source).exists()
    steward.columns(source, **{"column-3": ""})
    source = again(source)
    assert source.trial is None
    assert not Finding.objects.filter(source=source).exists()
    assert steward.client.post(at("run", source), {"leave": "0"}).status_code == 422
    found = steward.check(source).trial.result
    assert found["rejected"] == 3  # number missing, phones


def test_another_reading_is_shown_at_once_and_guessed_anew(steward: Wizard) -> None:
    source = steward.begin("1\tA-1,髙橋\t名\n2\tA-2,佐藤\t名\n", name="x.tsv")
    assert (source.delimiter, source.header) == ("\t", False)
    answer = steward.columns(source, delimiter=",")
    assert again(source).delimiter == ","
    assert len(again(source).targets) == 2
    assert '<th scope="row"><b>' in answer.content.decode()
    answer = steward.columns(source, header="1")
    assert again(source).header


def test_what_is_missing_is_told_and_cannot_go_on(steward: Wizard) -> None:
    source = steward.begin("あ,い\nx,佐藤\n")
    page = steward.text("columns", source)
    assert "あと2項目を設定してください" in page
    assert "顧客番号、氏名" in page
    assert steward.columns(source, go="check").status_code == 422
    steward.columns(source, **{"column-0": "number", "column-1": "number"})
    page = steward.text("columns", source)
    assert "項目が重なっています" in page
    assert steward.columns(source, go="check").status_code == 422
    steward.columns(source, **{"column-0": "number", "column-1": "name"})
    assert "ファイル全体を確認" in steward.text("columns", source)
    assert steward.check(source).trial.state == State.DONE


def test_per_column_states_are_of_the_whole_file_after_the_check(steward: Wizard) -> None:
    rows = "".join(f"B-{n},佐藤 {n},{'' if n % 2 else 'S55.3.4'}\n" for n in range(1_500))
    source = steward.begin("顧客番号,氏名,生年月日\n" + rows + "B-x,佐藤,昭和64年1月8日\n")
    before = steward.text("columns", source)
    assert "はじめの1,000行" in before
    assert "昭和64年1月8日" not in before
    source = steward.check(source)
    assert source.trial.result["columns"][2][:3] == [750, 750, 1]
    page = steward.text("columns", source)
    assert "ファイル全体のもの" in page
    assert "1行は修正が必要" in page


def test_a_saved_mapping_is_offered_for_the_same_headings_to_its_owner_only(house: House, steward: Wizard) -> None:
    text = "い,ろ,は\nA-1,佐藤 花子,石巻市\n"
    source = steward.begin(text)
    steward.columns(source, header="1")
    steward.columns(source, **{"column-0": "number", "column-1": "name", "column-2": "city"})
    steward.columns(source, keep="1", mapping_name="夜間の名簿")
    other = Wizard(house.person("second", "別の担当", "steward", house.head))
    assert "夜間の名簿" not in other.text("columns", other.begin(text))
    source = steward.begin(text)
    assert source.targets == [None, None, None]
    assert "対応「夜間の名簿」を使う" in steward.text("columns", source)
    steward.columns(source, use=str(SavedMapping.objects.get().pk))
    assert (again(source).targets, again(source).header) == (["number", "name", "city"], True)
    steward.check(source)
    assert "前回の対応を使う" in steward.text("columns", steward.begin(text))
    assert "夜間の名簿".encode() not in b"".join(bytes(one.blob) for one in SavedMapping.objects.all())
    foreign = other.begin(text)
    other.columns(foreign, use=str(SavedMapping.objects.earliest("used").pk))
    assert again(foreign).targets == [None, None, None]


def test_no_more_mappings_are_kept_than_the_limit(
    house: House, steward: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "MOST", 2)
    source = steward.begin()
    for name in ("一", "二", "三"):
        steward.columns(source, keep="1", mapping_name=name)
    permit = house.permit(house.steward, Action.FILE_IMPORT)
    assert {one.name for one in saved.offered(permit, [])} == {"二", "三"}


def test_only_so_many_findings_are_kept_and_all_are_counted(steward: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "MOST_KEPT", 3)
    monkeypatch.setattr(running, "BATCH", 2)
    text = "顧客番号,氏名,電話\n" + "".join(f"B-{n},佐藤 {n},12\n" for n in range(9))
    source = steward.check(steward.begin(text))
    assert Finding.objects.filter(source=source).count() == 3
    assert source.trial.result["rejected"] == 9
    assert "はじめの3件" in steward.text("check", source)


def test_findings_are_filtered_and_paged(steward: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "PAGE", 4)
    text = "顧客番号,氏名,電話,メール\n" + "".join(f"B-{n},佐藤 {n},{n}2,x{n}@\n" for n in range(9))
    source = steward.check(steward.begin(text))
    page = steward.text("check", source, "?kind=problem&field=emails")
    assert "x0@" in page
    assert "x4@" not in page
    assert ">02<" not in page
    after = Finding.objects.filter(source=source, field="emails").order_by("pk")[3].pk
    assert f"after={after}" in page
    page = steward.text("check", source, f"?kind=problem&field=emails&after={after}")
    assert "x4@" in page
    assert "x3@" not in page


def test_who_stands_twice_in_a_file_is_told_once(house: House) -> None:
    twins = likely.Twins()
    person = {"name": "髙橋 健一", "birth_date": "1980-03-04"}
    twins.see([Row(2, person | {"phones": ["090-1111-2222"]}), Row(3, {"name": "佐藤", "phones": ["090-1111-2222"]})])
    twins.see([Row(4, {"name": "高橋　健一", "birth_date": "1980-03-04", "emails": ["A@example.jp"]})])
    twins.see([Row(5, {"name": "鈴木", "emails": ["a@example.jp"]}), Row(6, {"name": "髙橋 健一"})])
    twins.see([Row(7, person)])
    found = {row: (why, first) for row, why, first in twins.found()}
    assert set(found) == {3, 4, 5, 7}
    assert found[3] == ("same phone as row 2 of this file", 2)
    assert found[4][1] == 2
    assert found[5] == ("same e-mail as row 4 of this file", 4)


def test_a_likely_customer_out_of_scope_is_never_found(house: House) -> None:
    here, elsewhere = (
        house.customer("1"),
        house.customer("2", branch=house.wakaba, name="林 大樹", emails=["d@example.jp"]),
    )
    rows = [
        Row(2, {"name": "斎藤 恵美子", "birth_date": "1951-05-14"}),
        Row(3, {"name": "林", "emails": ["D@example.jp"]}),
        Row(4, {"name": "林 大樹", "birth_date": "1951-05-14"}),
        Row(5, {"name": "森", "birth_date": "1951-05-14"}),
    ]
    permit = house.permit(house.steward, Action.FILE_IMPORT)
    found = likely.customers(permit, rows)
    assert {row: whom for row, (_why, whom) in found.items()} == {2: here, 3: elsewhere, 4: elsewhere}
    touched = {subject for subject, _mode in permit.ledger.touches}
    assert touched == {here, elsewhere}
    permit = narrow(house.permit(house.steward, Action.FILE_IMPORT))
    assert {row: whom for row, (_why, whom) in likely.customers(permit, rows).items()} == {2: here}
    assert {subject for subject, _mode in permit.ledger.touches} == {here}


def test_a_number_that_half_the_file_shares_opens_one_customer(house: House) -> None:
    for number in range(4):
        house.customer(str(number), phones=["022-271-4410"], emails=[], name=f"佐藤 {number}")
    rows = [
        Row(2, {"phones": ["022-271-4410"]}),
        Row(3, {"phones": ["022-271-4410"]}),
        Row(4, {"phones": ["090-9999-0000"]}),
    ]
    permit = house.permit(house.steward, Action.FILE_IMPORT)
    assert set(likely.customers(permit, rows)) == {2, 3}
    assert len(permit.ledger.touches) == 1


def test_rejected_rows_leave_in_the_files_encoding_as_a_recorded_act(steward: Wizard) -> None:
    source = steward.run(steward.check(steward.begin()))
    answer = steward.post("rejected", source)
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Cache-Control"] == "no-store"
    [event] = [one for one in events() if one.action == Action.REJECTED_DOWNLOAD]
    assert event.facts == {"import": str(source.pk), "rows": 3, "encoding": "cp932"}
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("cp932"))))
    assert rows[0] == [*TEXT.splitlines()[0].split(","), "理由"]
    assert len(rows) == 4
    assert rows[1][1] == "佐藤 次郎"
    assert rows[1][-1].startswith("4: ")
    assert "日付が正しくありません" in rows[1][-1]
    assert rows[3][1] == "'=HYPERLINK(1)"
    assert "佐藤" not in str(event)


def test_every_cell_that_a_spreadsheet_would_run_is_disarmed() -> None:
    from toride.customers.imports.outlet import harmless

    for cell in ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-1+1", "\t=1", "\r=1"):
        assert harmless(cell) == f"'{cell}"
    for cell in ("-12", "+81 90-1111-2222", "03-1234-5678", "", "佐藤 =1"):
        assert harmless(cell) == cell


def test_the_mark_of_an_encoding_comes_once(house: House, steward: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    from toride.customers.imports import outlet

    monkeypatch.setattr(outlet, "PIECE", 1)
    text = "顧客番号,氏名,電話\n" + "".join(f"B-{n},髙橋 {n},12\n" for n in range(5))
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "euc_jp"):
        source = steward.run(steward.check(steward.begin(text.replace("髙", "高").encode(encoding))))
        content = b"".join(steward.post("rejected", source).streaming_content)
        rows = list(csv.reader(io.StringIO(content.decode(source.encoding))))
        assert [row[0] for row in rows] == ["顧客番号", *(f"B-{n}" for n in range(5))], encoding


def test_a_forgotten_draft_goes_with_its_file(steward: Wizard) -> None:
    from datetime import timedelta

    from toride.base import clock

    source, other = steward.begin(), steward.begin()
    Import.objects.filter(pk=source.pk).update(created=clock.now() - drafts.DRAFTS_KEPT - timedelta(hours=1))
    ran = steward.run(steward.check(steward.begin("顧客番号,氏名\nB-1,佐藤\n")))
    Import.objects.filter(pk=ran.pk).update(created=clock.now() - timedelta(days=99))
    assert drafts.tidy() == 1
    assert set(Import.objects.values_list("pk", flat=True)) == {other.pk, ran.pk}
    assert files.stands(source.file) == 0
    assert files.stands(other.file) is None


def test_a_draft_is_thrown_away_with_its_file(steward: Wizard) -> None:
    source = steward.check(steward.begin())
    assert steward.post("discard", source).status_code == 302
    assert not Import.objects.exists()
    assert files.stands(source.file) == 0
    assert not Finding.objects.exists()


def test_another_file_for_a_draft_begins_anew(steward: Wizard) -> None:
    source = steward.check(steward.begin())
    old = source.file
    content = "顧客番号,氏名\nC-1,別人\n".encode()
    plan = steward.client.post(at("file", source), {"branch": "003", "name": "b.csv", "size": len(content)}).json()
    source = again(source)
    assert source.trial is None
    assert source.file != old
    assert files.stands(old) == 0
    assert steward.client.get(at("columns", source)).status_code == 302
    steward.put(plan["put"], 0, content)
    assert again(source).targets == ["number", "name"]
    assert again(source).branch_id == "003"


def test_the_command_and_the_wizard_count_alike(house: House, steward: Wizard) -> None:
    source = steward.check(steward.begin())
    foreseen = {
        name: source.trial.result[name] for name in ("created", "changed", "unchanged", "rejected", "held", "warnings")
    }
    assert steward.run(source).counts == foreseen
    assert Rejected.objects.filter(source=source).count() == foreseen["rejected"]
