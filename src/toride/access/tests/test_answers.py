"""An error page says what to do, gives a number to quote, and names who can give access."""

import re

import pytest
from django.test import Client

from tests.people import House
from toride.access.tests.signing import events
from toride.access.tests.test_matrix import enter

pytestmark = pytest.mark.requirement("A1")


def quoted(page: str) -> str:
    found = re.search(r"お問い合わせ番号：</?[^>]*>?\s*<code>([0-9a-f-]{36})</code>|<code>([0-9a-f-]{36})</code>", page)
    assert found
    return found[1] or found[2]


@pytest.mark.parametrize("address", ["/audit/", "/customers/00000000-0000-4000-8000-000000000000/", "/access/glass/"])
def test_the_number_is_that_of_the_event(house: House, address: str) -> None:
    page = enter(house.teller).get(address).content.decode()
    found = events()[0]
    assert found.outcome == "refused"
    assert quoted(page) == str(found.id)


def test_a_refusal_inside_a_view_has_its_number_too(house: House) -> None:
    answer = enter(house.teller).get(f"/people/{house.sales.pk}/change/")
    assert answer.status_code == 403
    assert quoted(answer.content.decode()) == str(events()[0].id)


def test_an_auditor_opens_the_event_by_its_number(house: House) -> None:
    number = quoted(enter(house.teller).get("/audit/").content.decode())
    answer = enter(house.auditor).get("/audit/", {"number": f" {number} "})
    assert (answer.status_code, answer.url) == (302, f"/audit/events/{number}/")
    assert enter(house.auditor).get("/audit/", {"number": "nothing"}).status_code == 200


def test_who_can_give_access_is_named(house: House) -> None:
    assert "早坂 健" in enter(house.teller).get("/audit/").content.decode()
    missing = enter(house.teller).get("/customers/00000000-0000-4000-8000-000000000000/").content.decode()
    assert "早坂 健" not in missing


def test_pages_for_strangers_name_nobody(house: House) -> None:
    page = Client().get("/nowhere/").content.decode()
    assert "早坂" not in page
    assert quoted(page)


def test_a_failure_is_logged_under_the_number_that_is_shown(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        raise ZeroDivisionError("佐藤")

    monkeypatch.setattr("toride.access.views.render", broken)
    client = enter(house.teller)
    client.raise_request_exception = False
    answer = client.get("/")
    assert answer.status_code == 500
    assert quoted(answer.content.decode()) in caplog.text
    assert "佐藤" not in answer.content.decode()
