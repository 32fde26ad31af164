"""Client credentials: a key against a short-lived token, never wider than the connection, ending with its key."""

import base64
import time
from urllib.parse import quote_plus

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.people import House
from toride.access.machines import keys, services, tokens
from toride.access.machines.tests.forms import another_day
from toride.access.tests.signing import put
from toride.api.tests.machines import SEARCH, Machine, one
from toride.base import clock

pytestmark = pytest.mark.requirement("A8")
TOKEN = "/api/oauth/token"
FORM = "application/x-www-form-urlencoded"


def ask(
    machine: Machine, sent: str = "grant_type=client_credentials", secret: str | None = None, name: str | None = None
) -> HttpResponse:
    both = f"{name or machine.id}:{quote_plus(secret or machine.key)}".encode()
    header = {"Authorization": f"Basic {base64.b64encode(both).decode()}"}
    return Client().post(TOKEN, sent, content_type=FORM, headers=header)


def bearing(machine: Machine, token: str) -> Machine:
    made = object.__new__(Machine)
    made.id, made.key, made.client = machine.id, token, Client()
    return made


def test_token_opens_what_its_connection_opens(house: House) -> None:
    emiko = house.customer()
    machine = Machine(house)
    told = ask(machine)
    assert told.status_code == 200
    assert told["Cache-Control"] == "no-store"
    found = told.json()
    assert {name: found[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer", "expires_in": 900, "scope": "customers",
    }  # fmt: skip
    with_token = bearing(machine, found["access_token"])
    assert with_token("GET", one(emiko)).json() == machine("GET", one(emiko)).json()


def test_at_an_hour_of_no_duty_there_is_neither_token_nor_answer(house: House) -> None:
    """The answer says why: whoever keeps the machine must not look for a fault of the key."""
    emiko = house.customer()
    machine = Machine(house)
    with_token = bearing(machine, ask(machine).json()["access_token"])
    put(teller=another_day())
    for answer in (ask(machine), machine("GET", one(emiko)), with_token("GET", one(emiko))):
        assert (answer.status_code, answer.json()["reason"]) == (403, "hours")


def test_token_has_only_the_scopes_asked_for(house: House) -> None:
    emiko = house.customer()
    machine = Machine(house, "konno", "data-care", wanted=["customers", "customers.read"])
    token = bearing(machine, ask(machine, "grant_type=client_credentials&scope=customers.read").json()["access_token"])
    assert token("GET", one(emiko)).status_code == 200
    assert token("POST", "/api/v1/customers", {"branch": "002", "values": {}}).status_code == 403
    for scope in ("imports", "customers imports", "x"):
        found = ask(machine, f"grant_type=client_credentials&scope={scope}")
        assert (found.status_code, found.json()) == (400, {"error": "invalid_scope"})


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ("", "invalid_request"),
        ("grant_type=password&username=x&password=y", "invalid_request"),
        ("grant_type=password", "unsupported_grant_type"),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        ("grant_type=client_credentials&client_secret=x", "invalid_request"),
    ],
)
def test_other_requests_are_refused(house: House, sent: str, error: str) -> None:
    found = ask(Machine(house), sent)
    assert (found.status_code, found.json()) == (400, {"error": error})


def test_wrong_client_is_refused_whatever_is_wrong(house: House) -> None:
    machine, other = Machine(house), Machine(house)
    token = ask(machine).json()["access_token"]
    for found in (ask(machine, name=other.id), ask(machine, secret=other.key), ask(machine, secret="x"),
                  ask(machine, secret=token), ask(machine, name="nobody"),
                  Client().post(TOKEN, "grant_type=client_credentials", content_type=FORM),
                  Client().post(TOKEN, f"grant_type=client_credentials&client_id={machine.id}", content_type=FORM,
                                headers={"Authorization": f"Bearer {machine.key}"}),
                  Client().post(TOKEN, "", content_type=FORM, headers={"Authorization": "Basic \x7f"})):  # fmt: skip
        assert (found.status_code, found.json()) == (401, {"error": "invalid_client"})
        assert found["WWW-Authenticate"].startswith("Basic")
    assert Client().get(TOKEN).status_code == 405


def test_token_ends_with_its_time_its_key_and_its_connection(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(house)
    permit = house.permit(house.admin, "access:connection:manage")
    first = bearing(machine, ask(machine).json()["access_token"])
    assert first("POST", SEARCH, {}).status_code == 200
    services.rotate(permit, connection=machine.id, overlap=1)
    assert first("POST", SEARCH, {}).status_code == 200
    machine.key = services.rotate(permit, connection=machine.id, overlap=0)
    assert first("POST", SEARCH, {}).status_code == 401
    second = bearing(machine, ask(machine).json()["access_token"])
    later = clock.timestamp() + tokens.LIFETIME.total_seconds() + 1
    with monkeypatch.context() as at:
        at.setattr(time, "time", lambda: later)
        assert tokens.read(second.key) is None
    services.revoke(permit, connection=machine.id)
    assert second("POST", SEARCH, {}).status_code == 401


def test_forged_token_opens_nothing(house: House) -> None:
    machine, other = Machine(house), Machine(house, "konno", "data-care")
    token = ask(machine).json()["access_token"]
    body, stamp, signature = token.removeprefix(tokens.PREFIX).split(".")
    theirs = ask(other).json()["access_token"].removeprefix(tokens.PREFIX).split(".")[0]
    for bent in (f"{theirs}.{stamp}.{signature}", f"{body}.{stamp}.{signature[:-1]}", f"{body}..{signature}", body, ""):
        assert bearing(machine, tokens.PREFIX + bent)("POST", SEARCH, {}).status_code == 401
    assert bearing(machine, f"{TOKEN}?x={token}")("GET", f"{SEARCH}?token={token}").status_code == 400
    assert keys.owner(token) is None
