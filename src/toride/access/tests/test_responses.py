"""An error page says what to do, gives a number to quote, and names who can give access."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from tests.kit import enter, events
from tests.people import House

pytestmark = pytest.mark.requirement("A1")


MINUTE = re.compile(r"<code>(\d{8}-\d{4})</code>")


def quoted(page: str) -> str:
    found = MINUTE.search(page)
    assert found
    return found[1]


@pytest.mark.parametrize("address", ["/audit/", "/access/glass/", "/customers/00000000-0000-4000-8000-000000000000/"])
def test_the_number_is_the_minute_of_the_refusal(house: House, address: str) -> None:
    page = enter(house.teller).get(address).content.decode()
    found = events()[0]
    assert found.outcome == "refused"
    moment = timezone.localtime(datetime.fromtimestamp(found.at / 1e6, UTC))
    assert quoted(page) == f"{moment:%Y%m%d-%H%M}"


def test_an_auditor_finds_the_refusals_of_that_day_by_the_number(house: House) -> None:
    number = quoted(enter(house.teller).get("/audit/").content.decode())
    day = f"{number[:4]}-{number[4:6]}-{number[6:8]}"
    auditor = enter(house.auditor)
    assert auditor.get("/audit/", {"number": f" {number} "}).url == f"/audit/?since={day}&until={day}&outcome=refused"
    event = str(events()[0].id)
    assert auditor.get("/audit/", {"number": event}).url == f"/audit/events/{event}/"
    for typed in ("nothing", "20261399-9999"):
        assert auditor.get("/audit/", {"number": typed}).status_code == 404


def test_what_is_not_there_tells_nothing_of_the_record(house: House) -> None:
    """The same bytes, whether it is hidden or unknown."""
    client = enter(house.teller)
    hidden = client.get(f"/customers/{house.customer(branch=house.wakaba)}/").content
    assert hidden == client.get("/customers/00000000-0000-4000-8000-000000000000/").content


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
    number = re.search(r"<code>([0-9a-f-]{36})</code>", answer.content.decode())
    assert number[1] in caplog.text
    assert "佐藤" not in answer.content.decode()
