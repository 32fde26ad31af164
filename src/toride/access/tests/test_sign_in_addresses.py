"""Every address of signing in × every role × GET and POST: what opens, what is refused, who is asked to sign in."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import House
from toride.access.account.urls import urlpatterns as own
from toride.access.people.admin.urls import urlpatterns as administrators
from toride.access.signin.proof import PROVED
from toride.access.tests.test_matrix import ROLES, enter
from toride.base import clock

pytestmark = pytest.mark.requirement("A1", "A6", "A7")
ADDRESSES = {
    #                          its argument, GET, POST for who may
    "account":                 (None, 200, 200),
    "account_password":        (None, 200, 422),
    "account_first_factor":    (None, 200, 200),
    "account_app":             (None, 200, 200),
    "account_passkey":         (None, 200, 200),
    "account_codes":           (None, 405, 409),
    "account_factor_remove":   ("factor", 405, 404),
    "account_session_end":     ("visit", 405, 404),
    "account_sessions_end":    (None, 405, 302),
    "account_recognise":       (None, 405, 302),
    "sign_in_rules":           (None, 200, 405),
    "sign_in_rules_passwords": (None, 405, 422),
    "sign_in_rules_confirm":   (None, 405, 409),
    "sign_in_rules_duty":      ("role", 200, 422),
    "people":                  (None, 200, 405),
    "person_new":              (None, 200, 422),
    "person_unlock":           ("person", 405, 404),
    "person_sign_out":         ("person", 405, 404),
    "person_end":              ("person", 405, 404),
    "person_reporting":        ("person", 404, 404),
    "person_lost":             ("person", 404, 404),
    "person_start":            ("person", 404, 404),
}  # fmt: skip
OPEN = {"sign_in_factor", "sign_in_forgotten", "sign_in_start", "sign_in_renew", "sign_in_passkey"}


def place(name: str) -> str:
    argument = ADDRESSES[name][0]
    value = "teller" if argument == "role" else uuid4()
    return reverse(name, kwargs={argument: value} if argument else None)


def fresh(person: object) -> Client:
    client = enter(person)
    session = client.session
    session[PROVED] = clock.now().timestamp()
    session.save()
    return client


def test_the_matrix_names_every_address() -> None:
    assert {one.name for one in (*own, *administrators)} == set(ADDRESSES) | OPEN


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_every_address_for_every_role(house: House, name: str) -> None:
    theirs = {one.name for one in administrators}
    _argument, read, written = ADDRESSES[name]
    for role in ROLES:
        may = role == "admin" or name not in theirs
        client = fresh(getattr(house, role))
        assert client.get(place(name)).status_code == (read if may else 403), role
        assert client.post(place(name)).status_code == (written if may else 403), role


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_nobody_reaches_them_without_signing_in(house: House, name: str) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(place(name))
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/sign-in/"), method


def test_every_page_is_ours(house: House) -> None:
    """Nothing of the library's own templates is ever shown."""
    client = fresh(house.admin)
    pages = [client.get(place(name)) for name, (_argument, read, _post) in ADDRESSES.items() if read == 200]
    pages += [
        Client().get("/sign-in/"),
        Client().post("/sign-in/", {"login": "x", "password": "y"}),
        client.get("/sign-out/"),
    ]
    assert len(pages) > 9
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert "— Toride</title>" in text
        assert "allauth" not in text
