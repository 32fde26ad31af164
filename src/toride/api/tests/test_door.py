"""What stands before the operations: HTTPS, no key in an address, rates, content, refusals in the trail."""

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.people import House
from toride.access.machines import authentication, services
from toride.access.models import Connection
from toride.api.tests.machines import CUSTOMERS, SEARCH, Machine, one
from toride.audit import writer
from toride.audit.events import Event, decode
from toride.base import clock

pytestmark = pytest.mark.requirement("A8")


@pytest.fixture
def events() -> Iterator[list[Event]]:
    """Asked when called: every event that stands, but the system's own."""
    from django.db import connections

    def found() -> list[Event]:
        kept = []
        for alias, box in (("audit", "inbox"), ("default", "outbox")):
            with connections[alias].cursor() as cursor:
                cursor.execute(f"SELECT bytes FROM audit_{box}")
                kept += [decode(bytes(row[0]))[0] for row in cursor.fetchall()]
        return sorted((one for one in kept if not one.action.startswith("system:")), key=lambda event: event.id)

    yield found
    writer.forget()


def test_reading_is_one_event_with_door_and_connection(house: House, events: object) -> None:
    emiko = house.customer()
    machine = Machine(house)
    before = len(events())
    machine("GET", one(emiko))
    (event,) = events()[before:]
    assert (event.action, event.outcome, event.purpose) == ("customers:profile:read", "ok", "service")
    assert (event.door.kind, event.door.session, event.actor.username) == ("api", machine.id, "hasegawa")
    assert event.subjects[0][0] == emiko


def test_refusals_are_recorded_with_their_reason(house: House, events: object) -> None:
    emiko, away = house.customer(), house.customer("2", branch=house.wakaba)
    machine = Machine(house, wanted=["customers.read"])
    before = len(events())
    machine("GET", one(away))
    machine("PATCH", one(emiko), {"values": {}}, If_Match='"1.1"')
    machine("POST", SEARCH, {"filters": {"birth_date": "5-14"}})
    services.revoke(house.permit(house.admin, "access:connection:manage"), connection=machine.id)
    machine("GET", one(emiko))
    found = [(event.outcome, event.reason, event.actor and event.actor.username) for event in events()[before:]]
    assert found == [
        ("refused", "scope", "hasegawa"),
        ("refused", "connection", "hasegawa"),
        ("refused", "closed-column", "hasegawa"),
        ("ok", "", "hayasaka"),
        ("refused", "revoked", "hasegawa"),
    ]


def test_nothing_that_was_sent_stands_in_an_event(house: House, events: object) -> None:
    machine = Machine(house)
    machine("POST", SEARCH, {"text": "斎藤恵美子"})
    machine("POST", CUSTOMERS, {"branch": "002", "values": {"number": "1", "name": "佐藤 花代", "note": "秘密"}})
    machine("POST", CUSTOMERS, {"branch": "002", "values": {"number": "1", "name": "佐藤 花代", "note": "秘密"}})
    text = repr(events())
    for word in ("恵美子", "花代", "秘密", machine.key, machine.key.rpartition("_")[2]):
        assert word not in text


def test_plain_http_from_elsewhere_is_refused_before_the_key_is_read(house: House) -> None:
    emiko = house.customer()
    machine = Machine(house)
    header = {"Authorization": f"Bearer {machine.key}"}
    for address, secure, status in (("192.0.2.7", False, 403), ("192.0.2.7", True, 200), ("127.0.0.1", False, 200),
                                    ("::1", False, 200), ("", False, 403)):  # fmt: skip
        found = Client(REMOTE_ADDR=address).get(one(emiko), headers=header, secure=secure)
        assert found.status_code == status, address
    assert "RateLimit" not in Client(REMOTE_ADDR="192.0.2.7").get(one(emiko), headers=header)


def test_key_in_the_address_is_refused_even_with_a_good_header(house: House) -> None:
    machine = Machine(house)
    for address in (f"{one(house.customer())}?key={machine.key}", f"/api/v1/{machine.key}"):
        found = machine("GET", address)
        assert found.status_code == 400
        assert machine.key not in found.content.decode()


def test_rate_is_told_and_kept(house: House) -> None:
    emiko = house.customer()
    machine = Machine(house)
    first = machine("GET", one(emiko))
    assert first["RateLimit-Policy"] == '"connection";q=600;w=60'
    assert first["RateLimit"] == '"connection";r=599;t=1'
    full = clock.micros(clock.now()) + authentication.WINDOW + 5_000_000
    Connection.objects.filter(pk=machine.id).update(allowance=full)
    last = machine("GET", one(emiko))
    assert last.status_code == 429
    assert 5 <= int(last["Retry-After"]) <= 6
    assert last["RateLimit"].startswith('"connection";r=0;')
    assert "values" not in last.json()
    assert Machine(house)("GET", one(emiko)).status_code == 200


def test_bodies_are_json_of_a_size(house: House, settings: object) -> None:
    machine = Machine(house)
    deep = b"[" * 100_000 + b"]" * 100_000
    for sent, kind, status in (
        (b"{}", "text/plain", 415),
        (b"text=x", "application/x-www-form-urlencoded", 415),
        (b"{}", "multipart/form-data; boundary=x", 415),
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"text": NaN}', "application/json", 400),
        (b"[]", "application/json", 422),
        (deep, "application/json", 400),
        (b'{"text": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}', "application/json", 413),
        (b'{"text": "x", "nothing": 1}', "application/json", 422),
        (b'{"text": "\\u0000\\r\\nX: y"}', "application/json", 200),
    ):
        found = machine("POST", SEARCH, sent, Content_Type=kind)
        assert found.status_code == status, (sent[:40], found.content)
        if status != 200:
            assert found["Content-Type"] == "application/problem+json"
            assert found.json()["status"] == status


def test_other_methods_are_told_as_problems(house: House) -> None:
    found = Machine(house)("DELETE", SEARCH)
    assert (found.status_code, found["Allow"]) == (405, "POST")
    assert found["Content-Type"] == "application/problem+json"


def test_what_cannot_be_recorded_is_not_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from toride import audit
    from toride.base.errors import Unavailable

    emiko = house.customer()
    machine = Machine(house)

    def fail(*_given: object, **_named: object) -> None:
        raise Unavailable

    monkeypatch.setattr(audit, "commit", fail)
    found = machine("GET", one(emiko))
    assert found.status_code == 503
    assert found["Content-Type"] == "application/problem+json"
    assert "齋藤" not in found.content.decode()


def test_error_that_nobody_expected_tells_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from toride.api import customers

    emiko = house.customer()

    def fail(*_given: object) -> None:
        raise RuntimeError("齋藤 惠美子")

    monkeypatch.setattr(customers.queries, "profile", fail)
    found = Machine(house)("GET", one(emiko))
    assert found.status_code == 500
    assert "齋藤" not in found.content.decode()
    assert found.json()["type"] == "urn:toride:problem:broken"
