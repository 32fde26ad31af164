"""A request that makes something makes it once: sent again, sent by another, sent twice at the same moment."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

import pytest
from django.db import connections
from django.test import RequestFactory

from tests.above import chores
from tests.people import House
from toride.access.machines import keys
from toride.access.models import Answered, Connection, Department, Person
from toride.api import idempotency
from toride.api.tests.machines import CUSTOMERS, SEARCH, Machine
from toride.base import clock
from toride.vault.permit import Ledger

pytestmark = pytest.mark.requirement("A8")
SENT = {"branch": "002", "values": {"number": "0213-77", "name": "佐藤 花"}}


def count(machine: Machine) -> int:
    return machine("POST", SEARCH, {}).json()["total"]


def test_same_request_again_is_answered_the_same_and_makes_nothing(house: House) -> None:
    machine = Machine(house)
    first, second = (machine("POST", CUSTOMERS, SENT, Idempotency_Key="k-1") for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first["Location"] == second["Location"]
    assert count(machine) == 1


def test_other_request_under_the_same_key_is_refused(house: House) -> None:
    machine = Machine(house)
    machine("POST", CUSTOMERS, SENT, Idempotency_Key="k-1")
    other = machine("POST", CUSTOMERS, {**SENT, "values": {"number": "2", "name": "x"}}, Idempotency_Key="k-1")
    assert other.status_code == 422
    begun = machine("POST", "/api/v1/customers", SENT, Idempotency_Key="k-1")
    assert begun.status_code == 201
    assert count(machine) == 1


def test_key_of_one_connection_says_nothing_to_another(house: House) -> None:
    machine, other = Machine(house), Machine(house)
    machine("POST", CUSTOMERS, SENT, Idempotency_Key="k-1")
    found = other("POST", CUSTOMERS, SENT, Idempotency_Key="k-1")
    assert found.status_code == 409
    assert "id" not in found.json()


def test_what_failed_may_be_sent_again_mended(house: House) -> None:
    machine = Machine(house)
    bad = {**SENT, "values": {"number": "0213-77", "name": ""}}
    assert machine("POST", CUSTOMERS, bad, Idempotency_Key="k-1").status_code == 422
    assert machine("POST", CUSTOMERS, SENT, Idempotency_Key="k-1").status_code == 201


def test_neither_key_nor_body_is_kept(house: House) -> None:
    machine = Machine(house)
    made = machine("POST", CUSTOMERS, SENT, Idempotency_Key="佐藤".encode().hex())
    row = Answered.objects.get()
    assert row.answer == {"id": made.json()["id"]}
    assert len(row.token) == len(row.asked) == 32
    assert bytes(row.token) != hashlib.sha256("佐藤".encode().hex().encode()).digest()


def test_key_is_forgotten_after_its_time_by_a_chore(house: House) -> None:
    machine = Machine(house)
    machine("POST", CUSTOMERS, SENT, Idempotency_Key="k-1")
    assert idempotency.forget() == 0
    Answered.objects.update(at=clock.now() - idempotency.KEPT)
    assert idempotency.forget() == 1
    assert machine("POST", CUSTOMERS, SENT, Idempotency_Key="k-1").status_code == 409
    assert idempotency.forget in [chore.do for chore in chores()]


@pytest.mark.parametrize("token", ["", " ", "a b", "x" * 256])
def test_key_of_another_form_is_refused(house: House, token: str) -> None:
    found = Machine(house)("POST", CUSTOMERS, SENT, Idempotency_Key=token)
    assert found.status_code == 422


@pytest.fixture
def shared(stores: None) -> Connection:
    """A connection that other threads see."""
    person = Person.objects.create(username="race", name="競走", roles=[])
    moment = clock.now()
    return Connection.objects.create(
        id=keys.name(), person=person, name="race", scopes=[], purpose="service", categories=[], digest=b"x",
        created=moment, expires=moment,
    )  # fmt: skip


@pytest.mark.store
def test_of_two_at_the_same_moment_one_makes_it(shared: Connection) -> None:
    """Two threads, two database connections, one key: what is made is made once, and both are told of it."""
    start = Barrier(2)

    def send(number: int) -> dict[str, str]:
        request = RequestFactory().post("/api/v1/x", b"{}", content_type="application/json")
        request.connection, request.permit = shared, SimpleNamespace(ledger=Ledger())

        def make() -> dict[str, str]:
            return {"id": Department.objects.create(code=f"race{number}", name=f"競走{number}").code}

        try:
            start.wait(120)
            return idempotency.answered(request, "k-1", make)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(send, range(2))
    assert first == second
    assert Department.objects.filter(code__startswith="race").count() == 1
