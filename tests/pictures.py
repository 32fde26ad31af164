"""Takes the pictures of the README from a demonstration: `python -m tests.pictures`."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.journeys.conftest import ARGUMENTS
from tests.running import ROOT, Served

PLACE = ROOT / "docs" / "pictures"
CUSTOMERS = "2000"
ROWS = (
    "顧客番号,氏名漢字,ｼﾒｲｶﾅ,生年月日,電話１,郵便番号,住所１,預金残高,備考",
    "0415-000001,齋藤　惠美子,ｻｲﾄｳ ｴﾐｺ,S37.4.12,０９０－０４７１－８８２６,980-0811,宮城県仙台市青葉区一番町1-2,6000000,午前希望",
    "0415-000002,髙橋　千鶴子,ﾀｶﾊｼ ﾁﾂﾞｺ,H2.11.3,０８０－０６１０－２２４１,981-0913,宮城県仙台市青葉区昭和町3-14,1240000,",
    "0415-000003,渡邉　一郎,ﾜﾀﾅﾍﾞ ｲﾁﾛｳ,S99.2.30,０２２－０７１－４４１０,980-0811,宮城県仙台市青葉区一番町4-1,880000,DM不要",
)


def find(page: Any) -> None:
    page.goto("/customers/")
    page.type("[data-search]", "さいとう", delay=30)
    page.wait_for_timeout(900)
    page.locator("#rows tbody tr[data-peek] td").first.click()
    page.wait_for_selector(".peek h2")


def record(page: Any) -> None:
    page.goto("/customers/")
    page.type("[data-search]", "さいとう", delay=30)
    page.wait_for_timeout(900)
    page.goto(page.locator("#rows tbody th a").nth(1).get_attribute("href"))
    page.locator("#field-birth_date button").click()
    page.wait_for_selector(".shown")


def bring(page: Any) -> None:
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        Path(file.name).write_text("\r\n".join(ROWS) + "\r\n", encoding="cp932")
        page.goto("/imports/new/")
        page.set_input_files("input[type=file]", file.name)
        page.select_option("[name=branch]", "000")
        page.locator("main button[data-kind=primary]").last.click()
        page.wait_for_url("**/columns/**")
        page.wait_for_timeout(800)


def trail(page: Any) -> None:
    page.goto("/audit/")
    page.wait_for_selector("tbody tr")


PICTURES: dict[str, tuple[str, str, Callable[[Any], None]]] = {
    "find": ("manager", "light", find),
    "record": ("teller", "light", record),
    "record-dark": ("teller", "dark", record),
    "import": ("steward", "light", bring),
    "trail": ("auditor", "light", trail),
}


def main() -> None:
    from playwright.sync_api import sync_playwright

    home = Path(tempfile.mkdtemp(prefix="toride-pictures-"))
    server = Served(home / "home", "--customers", CUSTOMERS)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            for name, (persona, theme, go) in PICTURES.items():
                context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="ja-JP",
                                              color_scheme=theme, base_url=server.url)  # fmt: skip
                page = context.new_page()
                page.goto("/sign-in/")
                page.click(f'[data-persona="{persona}"]')
                page.wait_for_url(f"{server.url}/")
                go(page)
                page.mouse.move(720, 890)
                page.wait_for_timeout(400)
                page.screenshot(path=PLACE / f"{name}.jpg", type="jpeg", quality=82)
                context.close()
    finally:
        server.stop()
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
