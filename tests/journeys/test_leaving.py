"""Somebody moves and leaves, in a real browser: their customers are handed over, and a moment later they are out."""

import pytest
from playwright.sync_api import expect

from toride.customers.handing.services import MOST_ALONE

pytestmark = pytest.mark.journey


@pytest.mark.requirement("A4")
def test_customers_are_handed_over_few_alone_and_many_by_two(sign_in, served) -> None:
    manager, officer = sign_in("manager"), sign_in("dpo")
    manager.goto(f"{served.url}/customers/?all=1")
    bar, ticks = manager.locator("#handing"), manager.locator("#rows [name=pick]")
    expect(bar).to_be_hidden()
    ticks.nth(0).check()
    manager.locator("#rows tbody tr").nth(1).focus()
    manager.keyboard.press("x")
    expect(bar.locator("[data-ticked]")).to_have_text("2")
    bar.locator("[data-kind=primary]").click()
    manager.get_by_label("新しい担当").select_option(label="佐伯 悠真")
    manager.click("[name=send]")
    expect(manager.locator("h1")).to_contain_text("佐伯 悠真")
    expect(manager.locator(".head .badge")).to_have_text("完了")

    manager.goto(f"{served.url}/customers/?all=1")
    manager.locator("[data-tick-all]").check()
    expect(bar.locator("[data-ticked]")).to_have_text(str(count := ticks.count()))
    bar.locator("[data-kind=primary]").click()
    manager.click("[name=send]")
    expect(manager.locator("#e-owner")).to_be_visible()
    manager.get_by_label("新しい担当").select_option(label="担当未定")
    manager.click("[name=send]")
    expect(manager.locator("#e-reason")).to_be_visible()
    manager.fill("#f-reason", "佐伯の転勤に伴う担当替えです。")
    manager.click("[name=send]")
    expect(manager.locator(".head .badge")).to_have_text("決裁待ち")
    handover = manager.url

    officer.goto(f"{served.url}/approvals/")
    officer.locator(".asks a").first.click()
    many = int(officer.locator("dt:has-text('お客さまの数') + dd").inner_text())
    assert MOST_ALONE < many <= count  # without those who are there already
    officer.fill("#f-count", str(many))
    officer.locator("#f-count").press("Enter")
    expect(officer.locator("#request")).to_contain_text("承認・実施済み")
    manager.goto(handover)
    expect(manager.locator(".head .badge")).to_have_text("完了")
    assert all("422" in one for one in sign_in.said), sign_in.said


@pytest.mark.requirement("A1", "A6", "A7")
def test_who_moves_sees_another_branch_and_who_leaves_is_out_with_the_next_click(sign_in, served) -> None:
    admin, officer, teller = sign_in("admin"), sign_in("dpo"), sign_in("teller")
    admin.goto(f"{served.url}/people/")
    row = admin.locator("tr", has_text="長谷川 由美")
    row.locator("summary").click()
    row.get_by_role("link", name="職務の変更").click()
    admin.select_option("#f-branch", label="若葉支店")
    admin.fill("#f-reason", "定期異動の発令です。")
    admin.get_by_role("button", name="承認を申請").click()
    expect(admin.locator("#request")).to_contain_text("決裁待ち")
    officer.goto(admin.url)
    officer.fill("#f-count", "1")
    officer.locator("#f-count").press("Enter")
    expect(officer.locator("#request")).to_contain_text("承認・実施済み")
    teller.goto(f"{served.url}/customers/")
    expect(teller.locator(".me")).to_contain_text("若葉支店")
    branches = teller.locator("#rows [data-k=branch]:is(td)")
    expect(branches.first).to_have_text("若葉支店")
    assert set(branches.all_inner_texts()) == {"若葉支店"}

    admin.goto(f"{served.url}/people/")
    admin.on("dialog", lambda dialog: dialog.accept())
    row.locator("summary").click()
    row.get_by_role("button", name="利用停止").click()
    expect(admin.locator("tr", has_text="長谷川 由美").locator(".badge").first).to_have_text("利用停止中")
    teller.locator("#rows .who-name").first.click()
    teller.wait_for_url("**/sign-in/**")
    assert sign_in.said == []
