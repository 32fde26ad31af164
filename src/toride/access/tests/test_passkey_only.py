"""A passkey alone signs in, without a name: under every limit that a password has, and refused alike."""

from typing import Any

import pytest
from django.test import Client

from tests.authenticator import Authenticator
from tests.kit import events
from tests.people import House
from toride.access.models import Person
from toride.access.signin import factors, locks
from toride.access.signin.passkeys import Passkey
from toride.access.signin.rules import Duty
from toride.access.tests.signing import PLAIN, give_passwords, put, sign_in

pytestmark = pytest.mark.requirement("A6")
ADDRESS = "/sign-in/passkey/"


@pytest.fixture
def key(house: House) -> Authenticator:
    """The teller's passkey."""
    give_passwords(house)
    made = Authenticator(house.teller.id)
    permit = house.permit(house.teller, "access:factor:enrol")
    factors.enrol_key(permit, name="Laptop", key=Passkey(made.credential, 0))
    return made


def asked(client: Client) -> dict[str, Any]:
    return client.post(ADDRESS).json()["publicKey"]


def enter(client: Client, key: Authenticator, **how: Any) -> Any:
    return client.post(ADDRESS, {"key": key.answer(asked(client), **how), "next": "/customers/"})


def test_it_signs_in_without_a_name_or_a_second_step(key: Authenticator) -> None:
    client = Client()
    assert asked(client)["userVerification"] == "required"
    assert not asked(client).get("allowCredentials")
    before = client.cookies["toride"].value
    assert enter(client, key).url == "/customers/"
    assert client.cookies["toride"].value != before
    assert [(one.action, one.actor.username) for one in events(2)] == [
        ("auth:session:open", "hasegawa"), ("auth:factor:use", "hasegawa"),
    ]  # fmt: skip
    assert client.get("/customers/").status_code == 200
    elsewhere = Client(REMOTE_ADDR="198.51.100.7", headers={"user-agent": "Firefox/140.0 (Windows)"})
    assert enter(elsewhere, key).status_code == 302
    assert "198.51.100.7" in client.get("/").content.decode()


def test_what_is_not_right_is_refused_alike(key: Authenticator, house: House) -> None:
    """Unverified, another's handle, another origin, said twice, asked of another browser, a copy, nonsense."""
    client, other, stranger = Client(), Client(), Authenticator(house.teller.id)
    question = asked(client)
    good = key.answer(question)
    answers = [
        enter(Client(), key, verified=False),
        enter(Client(), key, person=house.sales.id),
        enter(Client(), key, origin="https://evil.example"),
        enter(Client(), stranger),
        other.post(ADDRESS, {"key": good}),
        Client().post(ADDRESS, {"key": "{}"}),
        Client().post(ADDRESS, {"key": "[" * 20_000}),
    ]
    assert {one.status_code for one in answers} == {403}
    assert len({one.content for one in answers}) == 1
    assert events()[0].reason == "passkey"
    locks.release(house.teller)
    assert client.post(ADDRESS, {"key": good}).status_code == 302
    again = Client()
    asked(again)
    assert again.post(ADDRESS, {"key": good}).status_code == 403
    key.count = 0
    assert enter(Client(), key).status_code == 403


def test_a_locked_or_ended_account_does_not_come_in(key: Authenticator, house: House) -> None:
    for _ in range(locks.FREE["name"]):
        sign_in(Client(), "hasegawa", "wrong")
    assert enter(Client(), key).status_code == 403
    assert events()[0].reason == "locked"
    locks.release(house.teller)
    assert enter(Client(), key).status_code == 302
    Person.objects.filter(pk=house.teller.pk).update(is_active=False)
    assert enter(Client(), key).status_code == 403


def test_places_of_the_duty_hold(key: Authenticator) -> None:
    put(teller=Duty(networks=("10.0.0.0/8",)))
    assert enter(Client(), key).status_code == 403
    assert events()[0].reason == "network"
    assert enter(Client(REMOTE_ADDR="10.0.0.9"), key).status_code == 302


def test_the_institution_may_forbid_it(key: Authenticator, house: House) -> None:
    admin, client = Client(), Client()
    question = asked(client)
    assert ADDRESS in client.get("/sign-in/").content.decode()
    sign_in(admin, "hayasaka")
    assert 'name="passkeys" value="1" checked' in admin.get("/sign-in-rules/").content.decode()
    assert admin.post("/sign-in-rules/passwords/", PLAIN).status_code == 302
    house.agree()
    assert 'name="passkeys" value="1" checked' not in admin.get("/sign-in-rules/").content.decode()
    assert ADDRESS not in client.get("/sign-in/").content.decode()
    assert client.post(ADDRESS).status_code == client.post(ADDRESS, {"key": key.answer(question)}).status_code == 404
    assert sign_in(client, "hasegawa").url == "/sign-in/second/"
