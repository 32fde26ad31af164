"""Attempts: too many wait, longer each time, by name and by address; nothing tells whether a name is known."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, MD5PasswordHasher, make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.kit import events
from tests.people import House
from toride.access.models import Lock, Person
from toride.access.signin import locks
from toride.access.tests.signing import PASSWORD, enrol, sign_in
from toride.base import clock

pytestmark = pytest.mark.requirement("A6")


def later(monkeypatch: pytest.MonkeyPatch, delta: timedelta) -> None:
    moment = clock.now() + delta
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_the_delay_grows_and_ends(front: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        assert sign_in(front, "hasegawa", "wrong").status_code == 200
        assert events()[0].reason == "credentials"
    waits = []
    for _ in range(9):
        sign_in(front, "hasegawa")
        assert events()[0].reason == "locked"
        row = Lock.objects.get(key=locks._digest(locks.by_name("hasegawa")))
        waits.append(row.until - clock.now())
        later(monkeypatch, row.until - clock.now() + timedelta(seconds=1))
        sign_in(front, "hasegawa", "wrong")
    assert waits[0] > timedelta(seconds=20)
    assert all(second > first * 1.8 for first, second in pairwise(waits[:7]))
    assert max(waits) <= locks.LONGEST
    later(monkeypatch, timedelta(hours=1, seconds=1))
    assert sign_in(front, "hasegawa").status_code == 302
    assert not Lock.objects.filter(key=locks._digest(locks.by_name("hasegawa"))).exists()


def test_whoever_waits_does_not_wait_longer_for_trying(front: Client) -> None:
    """Nobody keeps a colleague out for ever by trying again and again."""
    for _ in range(5):
        sign_in(front, "hasegawa", "wrong")
    row = Lock.objects.get(key=locks._digest(locks.by_name("hasegawa")))
    for _ in range(20):
        sign_in(front, "hasegawa", "wrong")
    again = Lock.objects.get(pk=row.pk)
    assert (again.until, again.attempts) == (row.until, row.attempts)


def test_one_address_that_tries_many_names_waits(front: Client) -> None:
    for number in range(locks.FREE["address"]):
        sign_in(Client(REMOTE_ADDR="203.0.113.9"), f"person{number}", "wrong")
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), "hasegawa").status_code == 200
    assert events()[0].reason == "locked"
    assert sign_in(Client(REMOTE_ADDR="203.0.113.10"), "hasegawa").status_code == 302


def test_a_right_password_gives_an_address_no_new_guesses(front: Client) -> None:
    """Somebody with an account of their own does not wash away their failures at others' names."""
    for number in range(locks.FREE["address"] + 1):
        sign_in(Client(), f"person{number}", "wrong")
        if number % 5 == 0:
            sign_in(Client(), "hayasaka")
    assert sign_in(Client(), "hasegawa").status_code == 200
    assert events()[0].reason == "locked"


def test_addresses_of_version_six_count_by_household() -> None:
    assert locks.by_address("2001:db8:1:2::1") == locks.by_address("2001:db8:1:2:ffff::9")
    assert locks.by_address("2001:db8:1:2::1") != locks.by_address("2001:db8:1:3::1")
    assert locks.by_address("nonsense") == ("address", "")


def test_known_and_unknown_names_cost_and_leave_the_same(front: Client, house: House) -> None:
    """So many hashes, so many events, so many rows, the same status, before and after the lock."""
    told = {}
    real = MD5PasswordHasher.encode
    house.sales.is_active = False
    house.sales.set_password(PASSWORD)
    house.sales.save()
    for name in ("hasegawa", "nobody", "saeki", "onodera"):  # known, unknown, ended, without a password
        seen = []
        for _ in range(7):
            before = len(events(10_000))
            with mock.patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=real) as hashed:
                answer = sign_in(Client(REMOTE_ADDR=f"198.51.100.{len(told)}"), name, "wrong-" + PASSWORD)
            seen.append((answer.status_code, hashed.call_count, len(events(10_000)) - before, events()[0].reason))
        told[name] = (seen, Lock.objects.count() - sum(1 + 1 for _ in told))
    assert told["hasegawa"][0] == told["nobody"][0] == told["onodera"][0] == told["saeki"][0]
    assert {rows for _seen, rows in told.values()} == {2}
    assert told["nobody"][0][0][1] == 1
    assert told["nobody"][0][6][1] == 0


