"""Signing in with a passkey, in a real browser with a virtual authenticator; losing it; ending other devices."""

import re
import time
from collections.abc import Callable

import pytest

from tests.journeys.looks import LOOKS
from tests.running import Served
from toride.access.signin import onetime

pytestmark = [pytest.mark.journey, pytest.mark.requirement("A6", "A7")]


def authenticator(page: object, *, verified: bool = True) -> Callable[[], None]:
    """A fingerprint reader that says yes (or no); calling the result takes it away."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": verified, "automaticPresenceSimulation": True}  # fmt: skip
    number = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return lambda: protocol.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": number})


def leave(page: object, served: Served) -> None:
    page.click("form[action='/sign-out/'] button")
    if "/sign-out/" in page.url:
        page.click("main button")
    page.goto(f"{served.url}/sign-in/")


def again(page: object, served: Served, persona: str) -> None:
    leave(page, served)
    page.click(f'[data-persona="{persona}"]')


def test_a_passkey_is_enrolled_asked_for_and_lost(sign_in: Callable[..., object], served: Served) -> None:
    page = sign_in("steward", locale="en-US")
    lose = authenticator(page)
    page.click("a.me")
    page.click('main >> text="Add"')
    page.click("text=Passkey or security key")
    page.fill("[name=name]", "Office laptop")
    page.click("[data-passkey=make]")
    page.wait_for_selector("#codes")
    codes = page.locator("#codes code").all_inner_texts()
    assert len(set(codes)) == onetime.CODES
    page.click("text=I have saved them")
    assert page.locator("text=Office laptop").count() == 1
    again(page, served, "steward")
    page.wait_for_url("**/sign-in/second/")
    page.goto(f"{served.url}/customers/")
    assert "/sign-in/" in page.url
    page.goto(f"{served.url}/sign-in/second/")
    page.click("[data-passkey=give]")
    page.wait_for_url(f"{served.url}/")
    leave(page, served)
    page.click("text=Sign in with a passkey")
    page.wait_for_url(f"{served.url}/")
    assert page.locator("h1").inner_text() in page.locator("a.me").inner_text()
    lose()
    again(page, served, "steward")
    page.wait_for_url("**/sign-in/second/")
    page.click("summary")
    page.fill("#recovery", codes[0].lower())
    page.click("details button")
    page.wait_for_url(f"{served.url}/")
    page.goto(f"{served.url}/me/")
    assert page.locator("text=9 left").count() == 1
    assert sign_in.said == []


def test_a_key_that_does_not_verify_its_user_is_not_taken(sign_in: Callable[..., object], served: Served) -> None:
    page = sign_in("dpo")
    authenticator(page, verified=False)
    page.goto(f"{served.url}/me/factor/passkey/")
    page.click("[data-passkey=make]")
    page.wait_for_selector("[data-passkey-failed]:visible")
    page.goto(f"{served.url}/me/")
    assert page.locator("form[action$='/remove/']").count() == 0


def test_an_app_is_enrolled_by_its_picture_or_its_letters(sign_in: Callable[..., object], served: Served) -> None:
    page = sign_in("operator", locale="en-US", width=390)
    page.goto(f"{served.url}/me/factor/app/")
    assert page.locator("svg.qr").bounding_box()["width"] <= 342
    page.click("summary")
    secret = re.sub(r"\s", "", page.locator(".secret code").inner_text())
    page.fill("[name=code]", "000000")
    page.click("form button:has-text('Add')")
    page.wait_for_selector("[role=alert]")
    page.fill("[name=code]", onetime.code(secret, int(time.time()) // 30))
    page.click("form button:has-text('Add')")
    page.wait_for_selector("#codes")
    page.click("text=I have saved them")
    again(page, served, "operator")
    page.wait_for_url("**/sign-in/second/")
    page.fill("#code", onetime.code(secret, int(time.time()) // 30 + 1))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}/")


def test_another_device_is_ended_from_this_one(sign_in: Callable[..., object], served: Served) -> None:
    lost = sign_in("sales", locale="en-US")
    here = sign_in("sales", locale="en-US")
    here.click("a.me")
    here.click("li:has(form[action$='/end/']) button >> nth=0")
    here.wait_for_load_state()
    assert here.locator("form[action*='/me/session/']").count() == 0
    lost.goto(f"{served.url}/customers/")
    assert "/sign-in/" in lost.url


def approve(page: object) -> None:
    """The second person opens the newest request from the home page and approves it, with the number typed back."""
    page.click("a[href='/approvals/'] >> nth=0")
    page.click("main a:has-text('Sign-in policy') >> nth=0")
    page.fill("[name=count]", page.inner_text("dd b.figure"))
    page.click("button[value=approve]")
    page.wait_for_selector("text=Approved and completed")


def test_the_administrator_asks_for_a_rule_and_another_person_approves(
    sign_in: Callable[..., object], served: Served
) -> None:
    page = sign_in("admin", locale="en-US")
    page.click("text=Sign-in policy >> nth=0")
    page.fill("#f-length", "7")
    page.click("form[action='/sign-in-rules/passwords/'] button")
    page.wait_for_selector("#e-length")
    assert page.input_value("#f-length") == "7"
    assert all("422" in one for one in sign_in.said)
    sign_in.said.clear()
    page.fill("#f-length", "16")
    page.fill("#f-reason", "The audit report asks for it.")
    page.click("form[action='/sign-in-rules/passwords/'] button")
    page.wait_for_url("**/approvals/*/")
    page.goto(f"{served.url}/sign-in-rules/")
    assert page.input_value("#f-length") == "12"
    assert page.locator("text=A change is waiting for approval").count() == 1
    officer = sign_in("dpo", locale="en-US")
    approve(officer)
    page.reload()
    assert page.input_value("#f-length") == "16"
    page.goto(f"{served.url}/sign-in-rules/duty/teller/")
    page.fill("#f-networks", "10.0.0.0/8")
    page.fill("#f-reason", "Tellers work at the branches.")
    page.click("main form button")
    page.wait_for_url("**/approvals/*/")
    officer.goto(f"{served.url}/")
    approve(officer)
    page.goto(f"{served.url}/sign-in-rules/")
    assert page.locator("text=only from 10.0.0.0/8").count() == 1
    assert sign_in.said == []


@pytest.mark.requirement("C8")
@pytest.mark.parametrize(("locale", "width", "theme"), LOOKS)
def test_pages_of_sign_in_fit_and_axe_finds_nothing(
    sign_in: Callable[..., object], served: Served, locale: str, width: int, theme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = sign_in("admin", locale=locale, width=width, theme=theme)
    wrong = {}
    for path in ("/me/", "/me/factor/", "/me/factor/app/", "/me/factor/passkey/", "/me/password/", "/people/",
                 "/sign-in/forgotten/", "/sign-in/start/",
                 "/sign-in-rules/", "/sign-in-rules/duty/teller/", "/sign-on/", "/sign-on/new/", "/sign-on/new/saml/"):  # fmt: skip
        page.goto(f"{served.url}{path}")
        inside = "(document.querySelector('main') || document.body)"
        assert page.evaluate(f"{inside}.scrollWidth <= {inside}.clientWidth + 1"), path
        found = Axe().run(page)
        if found.violations_count:
            wrong[path] = found.generate_report()
    assert wrong == {}
