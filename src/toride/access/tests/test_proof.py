"""Before a dangerous act the person proves once more who they are; what was typed comes along."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.kit import events
from tests.people import House, signed_in
from toride.access.signin import rules
from toride.access.signin.proof import PROVED
from toride.access.tests.signing import PASSWORD, PLAIN, enrol, sign_in
from toride.base import clock

pytestmark = pytest.mark.requirement("A7")


@pytest.fixture
def front(house: House) -> Client:
    """An administrator who signed in an hour ago."""
    for person in (house.admin, house.teller):
        person.set_password(PASSWORD)
        person.save()
    client = Client()
    sign_in(client, "hayasaka")
    age(client)
    return client


def age(client: Client, minutes: int = 16) -> None:
    session = client.session
    session[PROVED] = (clock.now() - timedelta(minutes=minutes)).timestamp()
    session.save()


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def test_a_dangerous_act_asks_and_then_goes_on_with_what_was_typed(front: Client, house: House) -> None:
    asked = front.post("/sign-in-rules/passwords/", PLAIN)
    assert asked.status_code == 403
    kept = hidden(asked.content.decode())
    assert kept.items() >= PLAIN.items()
    assert rules.current().passwords.length == 12
    again = front.post("/sign-in-rules/passwords/", kept | {"proof_password": PASSWORD})
    assert again.status_code == 302
    assert "auth:session:prove" in [one.action for one in events(3)]
    house.agree()
    assert rules.current().passwords.length == 14
    assert front.post("/sign-in-rules/passwords/", PLAIN | {"length": "15"}).status_code == 302


def test_a_wrong_proof_does_nothing_and_loses_nothing(front: Client) -> None:
    sent = PLAIN | {"proof_method": "post", "proof_password": "wrong"}
    answer = front.post("/sign-in-rules/passwords/", sent)
    assert answer.status_code == 403
    assert hidden(answer.content.decode())["length"] == "14"
    assert "wrong" not in answer.content.decode()
    assert (events()[0].action, events()[0].outcome) == ("auth:session:prove", "refused")
    assert rules.current().passwords.length == 12


def test_guessing_in_a_session_left_open_is_stopped(front: Client) -> None:
    sent = PLAIN | {"proof_method": "post"}
    for _ in range(5):
        front.post("/sign-in-rules/passwords/", sent | {"proof_password": "wrong"})
    assert front.post("/sign-in-rules/passwords/", sent | {"proof_password": PASSWORD}).status_code == 403
    assert events()[0].reason == "locked"
    assert rules.current().passwords.length == 12


@pytest.mark.parametrize("extra", [{"proof_key": "{}"}, {"proof_key": "x" * 20_000}, {"proof_method": ""}, {}])
def test_half_a_proof_is_none(front: Client, extra: dict[str, str]) -> None:
    sent = PLAIN | {"proof_method": "post"} | extra
    assert front.post("/sign-in-rules/passwords/", sent).status_code == 403
    assert rules.current().passwords.length == 12


def test_a_page_that_asks_leads_back_to_itself(front: Client) -> None:
    asked = front.get("/sign-in-rules/duty/teller/")
    assert asked.status_code == 403
    kept = hidden(asked.content.decode())
    assert kept["proof_method"] == "get"
    again = front.post("/sign-in-rules/duty/teller/", kept | {"proof_password": PASSWORD})
    assert (again.status_code, again.url) == (302, "/sign-in-rules/duty/teller/")
    assert front.get(again.url).status_code == 200


def test_the_view_does_not_see_the_proof(front: Client, house: House) -> None:
    """A password given as proof stands in no page, event or form that is shown again."""
    sent = PLAIN | {"length": "1", "proof_method": "post", "proof_password": PASSWORD}
    answer = front.post("/sign-in-rules/passwords/", sent)
    assert answer.status_code == 422
    assert PASSWORD not in answer.content.decode()
    assert PASSWORD not in str(events(20))


def test_markup_that_was_typed_comes_along_as_text(front: Client) -> None:
    asked = front.post("/sign-in-rules/duty/teller/", {"networks": '"><script>alert(1)</script>'})
    assert asked.status_code == 403
    assert "<script>alert" not in asked.content.decode()


def test_a_proof_needs_a_token_of_the_form(house: House) -> None:
    house.admin.set_password(PASSWORD)
    house.admin.save()
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(house.admin).cookies
    sent = PLAIN | {"proof_method": "post", "proof_password": PASSWORD}
    assert client.post("/sign-in-rules/passwords/", sent).status_code == 403
    assert rules.current().passwords.length == 12


def test_a_second_factor_is_not_changed_in_a_session_left_open(front: Client) -> None:
    teller = Client()
    sign_in(teller, "hasegawa")
    enrol(teller)
    age(teller)
    for path in ("/me/factor/app/", "/me/factor/passkey/"):
        assert teller.get(path).status_code == 403
    assert teller.post("/me/factor/codes/").status_code == 403


def test_without_a_password_no_click_is_a_proof_outside_a_demonstration(house: House) -> None:
    from tests.kit import enter

    client = enter(house.admin)
    assert client.post("/sign-in-rules/passwords/", PLAIN | {"proof_method": "post"}).status_code == 403
    assert rules.current().passwords.length == 12