def test_an_ended_person_with_the_right_password_is_like_an_unknown_one(front: Client, house: House) -> None:
    Person.objects.filter(pk=house.teller.pk).update(is_active=False)
    answer = sign_in(front, "hasegawa")
    assert answer.status_code == 200
    assert events()[0].reason == "credentials"


def test_what_was_typed_as_a_name_is_kept_nowhere(front: Client) -> None:
    sign_in(front, PASSWORD, "typed into the wrong box")
    kept = str(list(Lock.objects.values())) + str(events(10))
    assert PASSWORD not in kept
    assert "toride" not in {row.key for row in Lock.objects.all()}


def test_the_administrator_unlocks_and_nobody_else(front: Client, house: House) -> None:
    for _ in range(5):
        sign_in(Client(), "hasegawa", "wrong")
    sign_in(front, "hayasaka")
    address = f"/people/{house.teller.pk}/unlock/"
    page = front.get("/people/").content.decode()
    assert address in page
    thief = Client(REMOTE_ADDR="10.9.9.9")
    house.steward.set_password(PASSWORD)
    house.steward.save()
    sign_in(thief, "konno")
    assert thief.post(address).status_code == 403
    assert sign_in(Client(), "hasegawa").status_code == 200
    assert front.post(address).status_code == 302
    assert events()[0].facts["locked"] is False
    assert sign_in(Client(), "hasegawa").status_code == 302
    assert address not in front.get("/people/").content.decode()


def test_a_lock_of_the_second_factor_shows_and_is_released(front: Client, house: House) -> None:
    sign_in(front, "hasegawa")
    enrol(front)
    for _ in range(5):
        client = Client()
        sign_in(client, "hasegawa")
        client.post("/sign-in/second/", {"code": "000000"})
    assert locks.locked([house.teller]) == {house.teller.id}
    locks.unlock(house.permit(house.admin, "access:person:manage"), person=house.teller)
    assert locks.locked([house.teller]) == set()


def test_what_is_forgotten_is_dropped(house: House) -> None:
    Lock.objects.create(key="old", attempts=3, last=clock.now() - timedelta(days=2))
    locks.attempt(locks.by_name("somebody"))
    assert not Lock.objects.filter(key="old").exists()


def test_known_unknown_and_ended_names_cost_the_same(house: House, settings: Any) -> None:
    """One hash of real use each, and the same questions to the stores: a name that skipped its hash would show it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    known, ended = (house.person(name, "窓口 花", "teller", house.midoridai) for name in ("known", "ended"))
    Person.objects.filter(pk__in=[known.pk, ended.pk]).update(password=make_password(PASSWORD))
    Person.objects.filter(pk=ended.pk).update(is_active=False)
    sign_in(Client(), "warm", "wrong-password-9")
    hashes, questions = {}, {}
    for name in ("known", "ended", "nobody"):
        with counted(Argon2PasswordHasher, "encode", "verify") as calls, CaptureQueriesContext(connection) as asked:
            assert sign_in(Client(), name, "wrong-password-9").status_code == 200
        hashes[name], questions[name] = len(calls), len(asked)
    assert hashes == {"known": 1, "ended": 1, "nobody": 1}
    assert len(set(questions.values())) == 1, questions


@contextmanager
def counted(kind: type, *names: str) -> Iterator[list[str]]:
    """Calls of these methods, which do what they do."""
    calls: list[str] = []

    def noted(name: str) -> Callable[..., object]:
        real = getattr(kind, name)

        def call(self: object, *given: object, **more: object) -> object:
            calls.append(name)
            return real(self, *given, **more)

        return call

    with ExitStack() as stack:
        for name in names:
            stack.enter_context(mock.patch.object(kind, name, noted(name)))
        yield calls
