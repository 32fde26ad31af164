"""Finding a customer in a real browser: as typed with an input method, by key, beside the list, from anywhere, again."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.looks import LOOKS
from tests.journeys.pages import loaded_until

pytestmark = [pytest.mark.journey, pytest.mark.requirement("C9")]
ROWS = "#rows tr[data-peek]"


def listed(page, served, path: str = "/customers/") -> None:
    page.goto(f"{served.url}{path}")
    expect(page.locator(ROWS).first).to_be_visible()


def search(page, text: str) -> None:
    page.locator("[data-search]").fill(text)
    expect(page.locator("#rows [name=former]")).to_have_value(text)


def posts(page, path: str) -> list[str]:
    """What is posted to an address from here on."""
    sent: list[str] = []
    page.on(
        "request",
        lambda one: sent.append(one.post_data or "") if one.method == "POST" and one.url.endswith(path) else None,
    )
    return sent


def test_results_come_while_an_input_method_composes_and_half_a_kana_is_no_search(sign_in, served) -> None:
    page = sign_in("steward")
    listed(page, served)
    page.locator("[data-search]").focus()
    sent = posts(page, "/customers/")
    keyboard = page.context.new_cdp_session(page)
    for text in ("s", "さ", "さt", "さと", "さとう"):
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        page.wait_for_timeout(320)
    expect(page.locator(ROWS).first.locator("small mark").first).to_have_text("サトウ")
    keyboard.send("Input.imeSetComposition", {"text": "佐藤", "selectionStart": 2, "selectionEnd": 2})
    for key in ("Enter", "?", "/", "j", "Escape"):
        page.evaluate(
            "(key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true}))",
            key,
        )
    expect(page.locator("#keys")).not_to_be_visible()
    keyboard.send("Input.insertText", {"text": "佐藤"})
    expect(page.locator("#rows [name=former]")).to_have_value("佐藤")
    asked = [re.search(r'name="q"\r\n\r\n([^\r]*)|(?:^|&)q=([^&]*)', one) for one in sent]
    words = [one[1] or one[2] for one in asked if one]
    from urllib.parse import unquote_plus

    assert not [word for word in map(unquote_plus, words) if re.search(r"[a-z]$", word)]
    assert page.locator("[data-search]").input_value() == "佐藤"


def test_a_hit_is_marked_in_kanji_and_in_kana_and_counted(sign_in, served) -> None:
    page = sign_in("steward")
    listed(page, served)
    search(page, "さとう")
    row = page.locator(ROWS).first
    expect(row.locator("small mark")).to_have_text("サトウ")
    expect(row.locator("b mark")).to_have_text("佐藤")
    total = page.locator(ROWS).count()
    expect(page.locator("#count")).to_have_text(re.compile(rf"^{total}件・\d+\.\d\d秒$"))
    number = row.locator("[data-k=number]").inner_text()
    search(page, number)
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator("[data-k=number] mark")).to_have_text(number)


def test_chips_heads_and_columns_set_the_list_and_cancel_takes_it_back(sign_in, served) -> None:
    page = sign_in("manager")
    listed(page, served)
    everyone = page.locator(ROWS).count()
    expect(page.locator("#viewbar")).to_be_empty()
    page.locator(".chip[data-name=status]").click()
    expect(page.locator(".chip[data-name=status]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".chip[data-name=status]")).to_be_focused()
    assert page.locator(ROWS).count() < everyone
    page.locator("th [data-sort=value]").click()
    expect(page.locator("th[data-k=value]")).to_have_attribute("aria-sort", "ascending")
    page.locator("th [data-sort=value]").click()
    expect(page.locator("th[data-k=value]")).to_have_attribute("aria-sort", "descending")
    page.locator("[data-drop=columns] > summary").click()
    page.locator("[name=col][value=branch]").uncheck()
    expect(page.locator("th[data-k=branch]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("[data-drop=columns]")).not_to_have_attribute("open", "")
    expect(page.locator("[data-drop=columns] > summary")).to_be_focused()
    page.locator("#viewbar >> text=キャンセル").click()
    expect(page.locator(ROWS)).to_have_count(everyone)
    page.locator("[data-drop=filter] > summary").click()
    page.locator("[name=city]").fill("いない町")
    page.locator("[name=city]").press("Enter")
    expect(page.locator("#rows")).to_contain_text("該当するお客さまはいません")
    page.locator("#rows [data-clear]").click()
    expect(page.locator(ROWS)).to_have_count(everyone)


def test_a_view_is_saved_listed_changed_removed_and_brought_back(sign_in, served) -> None:
    page = sign_in("manager")
    listed(page, served)
    search(page, "佐藤")
    page.locator("#viewbar [data-dialog=saveview]").click()
    page.keyboard.type("店の佐藤さま")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/customers/views/"))
    assert "佐藤" not in page.url
    expect(page.locator("nav.side [aria-current=page]")).to_have_text("店の佐藤さま")
    expect(page.locator("#viewbar")).to_be_empty()
    kept = page.locator(ROWS).count()
    page.locator(".chip[data-name=status]").click()
    page.locator("#viewbar [name=over]").click()
    page.wait_for_load_state()
    expect(page.locator(".chip[data-name=status]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#viewbar")).to_be_empty()
    page.locator("[data-drop=more] > summary").click()
    page.locator("[data-dialog=renameview]").click()
    page.locator("#renameview [name=name]").fill("店の取引中の佐藤さま")
    page.locator("#renameview [name=reach][value=branch]").check()
    page.locator("#renameview button[data-kind=primary]").click()
    expect(page.locator("nav.side [aria-current=page]")).to_have_text("店の取引中の佐藤さま")
    colleague = sign_in("teller")
    expect(colleague.locator("nav.side")).to_contain_text("店の取引中の佐藤さま")
    expect(sign_in("sales").locator("nav.side")).to_contain_text("店の取引中の佐藤さま")
    page.locator("[data-drop=more] > summary").click()
    page.locator("button:has-text('この一覧を削除')").click()
    page.wait_for_url(re.compile("gone="))
    expect(page.locator("nav.side")).not_to_contain_text("店の取引中の佐藤さま")
    page.locator("button:has-text('元に戻す')").click()
    page.wait_for_url(re.compile("/customers/views/"))
    assert page.locator(ROWS).count() <= kept
    page.locator("[data-drop=more] > summary").click()
    page.locator("button:has-text('この一覧を削除')").click()
    page.wait_for_url(re.compile("gone="))


def test_the_panel_follows_the_list_by_key_and_gives_the_focus_back(sign_in, served) -> None:
    page = sign_in("operator")
    listed(page, served)
    sent = posts(page, "/peek/")
    page.keyboard.press("ArrowDown")
    expect(page.locator(ROWS).nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(ROWS).nth(1)).to_be_focused()
    assert sent == []
    page.keyboard.press("Enter")
    panel = page.locator("#peek")
    name = page.locator(ROWS).nth(1).locator("b").inner_text()
    expect(panel.locator("h2 b")).to_have_text(name)
    expect(panel.locator("[data-place]")).to_have_text(re.compile(r"件中 2件目"))
    page.keyboard.press("ArrowDown")
    expect(panel.locator("[data-place]")).to_have_text(re.compile(r"件中 3件目"))
    expect(panel.locator("h2 b")).to_have_text(page.locator(ROWS).nth(2).locator("b").inner_text())
    expect(page.locator(ROWS).nth(2)).to_be_focused()
    expect(page.locator(ROWS).nth(2)).to_have_attribute("aria-current", "true")
    page.keyboard.press("Enter")
    expect(panel.locator("[data-open]")).to_be_focused()
    expect(panel.locator("[data-place]")).to_have_text(re.compile(r"件中 3件目"))
    panel.locator("[data-step='-1']").click()
    expect(panel.locator("[data-place]")).to_have_text(re.compile(r"件中 2件目"))
    expect(panel.locator("h2 b")).to_have_text(name)
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()
    expect(page.locator(ROWS).nth(1)).to_be_focused()
    page.keyboard.press("o")
    expect(page.locator("h1")).to_contain_text(name)


def test_a_row_is_clicked_open_beside_the_list_and_on_a_phone_as_a_page(sign_in, served) -> None:
    page = sign_in("operator")
    listed(page, served)
    page.locator(ROWS).nth(3).locator("[data-k=number]").click()
    expect(page.locator("#peek h2 b")).to_have_text(page.locator(ROWS).nth(3).locator("b").inner_text())
    phone = sign_in("operator", width=390)
    listed(phone, served)
    name = phone.locator(ROWS).nth(1).locator("b").inner_text()
    phone.locator(ROWS).nth(1).locator("[data-k=number]").click()
    expect(phone.locator("h1")).to_contain_text(name)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_more_keeps_the_focus(sign_in, served) -> None:
    page = sign_in("steward")
    listed(page, served)
    page.locator("tr.more button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(ROWS)).to_have_count(100)
    expect(page.locator(ROWS).nth(50)).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(ROWS).nth(51)).to_be_focused()


def test_stars_and_the_last_opened_are_found_again(sign_in, served) -> None:
    page = sign_in("sales")
    listed(page, served)
    starred = page.locator(ROWS).nth(0).locator("b").inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    expect(page.locator(ROWS).nth(0).locator("[data-star]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#peek [data-star]")).to_have_attribute("aria-pressed", "true")
    opened = page.locator(ROWS).nth(1).locator("b").inner_text()
    page.locator(ROWS).nth(1).locator("th a").click()
    expect(page.locator("h1")).to_contain_text(opened)
    listed(page, served)
    again = page.locator(".again")
    loaded_until(page, lambda: opened in again.nth(1).inner_text() if again.count() > 1 else False)
    expect(again.nth(0)).to_contain_text(starred)
    expect(again.nth(1)).to_contain_text(opened)
    page.locator("nav.side >> text=お気に入り").click()
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(ROWS)).to_contain_text(starred)
    page.locator(ROWS).locator("[data-star]").click()
    expect(page.locator(ROWS).locator("[data-star]")).to_have_attribute("aria-pressed", "false")


def test_the_palette_finds_goes_and_says_for_what_purpose(sign_in, served) -> None:
    page = sign_in("teller")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-q")).to_be_focused()
    expect(page.locator("#palette-purpose")).to_have_text("取引の維持・管理")
    page.keyboard.type("登録", delay=20)
    expect(page.locator("#palette [role=option][aria-selected=true]")).to_have_text("お客さまを登録")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/customers/new/"))
    page.locator("[name=name]").focus()
    page.keyboard.type("/?j")
    expect(page.locator("[name=name]")).to_have_value("/?j")
    page.keyboard.press("Control+k")
    page.keyboard.type("sa", delay=20)
    options = page.locator("#palette-people [role=option]")
    expect(options.first.locator("mark").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    chosen = options.nth(1).locator("b").inner_text()
    assert page.locator("#palette-q").get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(chosen)
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).not_to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("#palette-q")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    expect(page.locator("#palette-people")).to_be_empty()
    auditor = sign_in("auditor")
    sent = posts(auditor, "/find/")
    auditor.keyboard.press("Control+k")
    auditor.keyboard.type("監査", delay=20)
    auditor.wait_for_timeout(400)
    auditor.keyboard.press("Enter")
    auditor.wait_for_url(re.compile("/audit/"))
    assert sent == []
    assert sign_in.said == []


@pytest.mark.parametrize(
    ("locale", "width", "theme"),
    LOOKS,
)
def test_every_state_of_finding_passes_axe_and_never_scrolls_sideways(sign_in, served, locale, width, theme) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = sign_in("steward", locale=locale, width=width, theme=theme)
    wrong = {}

    def check(state: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
        page.evaluate("document.querySelector('.mark')?.remove()")
        found = Axe().run(page)
        if found.violations_count:
            wrong[state] = found.generate_report()
        small = page.evaluate(
            "[...document.querySelectorAll('a, button, summary, select, input:not([type=hidden])')].filter((one) => one.checkVisibility())"
            ".map((one) => one.closest('label') ?? one).map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 90)])"
            ".filter(([box]) => box.width && (box.height < 24 || box.width < 24)).map(([, text]) => text)"
        )
        assert small == [], (state, small)

    listed(page, served)
    check("list")
    search(page, "さとう")
    check("found")
    if width > 800:
        page.locator(ROWS).first.locator("[data-k=number]").click()
        expect(page.locator("#peek h2")).to_be_visible()
        check("panel")
    page.locator("[data-drop=filter] > summary").click()
    check("filters")
    page.keyboard.press("Escape")
    search(page, "いないひと")
    check("nobody")
    page.locator("[data-palette]:visible").click()
    expect(page.locator("#palette-purpose")).not_to_be_empty()
    check("palette")
    page.keyboard.press("Escape")
    page.locator("[data-drop=more] > summary").click()
    page.locator(".drop [data-dialog=saveview]").click()
    check("save")
    assert wrong == {}


def test_after_a_star_by_key_the_next_search_is_a_search(sign_in, served) -> None:
    page = sign_in("operator")
    listed(page, served)
    search(page, "さとう")
    stars = page.locator("#rows [data-star][aria-pressed=true]")
    before = stars.count()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    expect(stars).not_to_have_count(before)
    after = stars.count()
    page.keyboard.press("/")
    page.keyboard.type("すずき")
    expect(page.locator("#rows [name=former]")).to_have_value("すずき")
    expect(page.locator(ROWS).first).to_contain_text("スズキ")
    search(page, "さとう")
    expect(stars).to_have_count(after)
    assert sign_in.said == []
