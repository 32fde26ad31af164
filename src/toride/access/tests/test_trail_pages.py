"""The auditor asks on pages: what a person did, by sign-in name; who saw a customer, by number."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.kit import enter, events
from tests.people import House
from toride.audit import labels, queries, views
from toride.audit.actions import Action
from toride.audit.sequencer import settle
from toride.audit.tests.acts import permit
from toride.base.errors import Hidden
from toride.vault.permit import Mode, Rows

pytestmark = pytest.mark.requirement("T3")
TRAIL = reverse("trail")


@pytest.fixture
def visited(shared: House) -> House:
    """Teller and manager have each looked at their list of customers."""
    for person in (shared.teller, shared.manager, shared.teller):
        assert enter(person).get("/customers/").status_code == 200
    assert settle()
    return shared


def shown(client: Client, **sent: str) -> str:
    answer = client.get(TRAIL, sent)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_trail_is_asked_by_sign_in_name_and_the_event_says_of_whom(visited: House) -> None:
    page = shown(enter(visited.auditor), actor=" hasegawa ", routine="1")
    assert 'name="actor" value="hasegawa"' in page
    assert ">長谷川 由美 <small" in page
    assert "大久保 誠" not in page
    event = events()[0]
    assert (event.action, event.actor.username) == (Action.TRAIL_READ, "udagawa")
    assert event.facts["person"] == str(visited.teller.id)


def test_a_name_in_the_list_filters_by_the_person_and_keeps_the_other_filters(visited: House) -> None:
    auditor, query = enter(visited.auditor), f"outcome=ok&amp;actor={visited.teller.id}"
    assert f'href="{TRAIL}?{query}">長谷川 由美 <small class="muted">hasegawa</small></a>' in shown(
        auditor, outcome="ok"
    )
    page = shown(auditor, outcome="ok", actor=str(visited.teller.id))
    assert 'name="actor" value="hasegawa"' in page
    assert "大久保 誠" not in page


def test_older_ones_are_asked_with_every_filter(visited: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 1)
    page = shown(enter(visited.auditor), actor="hasegawa", since="2020-01-01", until="2199-12-31", outcome="ok")
    assert 'href="?since=2020-01-01&amp;until=2199-12-31&amp;actor=hasegawa&amp;outcome=ok&amp;after=' in page


@pytest.mark.parametrize("name", ["hasegaw", "長谷川 由美", "\0"])
def test_an_unknown_name_is_told_beside_its_field_and_nothing_is_lost(visited: House, name: str) -> None:
    answer = enter(visited.auditor).get(TRAIL, {"actor": name, "since": "2026-01-02", "outcome": "refused"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="e-actor" role="alert">このサインイン名の職員はいません' in page
    for kept in (f'name="actor" value="{name}"', 'name="since" value="2026-01-02"', 'value="refused" selected'):
        assert kept in page
    assert "<tbody>" not in page
    event = events()[0]
    assert (event.action, event.outcome, event.reason) == (Action.TRAIL_READ, "failed", "actor")
    assert event.reason in labels.REASONS


def test_who_reads_only_some_peoples_acts_learns_no_other_name(house: House) -> None:
    own = permit(Action.TRAIL_READ, rows=Rows(owners=frozenset({house.teller.id})))
    assert views._actor(own, "hasegawa") == house.teller.id
    for name in ("okubo", "nobody", str(house.manager.id)):
        with pytest.raises(Hidden):
            views._actor(own, name)


def test_the_auditor_comes_from_a_customer_number_to_who_saw_the_customer(house: House) -> None:
    emiko, auditor = house.customer("0213-338104"), enter(house.auditor)
    assert f'action="{reverse("who_saw_number")}"' in shown(auditor)
    answer = auditor.post(reverse("who_saw_number"), {"number": " ０２１３-338104 "})
    assert (answer.status_code, answer.url) == (302, reverse("who_saw", kwargs={"subject": emiko}))
    event = events()[0]
    assert (event.action, event.subjects) == (Action.SUBJECT_READ, ((emiko, Mode.LISTED, 0),))
    assert auditor.get(answer.url).status_code == 200


def test_a_number_out_of_reach_is_answered_as_an_unknown_one(house: House) -> None:
    house.customer("0213-338104", branch=house.wakaba)
    manager, told = enter(house.manager), []
    for number in ("0213-338104", "0213-338105", "", "\0"):
        answer = manager.post(reverse("who_saw_number"), {"number": number})
        assert answer.status_code == 422
        told.append(
            re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode()).replace(number or " ", " ")
        )
        if number[1:]:
            event = events()[0]
            assert (event.action, event.outcome, event.reason) == (Action.SUBJECT_READ, "failed", "number")
            assert event.reason in labels.REASONS
            assert event.terms
            assert number not in str(event.facts)
    assert "この番号は利用できません" in told[0]
    assert told[0] == told[1]
    assert "顧客番号を入力してください" in told[2]
