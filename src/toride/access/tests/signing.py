"""Steps of signing in, as a person takes them, for the tests of this package."""

import re

from django.test import Client

from tests.people import House, set_rules
from toride.access.signin import onetime
from toride.access.signin.rules import Duty, Rules
from toride.base import clock

PASSWORD = "石垣は高く-そして静か"


def give_passwords(house: House) -> None:
    """The teller's and the administrator's is PASSWORD."""
    for person in (house.teller, house.admin):
        person.set_password(PASSWORD)
        person.save()


def sign_in(client: Client, name: str, password: str = PASSWORD) -> object:
    return client.post("/sign-in/", {"login": name, "password": password})


def secret_on(page: str) -> str:
    return re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")


def codes_on(page: str) -> list[str]:
    return re.findall(r"<code>([A-Z2-9]{5}-[A-Z2-9]{5})</code>", page)


def now_code(secret: str, later: int = 0) -> str:
    return onetime.code(secret, int(clock.timestamp()) // onetime.PERIOD + later)


def enrol(client: Client) -> tuple[str, list[str]]:
    """An app, enrolled as a person does it; its secret, and the recovery codes shown."""
    secret = secret_on(client.get("/me/factor/app/").content.decode())
    page = client.post("/me/factor/app/", {"code": now_code(secret, -1)})
    assert page.status_code == 200
    return secret, codes_on(page.content.decode())


REASON = {"reason": "As the audit report asks."}


PLAIN = {"length": "14", "classes": "2", "former": "3", "days": "90", "score": "3", "proof": "10"} | REASON


def put(**duties: Duty) -> None:
    from dataclasses import asdict

    import orjson

    found = Rules()
    content = orjson.dumps(asdict(Rules(found.passwords, found.proof, found.duties | duties))).decode()
    set_rules(content)
