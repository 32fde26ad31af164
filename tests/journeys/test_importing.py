"""An office's file goes in by the wizard, is mended, checked, brought in, its rejected rows fetched, and taken back."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.looks import LOOKS

pytestmark = [pytest.mark.journey, pytest.mark.requirement("C7")]
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
NAMES = (("渡辺", "ﾜﾀﾅﾍﾞ"), ("齋藤", "ｻｲﾄｳ"), ("髙橋", "ﾀｶﾊｼ"), ("鈴木", "ｽｽﾞｷ"), ("田中", "ﾀﾅｶ"))
GIVEN = (
    ("次郎", "ｼﾞﾛｳ"),
    ("惠美子", "ｴﾐｺ"),
    ("健一", "ｹﾝｲﾁ"),
    ("葵", "ｱｵｲ"),
    ("眞理", "ﾏﾘ"),
    ("大樹", "ﾀﾞｲｷ"),
    ("花", "ﾊﾅ"),
)
HEADINGS = (
    "会員番号",
    "姓",
    "名",
    "セイ",
    "メイ",
    "お生まれ",
    "携帯電話",
    "郵便番号",
    "住所",
    "メールアドレス",
    "残高",
    "区",
)
ROWS = 500
BROKEN = {7: "昭和64年1月8日", 11: "S99.2.30"}
TWICE = 40


def office_file(folder: Path) -> Path:
    """CP932, eras, full-width figures, half-width kana, likely duplicates and errors."""
    found = folder / "名簿.csv"
    with found.open("w", encoding="cp932", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADINGS)
        for at in range(ROWS):
            like = at - 1 if at % TWICE == TWICE - 1 else at
            (name, kana), (given, given_kana) = NAMES[like % len(NAMES)], GIVEN[like // 5 % len(GIVEN)]
            born = BROKEN.get(at % 50, f"S{25 + like % 37}.{1 + like % 12}.{1 + like % 27}")
            number = "" if at == 100 else f"W-{at:05}"
            phone = f"090-{1000 + like}-{5000 + like}".translate(WIDE)
            note = "=HYPERLINK(1)" if at == 100 else "甲"
            writer.writerow([number, name, given, kana, given_kana, born, phone, "9810913",
                             f"宮城県仙台市青葉区昭和町{at + 1}-1", f"w{at}@example.jp", f"{at},000", note])  # fmt: skip
    return found


def test_the_steward_brings_a_file_in_and_takes_it_back(sign_in, served, tmp_path) -> None:
    page = sign_in("steward")
    page.click("nav.side >> text=取り込み")
    page.click("text=ファイルを取り込む")
    expect(page.locator("[role=note]")).to_contain_text("架空のファイルだけ")
    page.set_input_files("[type=file]", office_file(tmp_path))
    page.select_option("[name=branch]", "002")
    page.fill("[name=origin]", "勘定系 夜間出力")
    page.click("text=アップロードして列を読み込む")
    page.wait_for_url("**/columns/")

    _mend_columns(page)
    made = _check(page)
    page.click("button[data-size=l]")
    expect(page.locator("h1")).to_have_text("取り込みました")
    expect(page.locator(".kpis", has_text="登録")).to_contain_text(str(made))
    _fetch_rejected(page, ROWS - made)
    result = page.url

    page.goto(f"{served.url}/customers/")
    page.type("[data-search]", "W-00001", delay=20)
    expect(page.locator("#rows")).to_contain_text("齋藤")
    page.goto(result)
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("text=取り込みを取り消す")
    expect(page.locator("h1")).to_have_text("取り込みを取り消しました")
    expect(page.locator(".kpis", has_text="元に戻した")).to_contain_text(str(made))
    page.goto(f"{served.url}/imports/")
    expect(page.locator("tbody tr").first).to_contain_text("今野 直樹")
    expect(page.locator("tbody tr").first).to_contain_text("取り消")
    assert sign_in.said == []


def _mend_columns(page) -> None:
    expect(page.locator("#columns-part")).to_contain_text("Shift_JIS")
    expect(page.locator(".peekrows")).to_contain_text("ﾜﾀﾅﾍﾞ")
    born = page.locator("select[name=column-5]")
    expect(page.locator("tr", has=born)).not_to_contain_text("和暦を西暦へ")
    born.select_option("birth_date")
    expect(page.locator("tr", has=born)).to_contain_text("和暦を西暦へ")
    expect(page.locator("tr", has=born)).to_contain_text("日付が正しくありません")
    page.locator("select[name=column-0]").select_option("")
    expect(page.locator("[data-go]")).to_have_text("あと1項目を設定してください")
    expect(page.locator("[data-go]")).to_be_disabled()
    page.locator("select[name=column-0]").select_option("number")
    expect(page.locator("[data-go]")).to_be_enabled()
    page.fill("[name=mapping_name]", "夜間の名簿")
    page.click("button[name=keep]")
    expect(page.locator("#columns-part")).to_contain_text("対応「夜間の名簿」を使う")
    page.click("text=下書きを保存して閉じる")
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/columns/")
    page.click("[data-go]")


def _check(page) -> int:
    """How many will be registered, as the last step says."""
    page.wait_for_url("**/check/")
    expect(page.locator("#would")).to_be_visible(timeout=60_000)
    wrong = page.locator('.gridbox input.in[value="S99.2.30"]')
    expect(wrong.first).to_be_visible()
    page.locator(".sorts a", has_text="重複の可能性").click()
    expect(page.locator(".gridbox")).to_contain_text("氏名と生年月日が同じです")
    expect(wrong).to_have_count(0)
    page.go_back()
    expect(wrong.first).to_be_visible()
    page.click("text=取り込みへ進む")
    effect = page.locator(".effect")
    expect(effect).to_have_text(re.compile(r"\d+件を新しく登録します"))
    return int(re.search(r"\d+", effect.inner_text())[0])


def _fetch_rejected(page, rejected: int) -> None:
    with page.expect_download() as download:
        page.click("text=理由を付けてダウンロード")
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_bytes().decode("cp932"))))
    assert rows[0] == [*HEADINGS, "理由"]
    assert len(rows) == rejected + 1
    assert any(row[11] == "'=HYPERLINK(1)" for row in rows)
    assert "名簿" not in page.title()


MESSY = """得意先台帳,,,,,,
出力日:2026/11/29,,,,,,
顧客番号,会社名,氏名,生年月日,携帯電話番号,取引店,旧システム区分
Z-1,,佐藤 花子,S55.3.4,090-1111-2222,みどり台支店,甲
Z-2,,鈴木 太郎,1981-02-29,0901111,みどり台支店,乙
z1,,林 大樹,H31.5.1,022-265-1111(代),,乙
Z-4,砦商事株式会社,担当 花子,,なし,,丙
"""


def test_a_messy_file_is_put_right_on_its_pages(sign_in, tmp_path) -> None:
    """The row of headings is pointed at, a cell mended, problems and doubts decided by kind; what is left is named."""
    file = tmp_path / "messy.csv"
    file.write_text(MESSY)
    page = sign_in("steward")
    page.goto(page.url + "imports/new/")
    page.set_input_files("[type=file]", file)
    page.select_option("[name=branch]", "002")
    page.click("form[data-upload] [data-kind=primary]")
    page.wait_for_url("**/columns/")
    expect(page.locator("[name=head][value='3']")).to_be_checked()
    page.check("[name=head][value='1']")
    expect(page.locator("[data-go]")).to_be_disabled()
    page.check("[name=head][value='3']")
    expect(page.locator("[data-go]")).to_be_enabled()
    page.select_option("[name=company]", "company")
    expect(page.locator("[name=company] option[selected]")).to_have_attribute("value", "company")
    page.click("[data-go]")
    page.wait_for_url("**/check/")
    expect(page.locator("#would")).to_be_visible(timeout=60_000)
    expect(page.locator("[aria-labelledby=left]")).to_contain_text("旧システム区分")
    page.fill("[name=cell-5-4]", "090-1111-3333")
    page.click("#mend button")
    expect(page.locator("[name=cell-5-4]")).to_have_count(0)
    page.check("[name=problem-birth_date][value=empty]")
    page.check("[name=doubt-near][value=take]")
    page.click("text=選択を保存して再確認")
    expect(page.locator(".kpis", has_text="保留").last).to_contain_text("4")
    page.click("text=取り込みへ進む")
    page.click("button[data-size=l]")
    expect(page.locator("h1")).to_have_text("取り込みました")
    expect(page.locator("[aria-labelledby=left]")).to_contain_text("旧システム区分")
    assert sign_in.said == []


@pytest.mark.parametrize(
    ("locale", "width", "theme"),
    LOOKS,
)
def test_no_step_scrolls_sideways_and_axe_finds_nothing(sign_in, served, tmp_path, locale, width, theme) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = sign_in("steward", locale=locale, width=width, theme=theme)
    wrong = {}

    def look(step: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), step
        found = Axe().run(page)
        if found.violations_count:
            wrong[step] = found.generate_report()

    page.goto(f"{served.url}/imports/new/")
    look("file")
    page.set_input_files("[type=file]", office_file(tmp_path))
    page.select_option("[name=branch]", "003")
    page.click("form[data-upload] [data-kind=primary]")
    page.wait_for_url("**/columns/")
    look("columns")
    page.locator("select[name=column-0]").select_option("name")
    expect(page.locator("[data-go]")).to_be_disabled()
    look("columns undecided")
    page.locator("select[name=column-0]").select_option("number")
    expect(page.locator("[data-go]")).to_be_enabled()
    page.click("[data-go]")
    page.wait_for_url("**/check/")
    expect(page.locator("#would")).to_be_visible(timeout=60_000)
    look("check")
    page.click("form[method=get] [data-kind=primary]")
    page.wait_for_url("**/run/**")
    look("run")
    page.goto(f"{served.url}/imports/")
    look("list")
    assert wrong == {}


def test_a_file_that_cannot_be_read_says_why_and_another_takes_its_place(sign_in, served, tmp_path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04" + b"broken" * 99)
    page = sign_in("steward")
    page.goto(f"{served.url}/imports/new/")
    page.set_input_files("[type=file]", broken)
    page.select_option("[name=branch]", "002")
    page.click("text=アップロードして列を読み込む")
    page.wait_for_url("**/columns/")
    expect(page.get_by_role("alert")).to_contain_text("Excelのブック（.xlsx）として読めません")
    page.click(".steps a")
    wrong = tmp_path / "note.pdf"
    wrong.write_bytes(b"%PDF")
    page.set_input_files("[type=file]", wrong)
    page.click("text=アップロードして列を読み込む")
    expect(page.get_by_role("alert")).to_contain_text("CSV、TSV、Excel")
    page.set_input_files("[type=file]", office_file(tmp_path))
    page.click("text=アップロードして列を読み込む")
    page.wait_for_url("**/columns/")
    expect(page.locator(".peekrows")).to_contain_text("ﾜﾀﾅﾍﾞ")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("text=破棄")
    page.wait_for_url("**/imports/")


def test_a_connection_that_breaks_is_gone_on_with(sign_in, served, tmp_path) -> None:
    page = sign_in("steward")
    broken = []

    def break_once(route) -> None:
        if route.request.method == "PUT" and not broken:
            broken.append(route.request.headers["x-offset"])
            route.abort()
        else:
            route.continue_()

    page.route("**/file/", break_once)
    page.goto(f"{served.url}/imports/new/")
    page.set_input_files("[type=file]", office_file(tmp_path))
    page.select_option("[name=branch]", "002")
    page.click("text=アップロードして列を読み込む")
    page.wait_for_url("**/columns/")
    assert broken == ["0"]
    expect(page.locator(".peekrows")).to_contain_text("ﾜﾀﾅﾍﾞ")
