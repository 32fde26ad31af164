"""Files as people really have them, each with what must become of it: a table, read from a folder that is not delivered."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from tests.people import House
from toride.access.signin import tokens
from toride.base.errors import Invalid
from toride.customers import queries
from toride.customers.actions import Action
from toride.customers.imports import commands
from toride.customers.models import Brought

pytestmark = [pytest.mark.requirement("C3", "C7"), pytest.mark.skipif(
    not os.environ.get("TORIDE_FIELD_DATA"), reason="TORIDE_FIELD_DATA names no folder of files"
)]  # fmt: skip
FOLDER = Path(os.environ.get("TORIDE_FIELD_DATA", "."))
TENTH, TWENTIETH, FOURTH, KOKUBUN = "1980-03-10", "1980-03-20", "1980-03-04", ("宮城県", "仙台市青葉区", "国分町3-7-1")
AREA = ("prefecture", "city", "street")


class Right(NamedTuple):
    """What must become of a file: counts (created, changed, rejected, held), values by number, what is named as left."""

    counts: tuple[int, int, int, int]
    values: Mapping[str, Mapping[str, Any]] = {}
    left: Sequence[str] = ()
    options: Sequence[str] = ()


def each(field: str, **values: Any) -> dict[str, dict[str, Any]]:
    return {number.replace("_", "-"): {field: value} for number, value in values.items()}


def areas(**values: tuple[str, str, str]) -> dict[str, dict[str, Any]]:
    return {number.replace("_", "-"): dict(zip(AREA, value, strict=True)) for number, value in values.items()}


M, L, S = ["090-1234-5678"], ["022-265-1111"], "1968-04-01"
RIGHT: dict[str, Right] = {
    "01-excel-datetime.csv": Right((7, 0, 0, 0), each(
        "birth_date", F01_1=TENTH, F01_2=TWENTIETH, F01_3="1980-03-30", F01_4=FOURTH, F01_5="1980-12-10",
        F01_6=FOURTH, F01_7=TENTH)),
    "03a-known.csv": Right((2, 0, 0, 0)),
    "03b-floats.csv": Right((0, 0, 0, 2), {"730010": {"name": "本物 花子", "phones": ["022-265-4444"]}}),
    "03c-floats-no-postcode.csv": Right((0, 0, 0, 2), {"730010": {"name": "本物 花子"}, "73001": {"name": "先代 太郎"}}),
    "04-line-numbers.csv": Right((2, 0, 0, 0), each("name", F04_771="連番 一郎", F04_772="連番 二郎"), ["番号"]),
    "04b-db-id.csv": Right((2, 0, 0, 0), each("name", F04_881="連番 三郎", F04_771="連番 一郎"), ["id"]),
    "05-vertical-tab.tsv": Right((2, 0, 0, 0), {"F05-1": {"street": "本町1-2-3 メゾン101", "phones": ["022-265-7771"]}}),
    "05b-u2028.csv": Right((2, 0, 0, 0), {"F05-3": {"street": "本町1-2-3 メゾン101", "phones": ["022-265-7773"]}}),
    "05c-u2028-quoted.csv": Right((1, 0, 0, 0), each("street", F05_5="本町1-2-3 メゾン101")),
    "05d-nel.csv": Right((1, 0, 0, 0), {"F66-1": {"street": "本町1-2-3 メゾン101", "phones": ["022-265-6601"]}}),
    "06-many-in-a-cell.csv": Right((7, 0, 0, 0), {
        **each("emails", F06_1=["a1@example.jp", "b1@example.jp"], F06_4=["a4@example.jp", "b4@example.jp"],
               F06_5=["a5@example.jp", "b5@example.jp"], F06_6=["a6@example.jp"]),
        **each("phones", F06_2=["090-1111-2223", "022-265-1112"], F06_3=["090-1111-2224", "022-265-1113"],
               F06_7=["090-1111-2228", "022-265-1116"])}),
    "07-phones.csv": Right((27, 0, 0, 0), each(
        "phones", F07_1=M, F07_2=L, F07_3=L, F07_4=L, F07_5=L, F07_6=["050-3134-5678"], F07_7=["0120-123-456"],
        F07_8=M, F07_9=M, F07_10=M, F07_11=M, F07_12=M, F07_13=M, F07_14=L, F07_16=[], F07_17=[], F07_18=[], F07_20=L,
        F07_21=M, F07_23=["+1 415-555-2671"], F07_24=["0800-123-4567"], F07_25=M, F07_26=M, F07_27=L), ["電話番号"]),
    "08-excel-safe.csv": Right((2, 0, 0, 0), {"0800123": {"phones": M}, "0800124": {"phones": L}}),
    "09-docomo.csv": Right((6, 0, 0, 0), each(
        "emails", F09_1=["ab..cd@docomo.ne.jp"], F09_2=["abcd.@docomo.ne.jp"], F09_5=["ab..cd@docomo.ne.jp"])),
    "10-dates.csv": Right((26, 0, 0, 0), each(
        "birth_date", F10_1=S, F10_2="1926-12-25", F10_3="2019-05-01", F10_5=S, F10_6=S, F10_7=S, F10_8="1980-02-29",
        F10_10=FOURTH, F10_12=FOURTH, F10_13=FOURTH, F10_16="2019-05-01", F10_19=FOURTH, F10_20=S, F10_21=None,
        F10_22=None, F10_24=FOURTH, F10_25="1926-12-24", F10_26="1912-07-29", F10_27=FOURTH, F10_28=S,
        F10_29=FOURTH, F10_30="2019-05-01", F10_31=FOURTH), ["生年月日"]),
    "11-since-timestamp.csv": Right((5, 0, 0, 0), each(
        "since", F11_1="2024-01-05", F11_2="2024-01-05", F11_3="2024-01-05", F11_4="2024-01-05", F11_5="2024-01-10")),
    "12-addresses.csv": Right((17, 0, 0, 0), areas(
        F12_1=("東京都", "千代田区", "丸の内1-1-1"), F12_2=("宮城県", "仙台市青葉区", "一番町1-2-3"),
        F12_3=("茨城県", "龍ケ崎市", "3710"), F12_4=("千葉県", "鎌ケ谷市", "新鎌ヶ谷2-6-1"),
        F12_5=("神奈川県", "横浜市保土ケ谷区", "川辺町2-9"), F12_8=("青森県", "つがる市", "木造若緑61-1"), F12_9=KOKUBUN,
        F12_10=("宮城県", "塩竈市", "旭町1-1"), F12_12=("京都府", "京都市中京区", "寺町通御池上る上本能寺前町488"),
        F12_13=KOKUBUN, F12_14=KOKUBUN, F12_16=("東京都", "千代田区", "丸の内1-1"), F12_19=("茨城県", "龍ケ崎市", "3710"),
        F12_20=("長野県", "駒ヶ根市", "赤須町20-1"))),
    "12b-three-address-columns.csv": Right((1, 0, 0, 0), areas(
        F12_31=("宮城県", "仙台市青葉区", "国分町3-7-1 砦ビル5階"))),
    "12c-pref-short.csv": Right((3, 0, 0, 0), each("prefecture", F12_41="宮城県", F12_42="東京都", F12_43="東京都")),
    "13-names.csv": Right((20, 0, 3, 0), each(
        "name", F13_1="𠮷野 太郎", F13_2="髙﨑 𠮟", F13_4="がんた 太郎", F13_8="山田太郎", F13_9="山田 太郎")),
    "14-kana.csv": Right((17, 0, 0, 0), each(
        "kana", F14_1="ヤマダ タロウ", F14_2="カネコ ミスズ", F14_3="サトー", F14_4="サトー", F14_11="ミスズ",
        F14_14="パパ", F14_15="ヤマダ タロウ")),
    "15a-euc-kana.csv": Right((2, 0, 0, 0), each("name", F15_a1="ささき はなこ")),
    "15b-iso2022jp.csv": Right((2, 0, 0, 0), each("name", F15_b2="いとう あきら")),
    "15d-utf16le-nobom.tsv": Right((1, 0, 0, 0), each("name", F15_d1="試験 太郎")),
    "15e-double-bom.csv": Right((1, 0, 0, 0), each("name", F15_e1="二重 太郎")),
    "15f-sep-line.csv": Right((1, 0, 0, 0), each("phones", F15_f1=L)),
    "15g-semicolon-commas.csv": Right((2, 0, 0, 0), each("street", F15_g1="本町1,2,3")),
    "15h-gaiji-cp932.csv": Right((2, 0, 1, 0), each("name", F15_h2="髙橋 ①郎")),
    "15i-zwsp-heading.csv": Right((1, 0, 0, 0)),
    "15j-cr-only.csv": Right((2, 0, 0, 0)),
    "15k-bom-quoted.csv": Right((1, 0, 0, 0)),
    "16a-bare-quote.csv": Right((2, 0, 0, 0), each("note", F16_2='身長5"8')),
    "16b-quote-then-text.csv": Right((1, 0, 0, 1), {}, ["rows 2"]),
    "16c-backslash-quote.csv": Right((1, 0, 0, 1), {}, ["rows 2"]),
    "17a-title-rows.csv": Right((1, 0, 1, 0), areas(F17_1=KOKUBUN), ["row 1", "row 2"], ["--accept-guess"]),
    "17c-duplicate-headings.csv": Right((1, 0, 0, 0), areas(F17_21=KOKUBUN), ["住所"]),
    "17d-company-and-person.csv": Right((1, 0, 0, 1), {"F17-32": {"name": "個人 太郎", "kind": "person"}}),
    "17e-type-status.csv": Right((2, 0, 0, 0), each("gender", F17_42="male"), ["種別", "ステータス"]),
    "17f-unknown-phone-headings.csv": Right((1, 0, 0, 0), {"F17-51": {
        "phones": ["090-1111-4444", "022-265-1119", "022-265-1120"], "emails": ["m51@example.jp"]}}),
    "17g-totals.csv": Right((1, 0, 2, 0), each("value", F17_61=1_200_000)),
    "18a-google-contacts.csv": Right((1, 0, 0, 0), {}, ["Labels", "Birthday"], ["--number-them"]),
    "18b-outlook.csv": Right((1, 0, 0, 0), {"F18-2": {"name": "試験 一郎", "postcode": "980-0803"}}, ["敬称", "会社名"]),
    "18c-fudemame.csv": Right((1, 0, 0, 0), {"F18-3": {"birth_date": S, "kana": "シケン イチロウ"}}, ["連名", "FAX1"]),
    "18d-shopify.csv": Right((1, 0, 0, 0), {"7001234567890": {
        "phones": ["022-265-1125", "090-1111-5554"], "prefecture": "宮城県"}}, ["Tags", "Total Spent"]),
    "18e-hubspot.csv": Right((1, 0, 0, 0), {"51": {"name": "試験 太郎", "emails": ["hs1@example.jp"]}}, ["Contact owner"]),
    "18f-salesforce.csv": Right((1, 0, 0, 1), {"0035g00000AbCdEAAV": {"name": "試験 次郎", "birth_date": FOURTH}}),
    "18g-kintone.csv": Right((1, 0, 0, 0), {"F18-7": {"name": "試験 七郎", "kind": "person"}}, ["レコード番号", "ステータス"]),
    "18h-yayoi.csv": Right((1, 0, 0, 0), {"000123": {"name": "砦商事㈱", "contact_person": "試験 一郎"}}, ["FAX", "締日"]),
    "18i-freee.csv": Right((1, 0, 0, 0), {"F18-9": {"name": "砦商事株式会社", "kind": "organisation"}}, ["営業担当者名"]),
    "18l-iphone.vcf": Right((1, 0, 0, 0), {}, ["生年月日"], ["--number-them"]),
    "18o-cti-log.csv": Right((1, 0, 1, 0), {}, ["着信日時", "発信者番号", "内線", "通話秒"]),
    "19a-note-2001.csv": Right((2, 0, 0, 0)),
    "20-xlsx-numbers.xlsx": Right((4, 0, 0, 0), {"0001234": {"phones": M, "postcode": "060-0001"}}),
    "20b-xlsx-text-number.xlsx": Right((1, 0, 0, 0)),
    "20c-xlsx-shown-with-zeros.xlsx": Right((0, 1, 0, 0), {"0004321": {"phones": ["022-265-3002"]}}),
    "22-xlsx-hidden-rows.xlsx": Right((3, 0, 0, 0), {}, ["rows 3, 5"]),
    "23-xlsx-merged-header.xlsx": Right((1, 0, 0, 0), each("emails", F23_1=["x23@example.jp"]), ["row 1"],
                                        ["--heading-row", "2"]),
    "24-xlsx-two-sheets.xlsx": Right((1, 0, 0, 0), {}, ["sheet 泉区"]),
    "25-xlsx-errors.xlsx": Right((1, 0, 1, 0), each("phones", F25_2=[]), ["電話番号"]),
    "26-xlsx-1904.xlsx": Right((1, 0, 0, 0), each("birth_date", F26_1=FOURTH)),
    "27-xlsx-furigana.xlsx": Right((2, 0, 0, 0), each("name", F27_1="振仮 太郎", F27_2="書式 次郎")),
    "30-sf15.csv": Right((1, 0, 0, 0)),
    "31-search.csv": Right((10, 0, 0, 0)),
    "32-search-more.csv": Right((9, 0, 0, 0)),
    "30b-sf15.csv": Right((0, 0, 0, 1), {"0035g00000XyzAb": {"name": "英字 大子"}}),
}  # fmt: skip
REFUSED = {
    "15c-cp1252.csv": "encoding",
    "17a-title-rows.csv": "Row 4", "18a-google-contacts.csv": "--number-them", "18j-houjin.csv": "--accept-guess",
    "18k-ken-all.csv": "--accept-guess", "18m-html.xls": "HTML", "18n-contactxml.xml": "XML", "29-old.xls": ".xls",
}  # fmt: skip


def test_every_file_becomes_what_it_says(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TORIDE_TOKEN", tokens.issue(house.steward))
    wrong = [
        told for name, right in RIGHT.items() for told in differences(house, name, right, tmp_path / "rejected.csv")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("name", "word"), REFUSED.items())
def test_what_is_no_such_file_is_refused_in_words(
    house: House, name: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORIDE_TOKEN", tokens.issue(house.steward))
    ran = imported(house, name, ())
    assert isinstance(ran.exception, Invalid)
    assert word in str(ran.exception)
    assert not Brought.objects.exists()


def imported(house: House, name: str, options: Sequence[str]) -> Any:
    who = ["--as", house.steward.username, "--purpose", "data-care", "--branch", "002", "--json"]
    return CliRunner().invoke(commands.import_file, [str(FOLDER / name), *who, *options])


def differences(house: House, name: str, right: Right, rejected: Path) -> list[str]:
    ran = imported(house, name, [*right.options, "--rejected", str(rejected)])
    if ran.exit_code:
        return [f"{name}: {ran.stderr}"]
    result = json.loads(ran.stdout)
    counts = tuple(result[one] for one in ("created", "changed", "rejected", "held"))
    found = [f"{name}: {counts}, not {right.counts}"] if counts != right.counts else []
    found += [f"{name}: {one} is not named in {result['left']}" for one in right.left if one not in result["left"]]
    for number, values in right.values.items():
        subject = queries.subject_of(number)
        if subject is None:
            found.append(f"{name}: nobody is {number}")
            continue
        held = queries.profile(house.permit(house.manager, Action.PROFILE_READ, subject), subject).values
        told = {field: getattr(held[field], "content", "closed") for field in values}
        found += [f"{name}: {number} {told}"] if told != dict(values) else []
    return found
