"""People and the trail by machine: as far as the duty goes, in pages whose cursors cannot be bent."""

import base64
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from tests.people import House
from toride import audit
from toride.access.machines import keys
from toride.access.models import Branch, Connection, Person
from toride.api.tests.machines import Machine, one
from toride.audit import queries
from toride.audit.sequencer import settle
from toride.base import clock
from toride.customers.models import Customer
from toride.vault.models import Subject
from toride.vault.permit import Actor, Door

pytestmark = pytest.mark.requirement("A8")
PEOPLE, EVENTS = "/api/v1/people", "/api/v1/trail/events"


def test_people_come_in_pages_without_secrets(house: House) -> None:
    machine = Machine(house, "hayasaka", "administration", wanted=["people"])
    seen, address = [], f"{PEOPLE}?limit=5"
    while address:
        told = machine("GET", address).json()
        seen += told["items"]
        address = f"{PEOPLE}?limit=5&after={told['after']}" if told["after"] else ""
    assert {one["username"] for one in seen} >= {"hasegawa", "hayasaka", "abe"}
    assert len(seen) == len({one["id"] for one in seen}) == 11
    assert set(seen[0]) == {"id", "username", "name", "branch", "department", "rank", "roles", "active"}
    found = machine("GET", f"{PEOPLE}/{house.teller.id}")
    assert found.json()["username"] == "hasegawa"
    assert machine("GET", f"{PEOPLE}/{uuid4()}").status_code == 404


def test_cursor_is_good_for_its_question_and_connection_only(house: House) -> None:
    machine = Machine(house, "hayasaka", "administration", wanted=["people"])
    other = Machine(house, "hayasaka", "administration", wanted=["people"])
    after = machine("GET", f"{PEOPLE}?limit=2").json()["after"]
    assert machine("GET", f"{PEOPLE}?limit=2&after={after}").status_code == 200
    assert other("GET", f"{PEOPLE}?limit=2&after={after}").status_code == 422
    assert machine("GET", f"{PEOPLE}?limit=3&after={after}").status_code == 422
    forged = base64.urlsafe_b64encode(b'[[],"x"]').decode().rstrip("=") + after[after.index(":") :]
    for bent in (forged, after[:-1] + ("A" if after[-1] != "A" else "B"), "x", ":" * 9, "x" * 5_000):
        assert machine("GET", f"{PEOPLE}?limit=2&after={bent}").status_code == 422, bent


@pytest.mark.parametrize("limit", ["0", "-1", "101", "x", "1e3"])
def test_page_has_a_size(house: House, limit: str) -> None:
    machine = Machine(house, "hayasaka", "administration", wanted=["people"])
    assert machine("GET", f"{PEOPLE}?limit={limit}").status_code == 422


class Standing:
    """An auditor with a key, a customer's place, and events, all really committed: the trail orders nothing else."""

    def __init__(self) -> None:
        self.branch = Branch.objects.create(code="T1", name="証跡支店")
        self.person = Person.objects.create(username="trail", name="証跡 太郎", roles=["auditor"], rank=5)
        self.subject = Subject.objects.create(created=clock.now())
        self.customer = Customer.objects.create(subject=self.subject, branch=self.branch, created=clock.now())
        moment, public = clock.now(), keys.name()
        self.key = keys.make(public)
        Connection.objects.create(
            id=public, person=self.person, name="trail", scopes=["trail"], purpose="audit", categories=[1],
            digest=keys.digest(self.key), created=moment, expires=moment + timedelta(hours=1),
        )  # fmt: skip

    def get(self, address: str) -> dict[str, object]:
        found = Client().get(address, headers={"Authorization": f"Bearer {self.key}"})
        assert found.status_code == 200, found.content
        return found.json()


@pytest.fixture
def standing(stores: None) -> Standing:
    return Standing()


def test_trail_is_listed_with_filters_and_of_a_customer(standing: Standing) -> None:
    actor = Actor(standing.person.id, "trail", "証跡 太郎")
    subject = standing.subject.pk
    door = Door("api", "192.0.2.7", "c-1")
    audit.refuse(actor, door, "customers:profile:read", reason="scope", subject=subject)
    audit.note(actor, door, "auth:key:refuse", outcome="refused", reason="expired")
    audit.note(None, door, "auth:key:refuse", outcome="refused", reason="secret")
    settle()
    found = standing.get(f"{EVENTS}?actor={standing.person.id}&action=customers:&outcome=refused")["items"]
    assert [(event["action"], event["reason"], event["door"]) for event in found] == [
        ("customers:profile:read", "scope", "api")
    ]
    (event,) = standing.get(f"{one(subject)}/events")["items"]
    assert event["actor"] == {"id": str(standing.person.id), "username": "trail", "name": "証跡 太郎"}
    assert event["touched"] == [{"id": str(subject), "mode": "listed", "categories": []}]
    assert standing.get(f"{EVENTS}?since=2999-01-01T00:00:00Z")["items"] == []


def test_trail_comes_in_pages(standing: Standing) -> None:
    door = Door("api", "192.0.2.7", "c-1")
    for _ in range(queries.PAGE + 3):
        audit.note(None, door, "auth:key:refuse", outcome="refused", reason="secret")
    settle()
    address = f"{EVENTS}?action=auth:key:refuse"
    first = standing.get(address)
    second = standing.get(f"{address}&after={first['after']}")
    assert (len(first["items"]), len(second["items"]), second["after"]) == (queries.PAGE, 3, None)
    assert not {event["id"] for event in first["items"]} & {event["id"] for event in second["items"]}


def test_trail_is_for_whose_duty_it_is_and_takes_no_other_filter(house: House) -> None:
    emiko = house.customer()
    auditor = Machine(house, "udagawa", "audit", wanted=["trail"])
    assert auditor("GET", f"{one(emiko)}/events").status_code == 200
    assert auditor("GET", f"{one(uuid4())}/events").status_code == 404
    assert Machine(house, "konno", "data-care", wanted=["customers"])("GET", f"{one(emiko)}/events").status_code == 403
    for wrong in ("since=x", "actor=1", "outcome=lost", "action=DROP", "since=2026-01-01T00:00:00"):
        assert auditor("GET", f"{EVENTS}?{wrong}").status_code == 422, wrong
