"""Acts of two people in a real browser: a duty changed, a policy agreed upon, an emergency opened and reviewed."""

import pytest
from playwright.sync_api import expect

from tests.journeys.pages import entered, loaded_until
from tests.processes.tree import until

pytestmark = pytest.mark.journey


def refused(said: list[str]) -> None:
    """What the console said was only that a form was answered 422."""
    assert all("422" in one for one in said), said
    said.clear()


@pytest.mark.requirement("A4")
def test_a_duty_changes_when_a_second_person_agrees(sign_in, served) -> None:
    admin, officer = sign_in("admin"), sign_in("dpo")
    admin.goto(f"{served.url}/people/")
    admin.get_by_label("操作: 佐伯 悠真").click()
    admin.locator("tr", has_text="佐伯 悠真").get_by_role("link", name="職務の変更").click()
    admin.get_by_label("支店長").check()
    admin.select_option("#f-rank", "5")
    admin.get_by_role("button", name="承認を申請").click()
    expect(admin.locator("#e-reason")).to_be_visible()
    admin.fill("#f-reason", "支店長代理に任命されました。")
    admin.get_by_role("button", name="承認を申請").click()
    expect(admin.locator("#request")).to_contain_text("決裁待ち")
    address = admin.url

    officer.goto(f"{served.url}/")
    expect(officer.locator(".side .count")).to_have_text("1")
    officer.locator(".side a", has_text="承認").click()
    officer.locator(".asks a", has_text="佐伯 悠真").click()
    officer.fill("#f-words", "任命の日付を教えてください。")
    officer.get_by_role("button", name="質問して保留する").click()
    expect(officer.locator("#request")).to_contain_text("保留（質問への回答待ち）")
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
    expect(analyst.locator("main .tbl tbody td").nth(1)).to_have_text("非表示（都度開示）")
    admin.goto(f"{served.url}/access/matrix/")
    admin.get_by_role("link", name="権限ポリシーの下書きを作成").click()
    admin.locator('a[href*="/marketing/customers:profile:read/"]').click()
    admin.select_option("#open-0-1", label="閲覧可")
    admin.get_by_role("button", name="下書きに保存").click()
    expect(admin.locator("td[data-changed]")).to_have_count(1)
    expect(admin.locator("main .tbl").first).to_contain_text("三枝 千尋")
    admin.fill("#f-username", "marketing")
    admin.get_by_role("button", name="確認").click()
    expect(admin.locator("#tried .tbl").nth(1).locator("td").nth(1)).to_have_text("閲覧可")
    admin.fill("#f-reason", "地域ごとの分析に住所を使うため。")
    admin.locator("#policy-ask").get_by_role("button", name="承認を申請").click()
    expect(admin.locator("#request")).to_contain_text("権限ポリシーの変更")
    analyst.reload()
    expect(analyst.locator("main .tbl tbody td").nth(1)).to_have_text("非表示（都度開示）")

    officer.goto(admin.url)
    officer.fill("#f-count", officer.locator(".figure").inner_text())
    officer.get_by_role("button", name="承認して実施").click()
    expect(officer.locator("#request")).to_contain_text("承認・実施済み")
    loaded_until(analyst, lambda: analyst.locator("main .tbl tbody td").nth(1).inner_text() == "閲覧可")
    assert sign_in.said == []


