"""Acts of two people in a real browser: a duty changed, a policy agreed upon, an emergency opened and reviewed."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey


def refused(said: list[str]) -> None:
    """What the console said was only that a form was answered 422."""
    assert all("422" in one for one in said), said
    said.clear()


@pytest.mark.requirement("A4")
def test_a_duty_changes_when_a_second_person_agrees(sign_in, served) -> None:
    admin, officer = sign_in("admin"), sign_in("dpo")
    admin.goto(f"{served.url}/people/")
    admin.locator("tr", has_text="佐伯 悠真").get_by_role("link", name="職務").click()
    admin.get_by_label("支店長").check()
    admin.select_option("#f-rank", "5")
    admin.get_by_role("button", name="承認を申請する").click()
    expect(admin.locator("#e-reason")).to_be_visible()
    admin.fill("#f-reason", "支店長代理に任命されました。")
    admin.get_by_role("button", name="承認を申請する").click()
    expect(admin.locator("#request")).to_contain_text("決裁待ち")
    address = admin.url

    officer.goto(f"{served.url}/")
    expect(officer.locator(".side .count")).to_have_text("1")
    officer.locator(".side a", has_text="承認").click()
    officer.locator(".asks a", has_text="佐伯 悠真").click()
    officer.fill("#f-words", "任命の日付を教えてください。")
    officer.get_by_role("button", name="質問して止める").click()
    expect(officer.locator("#request")).to_contain_text("質問への回答待ち")
    expect(officer.locator('[value="approve"]')).to_have_count(0)

    admin.goto(address)
    admin.fill("#f-words", "十一月二十日付です。")
    admin.get_by_role("button", name="回答").click()
    expect(admin.locator("#request")).to_contain_text("決裁待ち")

    officer.goto(address)
    officer.fill("#f-count", "２")
    officer.locator("#f-count").press("Enter")
    expect(officer.locator("#e-count")).to_be_visible()
    officer.fill("#f-count", "１")
    officer.locator("#f-count").press("Enter")
    expect(officer.locator("#request")).to_contain_text("承認・実施済み")
    expect(officer.locator(".side .count")).to_have_count(0)
    seller = sign_in("sales")
    expect(seller.locator(".me")).to_contain_text("支店長")
    refused(sign_in.said)


@pytest.mark.requirement("A1")
def test_another_policy_is_drafted_tried_and_agreed_upon(sign_in, served) -> None:
    admin, officer, analyst = sign_in("admin"), sign_in("dpo"), sign_in("marketing")
    expect(analyst.locator("main .tbl tbody td").nth(1)).to_have_text("伏せる")
    admin.goto(f"{served.url}/access/matrix/")
    admin.get_by_role("link", name="方針の案を作る").click()
    admin.locator('a[href*="/marketing/customers:profile:read/"]').click()
    admin.select_option("#open-0-1", label="開く")
    admin.get_by_role("button", name="案に入れる").click()
    expect(admin.locator("td[data-changed]")).to_have_count(1)
    expect(admin.locator("main .tbl").first).to_contain_text("三枝 千尋")
    admin.fill("#f-username", "marketing")
    admin.get_by_role("button", name="試す").click()
    expect(admin.locator("#tried .tbl").nth(1).locator("td").nth(1)).to_have_text("開く")
    admin.fill("#f-reason", "地域ごとの分析に住所を使うため。")
    admin.locator("#policy-ask").get_by_role("button", name="承認を申請する").click()
    expect(admin.locator("#request")).to_contain_text("方針の変更")
    analyst.reload()
    expect(analyst.locator("main .tbl tbody td").nth(1)).to_have_text("伏せる")

    officer.goto(admin.url)
    officer.fill("#f-count", officer.locator(".figure").inner_text())
    officer.get_by_role("button", name="承認して実施する").click()
    expect(officer.locator("#request")).to_contain_text("承認・実施済み")
    analyst.wait_for_timeout(1_500)
    analyst.reload()
    expect(analyst.locator("main .tbl tbody td").nth(1)).to_have_text("開く")
    assert sign_in.said == []


@pytest.mark.requirement("A3")
def test_the_glass_is_broken_told_and_reviewed(sign_in, served) -> None:
    teller, manager = sign_in("teller"), sign_in("manager")
    teller.goto(f"{served.url}/customers/")
    record = served.url + teller.locator("#rows tbody a").first.get_attribute("href")
    teller.goto(record)
    part = teller.locator("#part-sensitive")
    part.get_by_role("link", name="緊急に開く").click()
    expect(teller.get_by_label("機微情報")).to_be_checked()
    teller.select_option("#f-kind", "life")
    teller.fill("#f-reason", "店頭で倒れられ、持病を確かめます。")
    teller.get_by_role("button", name="いま開く").click()
    expect(teller.locator("main > .note", has_text="緊急に開いています")).to_be_visible()
    expect(teller.locator("#part-sensitive .lock")).to_have_count(0)

    manager.goto(f"{served.url}/")
    expect(manager.locator("#told")).to_be_visible()
    manager.goto(f"{served.url}/access/glass/")
    case = manager.locator(".case", has_text="長谷川 由美")
    expect(case).to_contain_text("持病を確かめます")
    case.locator("textarea").fill("来店の記録が見当たりません。")
    case.get_by_role("button", name="不適切だった").click()
    expect(manager.locator("#done + .case")).to_contain_text("不適切")
    teller.goto(record)
    expect(teller.locator("#part-sensitive .lock").first).to_be_visible()
    assert sign_in.said == []


@pytest.mark.requirement("A1", "A3", "A4")
@pytest.mark.parametrize(("persona", "pages"), [
    ("admin", ("/approvals/", "/access/draft/", "/access/draft/teller/customers:profile:read/", "/access/why/")),
    ("dpo", ("/approvals/", "/access/glass/", "/access/matrix/")),
])  # fmt: skip
def test_nothing_scrolls_sideways_on_a_small_screen(sign_in, served, persona: str, pages: tuple[str, ...]) -> None:
    page = sign_in(persona, width=390)
    for address in pages:
        page.goto(served.url + address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
