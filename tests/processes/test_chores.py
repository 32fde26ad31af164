"""What is due is ended by itself, and the trail says so."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.kit import last_events
from tests.people import House
from toride.base import clock
from toride.cli.chores import end_terms
from toride.vault import keyring
from toride.vault.keyring import Kind
from toride.vault.keystore.models import State

pytestmark = pytest.mark.store


@pytest.mark.requirement("K1", "T1")
def test_old_search_terms_end_as_an_event(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2126, 1, 31, tzinfo=UTC)  # later than whatever another test has kept
    monkeypatch.setattr(clock, "now", lambda: start)
    january = keyring.current(Kind.TERMS).number
    end_terms()
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=31 * 12))
    keyring.current(Kind.TERMS)
    assert end_terms() == 0
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=31 * 13))
    keyring.current(Kind.TERMS)
    assert end_terms() == 1
    assert last_events()[0].facts == {"generation": f"terms:{january}"}
    assert {one.number: one.state for one in keyring.generations(Kind.TERMS)}[january] == State.DESTROYED


@pytest.mark.requirement("K1")
def test_a_store_that_is_away_is_503_and_shows_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from tests.kit import enter
    from toride.access.signin.sessions import SessionStore

    subject = house.customer()
    client = enter(house.teller)
    client.raise_request_exception = False

    def away(_self: object) -> dict[str, object]:
        raise OperationalError("could not connect to 10.0.0.5")

    monkeypatch.setattr(SessionStore, "load", away)
    for path in (f"/customers/{subject}/", "/customers/"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "10.0.0.5" not in answer.content.decode()
        assert "データベースに接続できない" in answer.content.decode()
    assert Client().get("/ui/").status_code == 200
