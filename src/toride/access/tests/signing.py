"""Steps of signing in, as a person takes them, for the tests of this package."""

import re

from django.test import Client

from tests.people import House
from toride.access.signin import onetime
from toride.audit.events import Event, decode
from toride.audit.models import Inbox, Outbox
from toride.base import clock

PASSWORD = "石垣は高く-そして静か"


def give_passwords(house: House) -> None:
    """The teller's and the administrator's is PASSWORD."""
    for person in (house.teller, house.admin):
        person.set_password(PASSWORD)
        person.save()


def sign_in(client: Client, name: str, password: str = PASSWORD) -> object:
    return client.post("/sign-in/", {"login": name, "password": password})


def events(count: int = 1) -> list[Event]:
    """The last ones of people, the newest first, whether they were committed at once or with a change."""
    theirs = [one for one in _every() if not one.action.startswith("system:")]
    theirs.sort(key=lambda one: one.at)
    return theirs[::-1][:count]


def told(action: str) -> list[Event]:
    """All of one action, the system's own among them."""
    return [one for one in _every() if one.action == action]


def _every() -> list[Event]:
    return [decode(bytes(one.bytes))[0] for table in (Inbox, Outbox) for one in table.objects.all()]


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
