"""Headings of the whole kind are known; those that say little yield; what has no field is named; no guess acts alone."""

import itertools

import pytest

from tests.people import House
from toride.base.errors import Invalid
from toride.customers.imports import headings, layouts, mapping, omissions, reasons
from toride.customers.models import Import

pytestmark = pytest.mark.requirement("C7")
KINDS = {
    "number": "顧客番号 お客様番号 お客さま番号 会員番号 会員No 得意先コード 取引先コード 契約者番号 組合員番号 顧客ＩＤ 顧客CD "
              "customer_no CustomerID Client ID",
    "name": "氏名 お名前 顧客名 会員氏名 氏名（漢字） 漢字氏名 宛名 full_name Customer Name",
    "kana": "フリガナ ふりがな 氏名カナ カナ氏名 ﾖﾐｶﾞﾅ 読みがな シメイ お名前（フリガナ） name_kana",
    "family": "姓 氏 苗字 姓（漢字） Last Name family_name",
    "given": "名 名（漢字） First Name given-name",
    "family_kana": "セイ 姓カナ カナ姓 姓（カナ） 姓フリガナ フリガナ（姓） Phonetic Last Name last_name_kana",
    "given_kana": "メイ 名カナ 名（カナ） 名フリガナ フリガナ（名） Phonetic First Name first_name_kana",
    "phones": "電話 電話番号 携帯電話番号 自宅電話番号 お電話番号 ご自宅電話 携帯番号 TEL ＴＥＬ1 電話番号２ 固定電話 スマートフォン "
              "Mobile Phone Home Phone phone_number MOBILEPHONE 勤務先電話番号 日中の電話番号",
    "emails": "メール メールアドレス Eメールアドレス Ｅメール 電子メール E-mail Email Address 携帯メールアドレス メールアドレス2",
    "birth_date": "生年月日 誕生日 生年月日（西暦） ご本人様生年月日 Birthday BIRTHDATE date_of_birth",
    "postcode": "郵便番号 〒 自宅郵便番号 郵便番号（自宅） Zip Code postal_code",
    "prefecture": "都道府県 都道府県名",
    "city": "市区町村 市区町村名",
    "address": "住所 住所1 ご住所 現住所 自宅住所 住所（自宅） 住所１",
    "address2": "住所2 住所３ 建物名 マンション名 建物名・部屋番号 自宅住所2 方書",
    "company": "会社名 法人名 企業名 団体名 屋号 Company Organization",
    "branch": "取引店 取引店番 支店名 店番 取扱店",
    "owner": "担当 営業担当 渉外担当 担当職員 営業担当者名",
    "contact_person": "担当者名 ご担当者 代表者名",
    "note": "備考 備考1 メモ メモ２ 特記事項",
    "value": "預かり資産 残高 預金残高",
}  # fmt: skip
NOT_KNOWN = (
    "電話種別 メール配信希望 メールマガジン FAX ファックス番号 更新日時 電話番号確認日時 E-mail 1 - Label Accepts Email Marketing "
    "敬称 連名 締日 内線 勤務先住所 会社住所 請求先郵便番号 緊急連絡先電話番号 口座番号 行番号 レコード番号"
)


@pytest.mark.parametrize("target", KINDS)
def test_headings_of_a_kind_are_known_however_they_are_marked(target: str) -> None:
    for word in _words(KINDS[target]):
        for marked in (word, f"{word}（必須）", f"*{word}", f" {word} ", f"{word}\u200b", f"【{word}】"):
            assert headings.specific(marked) == target, marked


def _words(text: str) -> list[str]:
    """Words by blanks; English ones of several words are those that begin with a capital."""
    made: list[str] = []
    for word in text.split():
        if made and word.isascii() and made[-1].isascii() and made[-1][0].isupper() and word[0].isupper() and (
            made[-1] + " " + word
        ) in ENGLISH:  # fmt: skip
            made[-1] += f" {word}"
        else:
            made.append(word)
    return [word for word in made if word not in {"Client", "ID", "Zip", "Code", "Address", "Phone", "Home"}]


ENGLISH = {
    "Client ID", "Customer Name", "Last Name", "First Name", "Phonetic Last", "Phonetic Last Name", "Phonetic First",
    "Phonetic First Name", "Mobile Phone", "Home Phone", "Email Address", "Zip Code",
}  # fmt: skip


@pytest.mark.parametrize(
    "heading", NOT_KNOWN.replace("E-mail 1 - Label", "Label").replace("Accepts Email Marketing", "").split()
)
def test_headings_about_something_else_are_no_field(heading: str) -> None:
    assert headings.specific(heading) is None