@pytest.mark.requirement("A3")
def test_the_glass_is_broken_told_and_reviewed(sign_in, served) -> None:
    teller, manager = sign_in("teller"), sign_in("manager")
    teller.goto(f"{served.url}/customers/")
    record = served.url + teller.locator("#rows tbody a").first.get_attribute("href")
    teller.goto(record)
    teller.get_by_label("その他の操作").click()
    teller.get_by_role("link", name="緊急閲覧").click()
    teller.get_by_label("機微情報").check()
    teller.select_option("#f-kind", "life")
    teller.fill("#f-reason", "店頭で倒れられ、持病を確かめます。")
    teller.get_by_role("button", name="緊急閲覧を開始").click()
    expect(teller.locator("main > .note", has_text="緊急閲覧しています")).to_be_visible()
    expect(teller.locator("#part-sensitive .lock")).to_have_count(0)

    manager.goto(f"{served.url}/")
    expect(manager.locator("#told")).to_be_visible()
    manager.goto(f"{served.url}/access/glass/")
    case = manager.locator(".case", has_text="長谷川 由美")
    expect(case).to_contain_text("持病を確かめます")
    case.locator("textarea").fill("来店の記録が見当たりません。")
    case.get_by_role("button", name="不適切").click()
    expect(manager.locator("#done + .case")).to_contain_text("不適切")
    teller.goto(record)
    expect(teller.locator("#part-sensitive .lock").first).to_be_visible()
    assert sign_in.said == []


@pytest.mark.requirement("A3")
def test_another_branchs_customer_is_served_by_number_and_it_is_reviewed(sign_in, served) -> None:
    operator, teller, officer = sign_in("operator"), sign_in("teller"), sign_in("dpo")
    operator.goto(f"{served.url}/customers/")
    elsewhere = operator.locator("#rows tbody tr[data-peek]").filter(has_not_text="みどり台支店").first
    number, name = (elsewhere.locator(one).text_content().strip() for one in ("[data-k=number]", "th b"))
    teller.goto(f"{served.url}/customers/")
    teller.fill("#q", number)
    teller.get_by_role("button", name="この番号で緊急閲覧").click()
    expect(teller.locator("#f-number")).to_have_value(number)
    teller.get_by_label("基本属性").check()
    teller.select_option("#f-kind", "request")
    teller.fill("#f-reason", "他店のお客さまが来店され、通帳をなくされました。")
    teller.get_by_role("button", name="緊急閲覧を開始").click()
    expect(teller.locator("#name")).to_contain_text(name)
    record = teller.url
    officer.goto(f"{served.url}/access/glass/")
    case = officer.locator(".case", has_text="通帳をなくされました")
    case.locator("textarea").fill("本人確認の記録が見当たりません。")
    case.get_by_role("button", name="不適切").click()
    expect(officer.locator("#done + .case")).to_contain_text("不適切")
    teller.goto(record)
    expect(teller.locator("#name")).to_have_count(0)
    assert all("404" in one for one in sign_in.said), sign_in.said
    sign_in.said.clear()


STAFF_FILE = """職員番号,氏名,所属,退職日
teller,長谷川 由美,002,
sales,佐伯 悠真,002,
manager,大久保 誠,みどり台支店,
staff02,中村 久美,002,2026-10-31
staff10,千葉 美穂,003,
staff18,加藤 絵美,002,
staff26,太田 葵,002,
"""


def opened_review(admin, served) -> str:
    """Opens a review of one branch and compares the staff file; where it stands."""
    admin.goto(f"{served.url}/access-reviews/")
    admin.get_by_role("link", name="棚卸しを開始").click()
    admin.get_by_label("みどり台支店").check()
    admin.get_by_role("button", name="開始").click()
    file = {"name": "staff.csv", "mimeType": "text/csv", "buffer": STAFF_FILE.encode("cp932")}
    admin.set_input_files("#f-file", files=[file])
    admin.get_by_role("button", name="照合する").click()
    expect(admin.locator(".note[role=status]")).to_be_visible()
    expect(admin.locator("main")).to_contain_text("未判定が")
    expect(admin.get_by_role("button", name="終了して署名する")).to_have_count(0)
    return str(admin.url)


