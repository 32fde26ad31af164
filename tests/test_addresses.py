"""Every address of the product stands in a table, and answers each role as its table says."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from tests.addresses import EVERYWHERE, ROLES, Address, patterns, taken_back
from tests.kit import fresh
from tests.people import House
from tests.tables import KNOWN, TABLE, tables
from toride.base import guard

pytestmark = pytest.mark.requirement("A1")
METHODS = ("get", "post", "put")


PAGES = sorted(name for name, one in TABLE.items() if not one.open)
OPEN = sorted(name for name, one in TABLE.items() if one.open)


def pages() -> dict[str, URLPattern]:
    """By name; those of machines have walks of their own."""
    return {one.name or at: one for at, one in patterns() if not at.startswith(("api/", "scim/"))}


def test_every_address_stands_in_one_table() -> None:
    assert set(TABLE) == set(pages())
    assert len(TABLE) == sum(len(getattr(table, "ADDRESSES", ())) for table in tables())
    assert {name for name, one in pages().items() if guard.of(one.callback) is None} == set(OPEN)


def place(one: Address, known: dict[str, object]) -> str:
    return reverse(one.name, kwargs={argument: known[kind] for argument, kind in one.known.items()})


def ask(client: Client, method: str, address: str, one: Address) -> object:
    if method == "put":
        return client.put(address, b"x")
    return getattr(client, method)(address, one.sent)


def test_an_address_outside_of_the_tables_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(TABLE, "profile")
    with pytest.raises(AssertionError):
        test_every_address_stands_in_one_table()


def test_another_answer_than_the_tables_would_be_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, "trail", replace(TABLE["trail"], get={"dpo": 200}))
    with pytest.raises(AssertionError, match="auditor get: 200, not 403"):
        test_every_address_for_every_role(house, "trail")


@pytest.mark.parametrize("name", PAGES)
def test_every_address_for_every_role(house: House, name: str) -> None:
    """What is unknown, and what is another branch's, is answered alike."""
    one = TABLE[name]
    wrong: dict[tuple[str, ...], tuple[int, int]] = {}
    for role in ROLES:
        for method in METHODS[: 3 if one.put else 2]:
            with taken_back():
                wrong |= {(role, method, *what): found for what, found in answers(house, one, role, method)}
    assert wrong == {}, "\n".join(f"{' '.join(who)}: {found}, not {wanted}" for who, (found, wanted) in wrong.items())


def answers(house: House, one: Address, role: str, method: str) -> Iterator[tuple[tuple[str, ...], tuple[int, int]]]:
    """What is not as it should be: the status that was found, and the one that was wanted."""
    client, (known, away) = fresh(getattr(house, role)), made(house, one)
    wanted = one.answers(method, role)
    found = ask(client, method, place(one, known), one)
    if found.status_code != wanted:
        yield (), (found.status_code, wanted)
    if not one.known:
        return
    missing = wanted if wanted == one.others or (wanted == 405 and not one.of_customer) else 404
    none = ask(client, method, place(one, {kind: uuid4() for kind in one.known.values()} | NO_SUCH), one)
    if none.status_code != missing:
        yield ("unknown",), (none.status_code, missing)
    other, due = (ask(client, method, place(one, away), one), missing) if away else (found, wanted)
    if away and other.status_code != (wanted if role in EVERYWHERE else due):
        yield ("away",), (other.status_code, due)
    if other.status_code == none.status_code == 404 and told(other) != told(none):
        yield ("not the same",), (404, 404)


def told(found: object) -> tuple[bytes, dict[str, str]]:
    return found.content, dict(found.headers)


NO_SUCH = {"role": "root", "connection": "nosuchconn12"}


def made(house: House, one: Address) -> tuple[dict[str, object], dict[str, object]]:
    """What its arguments stand for here, and at another branch where that is another thing."""
    here, away = {}, {}
    for kind in one.known.values():
        if kind == "customer":
            here[kind], away[kind] = KNOWN[kind](house)
        else:
            here[kind] = KNOWN[kind](house)
    return here, here | away if away else away


@pytest.mark.parametrize("name", PAGES)
def test_whoever_has_not_signed_in_is_sent_to_do_so(house: House, name: str) -> None:
    one = TABLE[name]
    known = {kind: uuid4() for kind in one.known.values()} | NO_SUCH
    for method in ("get", "post"):
        found = ask(Client(), method, place(one, known), one)
        assert (found.status_code, found.url.split("?")[0]) == (302, "/sign-in/"), method


def test_every_page_is_ours(house: House) -> None:
    """Nothing of a library's own templates is ever shown."""
    client = fresh(house.admin)
    plain = [one for one in TABLE.values() if not one.known and one.answers("get", "admin") == 200 and not one.open]
    pages = [client.get(reverse(one.name)) for one in plain]
    pages += [
        Client().get("/sign-in/"),
        Client().post("/sign-in/", {"login": "x", "password": "y"}),
        client.get("/sign-out/"),
    ]
    assert len(pages) > 20
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert "— Toride</title>" in text
        assert "allauth" not in text


@pytest.mark.parametrize("name", OPEN)
def test_what_is_open_answers_nobody_as_its_table_says(house: House, name: str) -> None:
    one = TABLE[name]
    known, _away = made(house, one)
    found = {method: ask(Client(), method, place(one, known), one).status_code for method in ("get", "post")}
    assert found == {method: one.answers(method, "nobody") for method in ("get", "post")}
