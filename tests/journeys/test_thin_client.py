"""The server is the only place of data: a browser that has seen a record keeps nothing of it."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.requirement("K4")]

KEPT = """async () => ({
  local: Object.keys(localStorage), session: Object.keys(sessionStorage), caches: await caches.keys(),
  databases: (await indexedDB.databases()).map((one) => one.name),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  cookies: document.cookie, history: JSON.stringify(history.state),
})"""
NOTHING = {"local": [], "session": [], "caches": [], "databases": [], "workers": 0, "cookies": ""}


def test_after_a_days_work_the_browser_holds_nothing(sign_in, served) -> None:
    page = sign_in("teller")
    answers = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks the function
    page.goto(f"{served.url}/customers/")
    somebody = page.locator("#rows tbody tr").nth(3).inner_text().split()[0]  # whoever the demo has at this branch
    page.type("[data-search]", somebody, delay=30)
    expect(page.locator("#rows tbody tr").first).to_contain_text(somebody)
    address = page.locator("#rows tbody tr").first.locator("a").first.get_attribute("href")
    page.goto(served.url + address)
    name = page.locator("h1 b").inner_text()
    page.locator("#field-birth_date button").click()
    expect(page.locator("#field-birth_date .hanko")).to_be_visible()
    page.locator("#part-contact header .btn").click()
    page.fill("#part-contact [name=phones]", "123")
    page.locator("#part-contact button.btn[data-kind=primary]").click()
    expect(page.locator("#part-contact [role=alert]").first).to_be_visible()
    found = page.evaluate(KEPT)
    assert {key: found[key] for key in NOTHING} == NOTHING
    assert name not in (found["history"] or "")
    own = [answer for answer in answers if "/static/" not in answer.url]
    assert own
    for answer in own:
        assert answer.headers["cache-control"] == "no-store", answer.url


def test_after_signing_out_back_shows_no_record(sign_in, served) -> None:
    page = sign_in("teller")
    page.goto(f"{served.url}/customers/")
    page.goto(served.url + page.locator("#rows tbody a").first.get_attribute("href"))
    name = page.locator("h1 b").inner_text()
    page.locator("header.top form[action*='sign-out'] button, header.top form[action*='logout'] button").first.click()
    page.wait_for_url(lambda url: "sign-in" in url or url.rstrip("/") == served.url)
    page.go_back()
    page.wait_for_load_state()
    expect(page.locator("body")).not_to_contain_text(name)


def test_a_watermark_names_who_looks_and_when(sign_in, served) -> None:
    page = sign_in("teller")
    page.goto(f"{served.url}/customers/")
    assert "長谷川 由美" in page.locator("svg.mark").first.text_content()
    page.goto(served.url + page.locator("#rows tbody a").first.get_attribute("href"))
    mark = page.locator("svg.mark")
    assert "長谷川 由美・みどり台支店" in mark.text_content()
    assert mark.evaluate("one => getComputedStyle(one).pointerEvents") == "none"
    page.goto(f"{served.url}/")
    expect(page.locator("svg.mark")).to_have_count(0)


def test_the_theme_is_kept_by_the_server(sign_in, served) -> None:
    page = sign_in("teller")
    with page.expect_response("**/looks/"):
        page.click("[data-toggle-theme]")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.requirement("C8")
def test_the_menu_folds_by_button_and_key_and_stays_so(sign_in, served) -> None:
    page = sign_in("manager")
    side = page.locator("nav.side")
    whole = side.bounding_box()["width"]
    with page.expect_response("**/looks/"):
        page.click("[data-fold]")
    page.reload()
    assert side.bounding_box()["width"] < whole / 3
    link = side.get_by_role("link", name="お客さまを検索")
    assert link.get_attribute("title") == "お客さまを検索"
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    with page.expect_response("**/looks/"):
        page.keyboard.press("[")
    assert side.bounding_box()["width"] == whole
    assert sign_in.said == []