def looked_through(manager, served) -> None:
    """Removes who has left, keeps one against a finding, asks about another; never all at once."""
    manager.goto(f"{served.url}/")
    manager.get_by_role("link", name="確認待ちの権限 (5)").click()
    row = manager.locator("[data-grant]")
    expect(row).to_have_count(5)
    expect(manager.locator(".held", has_text="長谷川 由美")).to_contain_text("最終使用日")
    left = manager.locator(".held", has_text="中村 久美")
    expect(left).to_contain_text("退職（人事名簿）")
    left.get_by_role("checkbox").check()
    manager.locator(".held", has_text="加藤 絵美").get_by_role("checkbox").check()
    manager.locator("#several").get_by_role("button", name="継続").click()
    expect(manager.locator("#grants > .note[role=alert]")).to_contain_text("1件ずつ")
    left.get_by_role("button", name="解除").click()
    expect(manager.locator(".ahead")).to_contain_text(
        "アカウント・セッション・システム連携も無効になります： 中村 久美"
    )
    manager.locator(".ahead").get_by_role("button", name="解除").click()
    expect(manager.locator(".ahead")).to_have_count(0)
    expect(left).to_contain_text("解除")
    manager.locator(".held", has_text="千葉 美穂").locator("[data-grant]").focus()
    manager.keyboard.press("1")
    expect(manager.locator("#f-words")).to_be_focused()
    manager.keyboard.type("12月まで若葉支店を兼ねます。")
    manager.locator(".ahead").get_by_role("button", name="継続").click()
    expect(manager.locator(".held", has_text="千葉 美穂")).to_contain_text("継続の理由")
    manager.locator(".held", has_text="長谷川 由美").get_by_role("button", name="質問").click()
    manager.fill("#f-words", "来年も窓口を続けますか。")
    manager.locator(".ahead").get_by_role("button", name="質問").click()
    expect(manager.locator(".held", has_text="長谷川 由美")).to_contain_text("質問中")


def decided_by_key(page) -> None:
    """Keeps what is left, one after the other."""
    while page.locator("[data-key='1']").count():
        done = page.locator("[data-done]").count()
        page.locator("[data-grant]:not([data-done])").first.focus()
        page.keyboard.press("1")
        expect(page.locator("[data-done]")).to_have_count(done + 1)


@pytest.mark.requirement("A5")
def test_a_review_goes_from_its_opening_to_the_signature(sign_in, served) -> None:
    admin, manager, officer, teller = (sign_in(one) for one in ("admin", "manager", "dpo", "teller"))
    teller.goto(f"{served.url}/customers/")
    until(lambda: entered(served.home, "customers:list:search"))
    campaign = opened_review(admin, served)
    looked_through(manager, served)

    teller.goto(f"{served.url}/")
    teller.get_by_role("link", name="権限についての質問").click()
    teller.locator("textarea").fill("はい、続けます。")
    teller.get_by_role("button", name="回答").click()
    expect(teller.locator("#questions")).to_contain_text("質問はありません")

    for page in (manager, officer):
        page.goto(f"{served.url}/access-reviews/mine/")
        decided_by_key(page)

    admin.goto(campaign)
    admin.on("dialog", lambda dialog: dialog.accept())
    admin.get_by_role("button", name="終了して署名する").click()
    expect(admin.locator("h1 + .badge")).to_have_text("署名済み")
    with admin.expect_download() as taken:
        admin.get_by_role("link", name="署名済みの結果をダウンロード").click()
    assert "staff02" in taken.value.path().read_text(encoding="utf-8")
    auditor = sign_in("auditor")
    auditor.goto(f"{served.url}/access-reviews/")
    expect(auditor.locator(".reviews tbody tr")).to_contain_text("署名済み")
    refused(sign_in.said)


@pytest.mark.requirement("A1", "A3", "A4")
@pytest.mark.parametrize(("persona", "pages"), [
    ("admin", ("/approvals/", "/access/draft/", "/access/draft/teller/customers:profile:read/", "/access/why/",
               "/access-reviews/", "/access-reviews/new/")),
    ("dpo", ("/approvals/", "/access/glass/", "/access/matrix/", "/access-reviews/", "/access-reviews/mine/")),
])  # fmt: skip
def test_nothing_scrolls_sideways_on_a_small_screen(sign_in, served, persona: str, pages: tuple[str, ...]) -> None:
    page = sign_in(persona, width=390)
    for address in pages:
        page.goto(served.url + address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
