"""Deals in a real browser: opened on the customer's record, found in the list, moved on the board by mouse, key and touch."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.requirement("C8")]
NEGOTIATION = '[data-lane="negotiation"]'


def board(page, served) -> None:
    page.goto(f"{served.url}/deals/board/?for=sales")
    expect(page.locator(".lane")).to_have_count(5)


def shown(page, lane: str) -> int:
    return int(page.locator(f'[data-lane="{lane}"] [data-count]').inner_text())


def test_a_deal_is_opened_on_the_record_listed_and_changed(sign_in, served) -> None:
    page = sign_in("sales")
    page.goto(f"{served.url}/customers/")
    page.locator("#rows th a").first.click()
    page.locator("#panel-deals header a").click()
    page.get_by_label("件名").fill("年金受取口座のご案内")
    page.get_by_label("金額（円）").fill("120万円")
    page.get_by_label("成約見込み日").fill("令和9年1月15日")
    page.locator("form.pad button[data-kind=primary]").click()
    expect(page.locator("h1")).to_have_text("年金受取口座のご案内")
    expect(page.locator("dl.facts")).to_contain_text("1,200,000")
    page.locator(".head a[data-kind=primary]").click()
    page.get_by_label("金額（円）").fill("150万円")
    page.locator("form.pad button[data-kind=primary]").click()
    expect(page.locator("#h-history + ul")).to_contain_text("1,200,000 → 1,500,000")
    page.locator(".back").click()
    expect(page.locator("#panel-deals")).to_contain_text("1,500,000")
    page.goto(f"{served.url}/deals/")
    page.locator(".chip[data-value=lead]").click()
    expect(page.locator(".chip[data-value=lead]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#rows tbody")).to_contain_text("年金受取口座のご案内")
    expect(page.locator("#rows td[data-k=stage] .badge:not(:text('見込み'))")).to_have_count(0)
    assert sign_in.said == []


@pytest.mark.parametrize("way", ["drag", "key"])
def test_a_card_moves_and_stays_moved(sign_in, served, way: str) -> None:
    page = sign_in("manager")
    board(page, served)
    before = shown(page, "negotiation")
    card = page.locator('.lane:not([data-lane="negotiation"]) .card').first
    address = card.get_attribute("data-card")
    if way == "drag":
        card.locator("h3").drag_to(page.locator(f"{NEGOTIATION} h2"))
    else:
        card.locator("select").focus()
        card.locator("select").select_option("negotiation")
    expect(page.locator(f'{NEGOTIATION} [data-card="{address}"]')).to_have_count(1)
    expect(page.locator("[data-board-says]")).to_have_text("交渉に移動しました。")
    assert shown(page, "negotiation") == before + 1
    board(page, served)
    expect(page.locator(f'{NEGOTIATION} [data-card="{address}"]')).to_have_count(1)
    assert sign_in.said == []


def test_a_card_whose_move_fails_stays_where_it_was(sign_in, served) -> None:
    page = sign_in("manager")
    board(page, served)
    card = page.locator('.lane:not([data-lane="negotiation"]) .card').first
    address = card.get_attribute("data-card")
    lane = page.locator(".lane", has=page.locator(f'[data-card="{address}"]'))
    former = lane.get_attribute("data-lane")
    page.route(f"**{address}", lambda route: route.abort())
    card.locator("select").select_option("negotiation")
    expect(page.locator("#failure")).to_be_visible()
    expect(page.locator(f'[data-lane="{former}"] [data-card="{address}"] select')).to_have_value(former)


@pytest.mark.parametrize(
    ("locale", "width", "theme"),
    [("ja-JP", 390, "light"), ("en-US", 1440, "dark"), pytest.param("ja-JP", 1280, "dark", marks=pytest.mark.slow)],
)
def test_no_page_of_deals_scrolls_sideways_and_axe_finds_nothing(sign_in, served, locale, width, theme) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = sign_in("sales", locale=locale, width=width, theme=theme)
    page.goto(f"{served.url}/deals/")
    deal = page.locator("#rows th a").first.get_attribute("href")
    record = deal.partition("deals/")[0]
    for address in ("/deals/", "/deals/board/", deal, deal.replace("?", "change/?"), f"{record}deals/new/", record):
        page.goto(f"{served.url}{address}")
        page.wait_for_load_state("networkidle")
        page.evaluate("document.querySelectorAll('svg.mark').forEach((one) => one.remove())")  # hides contrast from axe
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        found = Axe().run(page)
        assert found.violations_count == 0, (address, found.generate_report())
    assert sign_in.said == []
