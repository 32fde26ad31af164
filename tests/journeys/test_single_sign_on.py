"""Single sign-on in a real browser, with a real OpenID provider on loopback: taken up by two, used, proved anew."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests import openid

pytestmark = [pytest.mark.journey, pytest.mark.requirement("A6")]


@pytest.fixture
def started() -> Iterator[list[openid.OpenID]]:
    running: list[openid.OpenID] = []
    yield running
    for one in running:
        one.stop()


def at_the_provider(page: object, name: str) -> None:
    page.fill("[name=username]", name)
    page.fill("[name=password]", openid.PASSWORD)
    page.click("button")


def test_a_provider_is_taken_up_by_two_and_lets_people_in(sign_in, served, started) -> None:
    admin, officer, teller = sign_in("admin"), sign_in("dpo"), sign_in("teller")
    admin.get_by_role("link", name="シングルサインオン").click()
    admin.get_by_role("link", name="認証基盤を登録する").click()
    op = openid.OpenID(admin.locator(".address span").first.inner_text())
    started.append(op)
    for name, value in (("name", "行員認証"), ("issuer", f"{op.issuer}/elsewhere"), ("client", openid.CLIENT),
                        ("secret", openid.SECRET), ("groups", "groups"),
                        ("reason", "行員の認証を一か所にまとめるため。")):  # fmt: skip
        admin.fill(f"#f-{name}", value)
    admin.check("[name=inside]")
    admin.fill("[name=group] >> nth=0", "tellers")
    admin.select_option("[name=role] >> nth=0", "teller")
    admin.get_by_role("button", name="承認を求める").click()
    expect(admin.locator("#e-issuer")).to_be_visible()
    assert (admin.input_value("#f-name"), admin.input_value("#f-secret")) == ("行員認証", "")
    admin.fill("#f-issuer", op.issuer)
    admin.fill("#f-secret", openid.SECRET)
    admin.get_by_role("button", name="承認を求める").click()
    expect(admin.locator("#request")).to_contain_text("決裁待ち")
    officer.goto(admin.url)
    expect(officer.locator("#request")).to_contain_text(op.issuer)
    officer.fill("#f-count", "1")
    officer.get_by_role("button", name="承認して実施する").click()
    expect(officer.locator("#request")).to_contain_text("承認・実施済み")
    assert all("422" in one for one in sign_in.said)
    sign_in.said.clear()

    teller.click("form[action='/sign-out/'] button")
    if "/sign-out/" in teller.url:
        teller.click("main button")
    teller.goto(f"{served.url}/customers/")
    teller.click("[data-provider]")
    teller.wait_for_url("**/login/**")
    at_the_provider(teller, "teller")
    teller.wait_for_url(f"{served.url}/customers/")
    expect(teller.locator(".me")).to_contain_text("窓口")

    stranger = admin.context.browser.new_context(locale="ja-JP").new_page()
    stranger.goto(f"{served.url}/sign-in/")
    stranger.click("[data-provider]")
    at_the_provider(stranger, "stranger")
    expect(stranger.locator("h1")).to_have_text("サインインできませんでした")
    stranger.goto(f"{served.url}/customers/")
    assert "/sign-in/" in stranger.url
    stranger.context.close()
    assert sign_in.said == []
