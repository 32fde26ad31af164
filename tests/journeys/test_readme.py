"""The README's tour, step by step, as it is written: in the browser, then on the command line."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.running import ROOT, Served, demonstration, toride

pytestmark = [pytest.mark.journey, pytest.mark.requirement("C7", "C9", "T1")]
README = (ROOT / "README.md").read_text()
ROWS = "#rows tr[data-peek]"
FILE = """顧客番号,氏名,フリガナ,生年月日,電話番号
９９０１,菊池 徳治,ｷｸﾁ ﾄｸｼﾞ,昭和３０年４月２日,０９０－１２３４－０００１
９９０２,土屋 ひで,ﾂﾁﾔ ﾋﾃﾞ,S12.1.15,09012340002
"""


def step(number: int) -> str:
    """The words of one step of the tour."""
    found = re.search(rf"^{number}\. (.*?)(?=^\d\. |^The same)", README, re.MULTILINE | re.DOTALL)
    assert found
    return " ".join(found[1].split())


def says(number: int, *words: str) -> None:
    """Is the step still written so? Otherwise this journey is another's."""
    for one in words:
        assert one in step(number), (number, one)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration as the README builds it."""
    server = Served(demonstration(tmp_path_factory.mktemp("readme") / "home", 5_000))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("office") / "customers.csv"
    found.write_text(FILE, encoding="cp932")
    return found


def saito(page: Page) -> None:
    for shown in ("斎藤", "斉藤"):
        expect(page.locator("#rows")).to_contain_text(shown)
    expect(page.locator("#rows mark").first).to_be_visible()


def one_find(sign_in, served, file: Path) -> None:
    says(1, "Sign in as 窓口 (長谷川 由美)", "Open お客さまを検索, press `/` and type `さいとう`", "or `saito`", "last four digits",
         "`↓` moves", "`Enter` shows a preview", "`o` opens the record", "`Ctrl+K`", "`?` shows the shortcuts")  # fmt: skip
    page = sign_in("teller")
    expect(page.locator(".me")).to_contain_text("長谷川 由美")
    page.get_by_role("link", name="お客さまを検索").first.click()
    expect(page.locator("[data-search]")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("さいとう", delay=20)
    expect(page.locator("[data-search]")).to_have_value("さいとう")
    saito(page)
    page.keyboard.press("ArrowDown")
    expect(page.locator(ROWS).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#peek h2")).to_be_visible()
    tail = page.locator("#peek .tel").first.inner_text()[-4:]
    name = page.locator(ROWS).first.locator("b").inner_text()
    page.keyboard.press("/")
    page.keyboard.type("saito", delay=20)
    expect(page.locator("[data-search]")).to_have_value("saito")
    saito(page)
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type(tail, delay=20)
    expect(page.locator("#rows")).to_contain_text(name)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("o")
    expect(page.locator("article.record h1")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    page.wait_for_function("!document.activeElement?.closest('dialog')")  # the browser takes it out with its next frame
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_the_palette_finds_what_the_list_finds(sign_in, served) -> None:
    page = sign_in("teller")
    page.keyboard.press("/")
    page.keyboard.type("さいとう", delay=20)
    expect(page.locator("#palette-q")).to_have_value("さいとう")
    expect(page.locator("#palette-people [role=option]").first).to_contain_text("藤")
    first = page.locator("#palette-people [role=option]").first.inner_text()
    page.goto(f"{served.url}/customers/")
    page.keyboard.press("/")
    page.keyboard.type("さいとう", delay=20)
    expect(page.locator(ROWS).first.locator("mark").first).to_be_visible()
    assert page.locator(ROWS).first.locator("b").inner_text() in first


def two_view_and_change(sign_in, served, file: Path) -> None:
    says(2, "生年月日, 表示する", "hidden again after five minutes", "The pencil beside 連絡先", "one digit short", "`1234 5678 9018`",
         "Individual Number is rejected")  # fmt: skip
    page = sign_in("teller")
    page.goto(f"{served.url}/customers/")
    page.goto(served.url + page.locator("#rows tbody a").nth(5).get_attribute("href"))
    page.locator("#field-birth_date").get_by_role("button", name="表示する").click()
    expect(page.locator("#field-birth_date .shown")).to_contain_text("5分")
    page.locator("#part-contact header .btn").click()
    expect(page.locator("#part-contact [autofocus]")).to_be_focused()
    page.fill("#part-contact [name=phones]", "090-1234-567")
    page.locator("#part-contact button.btn[data-kind=primary]").click()
    expect(page.locator("#e-phones")).to_contain_text("桁")
    expect(page.locator("#part-contact [name=phones]")).to_have_value("090-1234-567")
    page.locator("#part-contact a", has_text="キャンセル").click()
    page.locator("#part-story header .btn").click()
    page.fill("#part-story [name=note]", "1234 5678 9018")
    page.locator("#part-story button.btn[data-kind=primary]").click()
    expect(page.locator("#e-note")).to_contain_text("個人番号")
    sign_in.said.clear()


def three_save(sign_in, served, file: Path) -> None:
    says(3, "Set a filter and choose 一覧として保存", "the view appears in the sidebar", "The star")
    page = sign_in("teller")
    page.goto(f"{served.url}/customers/")
    page.locator("[data-drop=filter] > summary").click()
    page.locator("select[name=status]").select_option("dormant")
    page.get_by_role("button", name="一覧として保存").first.click()
    page.locator("dialog[open] [name=name]").fill("見直す先")
    page.locator("dialog[open] button.btn[data-kind=primary]").click()
    expect(page.locator("nav.side")).to_contain_text("見直す先")
    page.locator("#rows [data-star]").first.click()
    expect(page.locator("#rows [data-star]").first).to_have_attribute("aria-pressed", "true")


def four_import(sign_in, served, file: Path) -> None:
    says(4, "データスチュワード (今野 直樹), 取り込み, ファイルを取り込む", "in Shift_JIS, with 和暦 and full-width digits", "Choose the 取引店",
         "undo the import")  # fmt: skip
    page = sign_in("steward")
    expect(page.locator(".me")).to_contain_text("今野 直樹")
    page.locator("nav.side").get_by_role("link", name="取り込み").click()
    page.get_by_role("link", name="ファイルを取り込む").click()
    page.set_input_files("[type=file]", file)
    page.select_option("[name=branch]", "002")
    page.locator("form[data-upload] button:not([type=button])").click()
    page.wait_for_url("**/columns/")
    page.click("[data-go]")
    page.wait_for_url("**/check/")
    expect(page.locator("#would")).to_be_visible(timeout=60_000)
    page.locator(".foot button[data-kind=primary]").last.click()
    page.click("button[data-size=l]")
    expect(page.locator(".kpis", has_text="登録")).to_contain_text("2")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="取り消す").click()
    expect(page.locator("h1")).to_contain_text("取り消")


def five_audit(sign_in, served, file: Path) -> None:
    says(5, "Sign in as 監査 (宇田川 哲)", "Open one: 署名済み")
    page = sign_in("auditor")
    expect(page.locator(".me")).to_contain_text("宇田川 哲")
    page.goto(f"{served.url}/audit/")
    for said in ("検索", "閲覧", "表示", "取り込み"):
        expect(page.locator("tbody")).to_contain_text(said)
    page.locator("tbody th a").nth(2).click()
    expect(page.locator("[data-proof=sealed]")).to_contain_text("署名済み")


def the_same_on_the_command_line(sign_in, served, file: Path) -> None:
    commands = re.search(r"The same on the command line.*?```sh\n(.*?)```", README, re.DOTALL)
    assert commands
    lines = [line.split("#")[0].strip() for line in commands[1].splitlines()]
    assert len(lines) == 4
    for line in lines:
        words = line.removeprefix("./toride ").replace("customers.csv", str(file)).replace('"', "").split()
        done = toride(served.home, *words)
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout.strip(), line


def test_the_tour_is_as_it_is_written(sign_in, served, file: Path) -> None:
    for walk in (one_find, two_view_and_change, three_save, four_import, five_audit, the_same_on_the_command_line):
        walk(sign_in, served, file)
