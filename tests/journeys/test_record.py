"""The record page in a real browser: a part changed in its place, found in the story, copied, revealed and hidden again."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


@pytest.fixture
def record(sign_in, served):
    def opened(persona: str, **more: object) -> object:
        page = sign_in(persona, **more)
        page.goto(f"{served.url}/customers/")
        page.goto(served.url + page.locator("#rows tbody a").first.get_attribute("href"))
        return page

    return opened


@pytest.mark.requirement("C8", "C3")
def test_a_phone_is_changed_in_its_place_by_keyboard(record, sign_in) -> None:
    page = record("teller")
    pen = page.locator("#part-contact header .btn")
    pen.focus()
    page.keyboard.press("Enter")
    box = page.locator("#part-contact [name=phones]")
    expect(box).to_be_focused()
    former = box.input_value()
    box.fill("０９０１２３４567")
    box.press("Enter")
    expect(page.locator("#e-phones")).to_contain_text("桁")
    expect(box).to_have_value("０９０１２３４567")
    box.fill("０９０-１２３４-５６７８")
    box.press("Enter")
    expect(page.locator("#part-contact dd").first).to_have_text("090-1234-5678")
    page.locator(".tabs a", has_text="変更履歴").click()
    expect(page.locator(".tl li").first).to_contain_text("090-1234-5678")
    expect(page.locator(".tl li").first).to_contain_text(former.split("、")[0])
    assert all("422" in one for one in sign_in.said)
    sign_in.said.clear()


@pytest.mark.requirement("C3", "C8")
def test_another_postcode_offers_its_address_and_writes_over_nothing_unasked(record, sign_in) -> None:
    page = record("teller")
    page.locator("#part-contact header .btn").click()
    part = page.locator("#part-contact")
    former = part.locator("[name=city]").input_value()
    part.locator("[name=postcode]").fill("")
    part.locator("[name=postcode]").press_sequentially("1000001")
    move = part.locator("[data-move]")
    expect(move).to_contain_text("東京都千代田区")
    assert part.locator("[name=city]").input_value() == former
    move.click()
    expect(part.locator("[name=city]")).to_have_value("千代田区")
    expect(part.locator("[name=prefecture]")).to_have_value("東京都")
    expect(part.locator("[name=street]")).to_be_focused()
    assert sign_in.said == []


@pytest.mark.requirement("C8")
def test_what_was_revealed_is_hidden_again_by_itself(record, sign_in) -> None:
    page = record("teller")
    page.clock.install()
    box = page.locator("#field-birth_date")
    box.locator("button").click()
    expect(box.locator(".shown")).to_contain_text("あと5分")
    page.clock.run_for(125_000)
    expect(box.locator(".shown")).to_contain_text("あと3分")
    page.clock.run_for(180_000)
    expect(box).to_contain_text("•••••")
    box.locator("button").click()
    expect(box.locator(".shown")).to_be_visible()
    assert sign_in.said == []


@pytest.mark.requirement("C8")
def test_leaving_a_part_as_it_was_and_finding_in_the_story(record, sign_in, served) -> None:
    page = sign_in("manager")
    page.goto(f"{served.url}/customers/")
    addresses = [one.get_attribute("href") for one in page.locator("#rows tbody th a").all()[:30]]
    for address in addresses:
        page.goto(served.url + address)
        if page.locator("[data-sift]").count():
            break
    items = page.locator("#story li:visible")
    count = items.count()
    word = items.first.locator("h4").inner_text()[:4]
    page.fill("[data-sift]", word)
    assert 0 < items.count() <= count
    page.fill("[data-sift]", "ありえない言葉")
    expect(page.locator("#story-none")).to_be_visible()
    page.fill("[data-sift]", "")
    assert items.count() == count
    shown = page.locator("#part-contact").inner_text()
    page.locator("#part-contact header .btn").click()
    page.locator("#part-contact a", has_text="キャンセル").click()
    expect(page.locator("#part-contact header .btn")).to_be_visible()
    assert page.locator("#part-contact").inner_text() == shown
    assert sign_in.said == []


@pytest.mark.requirement("C8")
@pytest.mark.parametrize("width", [1440, 390])
def test_a_record_is_small_on_the_wire_and_nothing_jumps(sign_in, served, width) -> None:
    page = sign_in("manager", width=width)
    page.goto(f"{served.url}/customers/")
    address = served.url + page.locator("#rows tbody a").first.get_attribute("href")
    fresh = page.context.browser.new_context(viewport={"width": width, "height": 900}, locale="ja-JP")
    fresh.add_cookies(page.context.cookies())
    first = fresh.new_page()
    first.goto(address)
    first.wait_for_load_state("networkidle")
    sizes = first.evaluate(
        """() => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
            .map((one) => [new URL(one.name).pathname, one.transferSize])"""
    )
    shifts = first.evaluate(
        """() => new Promise((told) => { new PerformanceObserver((list) => told(list.getEntries().map((one) => one.value)))
            .observe({ type: "layout-shift", buffered: true }); setTimeout(() => told([]), 300); })"""
    )
    fresh.close()
    panels = [address for address, _ in sizes if address.startswith("/customers/") and address.count("/") > 3]
    assert len(sizes) - len(panels) <= 6, sizes  # a part of another domain comes by itself, under its own permit
    assert len(panels) <= 1, panels
    assert sum(size for _, size in sizes) <= 63_000, sizes  # 60 kB, and what deals and the board brought
    assert sum(shifts) == 0


@pytest.mark.requirement("A7")
def test_what_was_typed_survives_the_end_of_a_session(record, sign_in, served) -> None:
    """Signed out elsewhere, typed on here: it stays, and is sent by the same person; somebody else does not find it."""
    page = record("teller")
    page.locator("#part-contact header .btn").click()
    box = page.locator("#part-contact [name=phones]")
    box.fill("090-8765-4321")
    other = page.context.new_page()
    other.goto(served.url)
    other.locator("form[action='/sign-out/'] button").click()
    box.press("Enter")
    expect(page.locator("#ended")).to_contain_text("入力内容はこの画面に残っています")
    expect(box).to_have_value("090-8765-4321")
    other.goto(f"{served.url}/sign-in/")
    other.click('[data-persona="teller"]')
    other.wait_for_url(f"{served.url}/")
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator("#ended")).to_be_hidden()
    box.press("Enter")
    expect(page.locator("#part-contact dd").first).to_have_text("090-8765-4321")
    page.locator("#part-contact header .btn").click()
    box.fill("090-1111-2222")
    other.goto(f"{served.url}/sign-in/")
    other.locator("form[action='/sign-out/'] button").click() if other.locator(
        "form[action='/sign-out/']"
    ).count() else None
    box.press("Enter")
    expect(page.locator("#ended")).to_be_visible()
    other.goto(f"{served.url}/sign-in/")
    other.click('[data-persona="manager"]')
    other.wait_for_url(f"{served.url}/")
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_url(f"{served.url}/")
    assert "090-1111-2222" not in page.content()
    assert all("401" in one or "403" in one for one in sign_in.said)
    sign_in.said.clear()