@pytest.mark.parametrize("order", list(itertools.permutations(["番号", "顧客番号", "氏名"])))
def test_a_heading_that_says_more_goes_before_one_that_says_little(order: tuple[str, ...]) -> None:
    row = {"番号": "1", "顧客番号": "F-1", "氏名": "佐藤 花子"}
    found = mapping.guess([list(order), [row[name] for name in order]])
    assert found.targets[order.index("顧客番号")] == "number"
    assert found.targets[order.index("番号")] is None
    assert list(mapping.why_left([list(order), ["1", "2", "3"]], found).values()) == [reasons.SECOND]


def test_a_heading_that_says_little_counts_only_where_the_values_fit() -> None:
    rows = [
        ["id", "state", "type", "status", "name"],
        ["A-1", "Miyagi", "VIP", "new", "佐藤"],
        ["A-2", "x", "y", "z", "林"],
    ]
    found = mapping.guess(rows)
    assert found.targets == ("number", None, None, None, "name")
    left = mapping.why_left(rows, found)
    assert set(left.values()) == {reasons.UNFIT}
    rows[1][1], rows[2][3] = "宮城県", "解約"
    assert mapping.guess(rows).targets == ("number", "prefecture", None, "status", "name")


def test_every_column_is_a_field_or_named() -> None:
    names = [word for text in KINDS.values() for word in text.split()] + NOT_KNOWN.split() + ["", ""]
    rows = [names, [f"値{at}" for at in range(len(names))]]
    found = mapping.guess(rows)
    left = mapping.why_left(rows, found)
    for at in range(len(names)):
        assert bool(found.targets[at]) != (at in left), names[at]


def test_a_column_without_heading_or_values_is_nothing_and_one_with_values_is_named() -> None:
    rows = [["顧客番号", "氏名", "", ""], ["A-1", "佐藤", "1980-03-04", ""]]
    found = mapping.guess(rows)
    assert found.targets == ("number", "name", None, None)
    assert mapping.why_left(rows, found) == {2: reasons.NO_HEADING}


@pytest.mark.parametrize("above", [1, 2, 5])
def test_rows_above_the_headings_need_a_yes(above: int) -> None:
    rows = [["得意先台帳", "", ""], ["2026年11月", "", ""], *[["", "", ""]] * 3][:above]
    rows += [["顧客番号", "氏名", "電話番号"], ["A-1", "佐藤 花子", "022-265-1111"]]
    with pytest.raises(Invalid, match=f"--heading-row {above + 1}"):
        mapping.propose(rows)
    for found in (mapping.propose(rows, accept=True), mapping.propose(rows, above=above)):
        assert (found.above, found.first, found.targets) == (above, above + 1, ("number", "name", "phones"))
    assert mapping.given(rows, {"顧客番号": "number", "氏名": "name"}).above == above


def test_headings_in_two_rows_come_together() -> None:
    rows = [
        ["顧客番号", "氏名", "連絡先", ""],
        ["", "", "電話番号", "メールアドレス"],
        ["A-1", "佐藤", "022-265-1111", "a@example.jp"],
    ]
    found = mapping.propose(rows)
    assert (found.double, found.first, found.targets) == (True, 2, ("number", "name", "phones", "emails"))


def test_what_is_only_guessed_by_content_needs_a_yes_and_no_date_is_a_birth_date() -> None:
    rows = [[f"C{n:07}", "佐藤 花子", "1980-03-04", "090-1234-5678"] for n in range(5)]
    with pytest.raises(Invalid, match="--accept-guess"):
        mapping.propose(rows)
    assert mapping.propose(rows, accept=True).targets == ("number", "name", None, "phones")
    assert mapping.given(rows, {"1": "number", "2": "name", "3": "birth_date"}).targets[2] == "birth_date"


@pytest.mark.parametrize("layout", layouts.SHIPPED, ids=lambda one: one.name)
def test_known_exports_are_recognised_and_mean_fields_that_exist(layout: layouts.Layout) -> None:
    cells = [*layout.targets, *(layout.told_by - layout.targets.keys())]
    assert layouts.recognised(cells) == layout
    assert {target for target in layout.targets.values() if target} <= set(mapping.TARGETS)
    found = mapping.guess([["顧客番号", *cells], ["A-1", *[""] * len(cells)]])
    assert found.targets[0] == "number"
    assert found.layout == layout.name


def test_what_is_left_out_is_named_by_heading(house: House) -> None:
    text = "番号,顧客番号,氏名,住所,住所,会社備考,電話番号,\n1,A-1,佐藤 花子,x,y,z,#REF!,w\n2,A-2,林,x,y,z,022-265-1111(代),w\n"
    source = Import(branch=house.midoridai, person=house.steward.id)
    from toride.customers.imports import running

    for _cells, rows in running.batches(lambda: [text.encode()], source, {}):
        omissions.note(source.left, rows)
    left = omissions.of(lambda: [text.encode()], source)
    assert left == {
        "番号": reasons.SECOND, "住所": reasons.SECOND, "会社備考": reasons.UNKNOWN, "column no. 8": reasons.NO_HEADING,
        "電話番号": f"in 1 rows: {reasons.ERROR} (row 2)",
    }  # fmt: skip
