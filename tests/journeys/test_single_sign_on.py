"""Single sign-on in a real browser, with real providers on loopback: taken up by two, used, refused to strangers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests import providers

pytestmark = [pytest.mark.journey, pytest.mark.requirement("A6")]


@pytest.fixture
def started() -> Iterator[list[providers.Provider]]:
    running: list[providers.Provider] = []
    yield running
    for one in running:
        one.stop()


def at_the_provider(page: object, name: str) -> None:
    page.fill("[name=username]", name)
    page.fill("[name=password]", providers.PASSWORD)
    page.click("button")


def agreed(admin: object, officer: object, count: str) -> None:
    admin.get_by_role("button", name="承認を申請").click()
    expect(admin.locator("#request")).to_contain_text("決裁待ち")
    officer.goto(admin.url)
    officer.fill("#f-count", count)
    officer.get_by_role("button", name="承認して実施").click()
    expect(officer.locator("#request")).to_contain_text("承認・実施済み")


def signed_out(page: object, url: str) -> None:
    page.click("form[action='/sign-out/'] button")
    if "/sign-out/" in page.url:
        page.click("main button")
    page.goto(f"{url}/customers/")


def test_openid_connect_is_taken_up_by_two_and_lets_people_in(sign_in, served, started) -> None:
    admin, officer, teller = sign_in("admin"), sign_in("dpo"), sign_in("teller")
    admin.get_by_role("link", name="シングルサインオン").click()
    admin.get_by_role("link", name="OpenID Connect").click()
    op = providers.OpenID(admin.locator(".address span").first.inner_text())
    started.append(op)
    for name, value in (("name", "行員認証"), ("issuer", f"{op.url}/o/elsewhere"), ("client", providers.CLIENT),
                        ("secret", providers.SECRET), ("groups", "groups"),
                        ("reason", "行員の認証を一か所にまとめるため。")):  # fmt: skip
        admin.fill(f"#f-{name}", value)
    admin.check("[name=inside]")
    admin.fill("[name=group] >> nth=0", "tellers")
    admin.select_option("[name=role] >> nth=0", "teller")
    admin.get_by_role("button", name="承認を申請").click()
    expect(admin.locator("#e-issuer")).to_be_visible()
    assert (admin.input_value("#f-name"), admin.input_value("#f-secret")) == ("行員認証", "")
    admin.fill("#f-issuer", f"{op.url}/o")
    admin.fill("#f-secret", providers.SECRET)
    agreed(admin, officer, "1")
    expect(officer.locator("#request")).to_contain_text(f"{op.url}/o")
    assert all("422" in one for one in sign_in.said)
    sign_in.said.clear()

    signed_out(teller, served.url)
    teller.click("text=行員認証")
    teller.wait_for_url("**/login/**")
    at_the_provider(teller, "teller")
    teller.wait_for_url(f"{served.url}/customers/")
    expect(teller.locator(".me")).to_contain_text("窓口")

    stranger = admin.context.browser.new_context(locale="ja-JP").new_page()
    stranger.goto(f"{served.url}/sign-in/")
    stranger.click("text=行員認証")
    at_the_provider(stranger, "stranger")
    expect(stranger.locator("h1")).to_have_text("サインインできませんでした")
    stranger.goto(f"{served.url}/customers/")
    assert "/sign-in/" in stranger.url
    stranger.context.close()
    assert sign_in.said == []


def test_saml_lets_people_in_though_its_answer_comes_without_cookies(sign_in, served, started) -> None:
    admin, officer, seller = sign_in("admin"), sign_in("dpo"), sign_in("sales")
    admin.goto(f"{served.url}/sign-on/new/saml/")
    idp = providers.Saml(admin.locator(".address span").first.inner_text())
    started.append(idp)
    for name, value in (("name", "本部認証"), ("metadata", idp.said), ("claim", "urn:oid:0.9.2342.19200300.100.1.1"),
                        ("reason", "本部の認証も使えるようにするため。")):  # fmt: skip
        admin.fill(f"#f-{name}", value)
    admin.check("[name=inside]")
    agreed(admin, officer, "0")

    signed_out(seller, served.url)
    seller.click("text=本部認証")
    seller.wait_for_url("**/sso?**")
    at_the_provider(seller, "sales")
    seller.wait_for_url(f"{served.url}/customers/")
    expect(seller.locator(".me")).to_contain_text("渉外")

    signed_out(seller, served.url)
    seller.click("text=本部認証")
    at_the_provider(seller, "stranger")
    expect(seller.locator("h1")).to_have_text("サインインできませんでした")
    assert all("403" in one for one in sign_in.said)
