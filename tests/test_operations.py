"""Every operation for machines stands in a table, and answers a key of each role as its table says."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.addresses import EVERYWHERE, NUMBER, ROLES, Operation, patterns, taken_back
from tests.people import House
from toride.access.machines import keys, scopes
from toride.access.models import Connection, Person
from toride.access.roles import SHIPPED
from toride.api.tests import addresses as api
from toride.api.urls import api as interface
from toride.base import clock
from toride.customers.tests.addresses import customers
from toride.scim.tests import addresses as scim
from toride.vault.permit import Category

pytestmark = pytest.mark.requirement("A1", "A8")
KINDS = {"/api/v1": "application/json", "/scim/v2": "application/scim+json"}
TABLE = {
    (base, one.method, one.path): one
    for base, table in (("/api/v1", api), ("/scim/v2", scim))
    for one in table.OPERATIONS
}
KNOWN = api.KNOWN | scim.KNOWN
OPEN = {"v1/openapi.json", "oauth/token", "^.*$"}


def declared() -> Iterator[tuple[str, str, str, str]]:
    """Base, method, path and action of every operation that the product has."""
    for _prefix, router in interface._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield "/api/v1", method, re.sub(r"\{[^}]*\}", NUMBER, path), operation.auth_callbacks[0].action
    for place, pattern in patterns():
        for method, (action, _function) in getattr(pattern.callback, "operations", {}).items():
            path = place.removeprefix("scim/v2").replace("ResourceTypes/<str:name>", "ResourceTypes/User")
            path = path.replace("Schemas/<str:name>", "Schemas/urn:ietf:params:scim:schemas:core:2.0:User")
            yield "/scim/v2", method, re.sub(r"<[^>]*>", NUMBER, path), str(action)


ACTIONS = {(base, method, path): action for base, method, path, action in declared()}


def test_every_operation_stands_in_a_table() -> None:
    assert set(TABLE) == set(ACTIONS)
    places = {place.removeprefix("api/") for place, _one in patterns() if place.startswith("api/")}
    known = {path for base, _method, path in TABLE if base == "/api/v1"}
    assert {re.sub(r"<[^>]*>", NUMBER, one.removeprefix("v1")) for one in places - OPEN} == known


def key_of(person: Person, action: str) -> str:
    """A key of this person's with every scope, for a purpose under which they may do this, where there is one."""
    fitting = [grant.purposes[0] for role in person.roles for grant in SHIPPED[role].grants if action in grant.actions]
    name = keys.name()
    key = keys.make(name)
    Connection.objects.create(
        id=name, person=person, name="all", scopes=list(scopes.SCOPES), purpose=(fitting or ["service"])[0],
        categories=[int(one) for one in Category], digest=keys.digest(key), created=clock.now(), any_hour=True,
        expires=clock.now().replace(year=clock.now().year + 1),
    )  # fmt: skip
    return key


@pytest.mark.parametrize(("base", "method", "path"), sorted(TABLE))
def test_every_operation_for_every_role(house: House, base: str, method: str, path: str) -> None:
    """What is unknown, and what is another branch's, is answered alike."""
    wrong = {}
    for role in ROLES:
        with taken_back():
            wrong |= {(role, *what): found for what, found in answers(house, base, TABLE[base, method, path], role)}
    assert wrong == {}, "\n".join(f"{' '.join(who)}: {found}, not {wanted}" for who, (found, wanted) in wrong.items())


def answers(house: House, base: str, one: Operation, role: str) -> Iterator[tuple[tuple[str, ...], tuple[int, int]]]:
    key, client = key_of(getattr(house, role), ACTIONS[base, one.method, one.path]), Client()

    def ask(number: object) -> HttpResponse:
        header = {"Authorization": f"Bearer {key}"}
        return client.generic(
            one.method, base + one.path.replace(NUMBER, str(number)), b"{}", KINDS[base], headers=header
        )

    here, away = customers(house) if one.known == "customer" else (KNOWN[one.known](house) if one.known else "", None)
    wanted = one.answers.get(role, 403)
    found = ask(here).status_code
    if found != wanted:
        yield (), (found, wanted)
    if not one.known:
        return
    none, missing = ask(uuid4()), wanted if wanted == 403 or one.unread else 404
    if none.status_code != missing:
        yield ("unknown",), (none.status_code, missing)
    if away:
        other, due = ask(away), wanted if role in EVERYWHERE else missing
        if other.status_code != due:
            yield ("away",), (other.status_code, due)
        if other.status_code == 404 and other.content != none.content:
            yield ("not the same",), (404, 404)
