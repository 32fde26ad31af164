"""A request that failed is told wherever it was made, with a way to send it again; nothing typed is lost unsaid."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.journey, pytest.mark.requirement("C3")]


@pytest.fixture
def record(sign_in, served) -> Page:
    page = sign_in("teller")
    page.goto(f"{served.url}/customers/")
    page.goto(served.url + page.locator("#rows tbody a").nth(3).get_attribute("href"))
    return page


def amend(page: Page, name: str, text: str) -> None:
    page.locator("#part-contact header .btn").click()
    expect(page.locator("#part-contact [autofocus]")).to_be_focused()
    page.fill(f"#part-contact [name={name}]", text)


def save(page: Page) -> None:
    page.locator("#part-contact button.btn[data-kind=primary]").click()


def test_offline_a_change_is_told_kept_and_sent_again(record, sign_in) -> None:
    amend(record, "emails", "hanako@ex-ample.jp")
    record.context.set_offline(True)
    save(record)
    bar = record.locator("#failure")
    expect(bar).to_contain_text("応答がない")
    expect(record.locator("#part-contact [name=emails]")).to_have_value("hanako@ex-ample.jp")
    record.context.set_offline(False)
    bar.get_by_role("button", name="再送する").click()
    expect(record.locator("#part-contact")).to_contain_text("hanako@ex-ample.jp")
    expect(bar).to_be_hidden()
    sign_in.said.clear()


def test_a_failing_server_leaves_the_form_and_says_so(record, sign_in) -> None:
    amend(record, "emails", "jiro@ex-ample.jp")

    def broken(route: Route) -> None:
        route.fulfill(
            status=500, body="<div data-failure><h2>エラー</h2><p>番号 0123</p></div>", content_type="text/html"
        )

    address = re.compile(r"/change/")
    record.route(address, broken)
    save(record)
    expect(record.locator("#failure")).to_contain_text("番号 0123")
    expect(record.locator("#part-contact [name=emails]")).to_have_value("jiro@ex-ample.jp")
    record.unroute(address)
    record.locator("#failure").get_by_role("button", name="再送する").click()
    expect(record.locator("#part-contact")).to_contain_text("jiro@ex-ample.jp")
    sign_in.said.clear()


def test_a_form_that_leads_elsewhere_is_kept_too(sign_in, served) -> None:
    page = sign_in("auditor")
    page.goto(f"{served.url}/audit/")
    box = page.locator("main form[method=post] input:not([type=hidden])").first
    box.fill("teller")
    page.context.set_offline(True)
    box.press("Enter")
    expect(page.locator("#failure")).to_contain_text("応答がない")
    expect(box).to_have_value("teller")
    page.context.set_offline(False)
    page.locator("#failure [data-retry]").click()
    expect(page.locator("#failure")).to_be_hidden()
    sign_in.said.clear()


def test_every_list_and_look_tells(sign_in, served) -> None:
    page = sign_in("teller")
    page.goto(f"{served.url}/customers/")
    page.context.set_offline(True)
    page.type("[data-search]", "さとう", delay=20)
    expect(page.locator("#failure")).to_be_visible()
    page.locator("#failure [data-close]").click()
    page.locator("[data-toggle-theme]").click()
    expect(page.locator("#failure")).to_be_visible()
    page.context.set_offline(False)
    page.locator("#failure [data-retry]").click()
    expect(page.locator("#failure")).to_be_hidden()
    sign_in.said.clear()


def test_leaving_unsaved_text_asks(record) -> None:
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    record.on("dialog", answer)
    amend(record, "street", "国分町1-1-1")
    here = record.url
    with record.expect_event("dialog"):
        record.locator(".tabs a", has_text="変更履歴").click()
    assert asked == ["beforeunload"]
    assert record.url == here
    save(record)
    expect(record.locator("#part-contact header .btn")).to_be_visible()
    record.locator(".tabs a", has_text="変更履歴").click()
    record.wait_for_url(re.compile("history"))
    assert asked == ["beforeunload"]


def test_only_what_was_altered_is_sent(record) -> None:
    """A neighbour written as the house no longer writes it stays as it is, and no name stands under it."""
    sent: list[str] = []
    record.on(
        "request",
        lambda one: sent.append(one.post_data or "") if "/change/" in one.url and one.method == "POST" else None,
    )
    phones = record.locator("#part-contact dd").first.inner_text()
    amend(record, "emails", "saburo@ex-ample.jp")
    save(record)
    expect(record.locator("#part-contact")).to_contain_text("saburo@ex-ample.jp")
    assert "emails=" in sent[0]
    assert not re.search(r"\b(phones|street|city|postcode)=", sent[0])
    assert record.locator("#part-contact dd").first.inner_text() == phones
    amend(record, "emails", "no address")
    save(record)
    expect(record.locator("#e-emails")).to_be_visible()
    expect(record.locator("#part-contact [name=street]")).not_to_have_value("")
    record.locator("#part-contact [name=emails]").fill("shiro@ex-ample.jp")
    save(record)
    expect(record.locator("#part-contact")).to_contain_text("shiro@ex-ample.jp")
