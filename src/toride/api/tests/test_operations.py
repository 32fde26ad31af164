"""No operation is without its action; none lets anybody in who has no key; the description names every answer."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.people import House
from toride.access.machines import scopes
from toride.api.gateway import Under
from toride.api.tests.machines import Machine
from toride.api.urls import api
from toride.base import actions

pytestmark = pytest.mark.requirement("A8")
NOBODY = "0" * 8 + "-0000-4000-8000-" + "0" * 12


def operations() -> Iterator[tuple[str, str, object]]:
    for _prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, path, operation


def addresses() -> list[tuple[str, str]]:
    found = [(method, "/api/v1" + path) for method, path, _operation in operations()]
    return [
        (method, path.replace("{uuidstr:customer}", NOBODY).replace("{uuidstr:number}", NOBODY))
        for method, path in found
    ]


def test_every_operation_declares_one_action_that_a_scope_names() -> None:
    scoped = frozenset().union(*(scope.actions for code, scope in scopes.SCOPES.items() if code != "scim"))
    seen = set()
    for method, path, operation in operations():
        (under,) = operation.auth_callbacks
        assert isinstance(under, Under), (method, path)
        assert under.action in actions.declared(), (method, path)
        assert (under.subject == "customer") == ("{uuidstr:customer}" in path), (method, path)
        seen.add(under.action)
    assert seen == scoped


def test_every_address_under_api_is_an_operation_or_known_to_be_open() -> None:
    (mounted,) = [one for one in get_resolver().url_patterns if str(one.pattern) == "api/"]
    known = {path.replace("{", "<").replace("}", ">").lstrip("/") for _method, path, _one in operations()}
    rest = {str(one.pattern).removeprefix("v1/") for one in mounted.url_patterns} - known
    assert rest == {"openapi.json", "oauth/token", "^.*$"}


@pytest.mark.parametrize(("method", "path"), addresses())
def test_nobody_comes_in_without_a_key(house: House, method: str, path: str) -> None:
    for header in ({}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer toride_ak_x"},
                   {"Authorization": "Basic a29ubm86eA=="}, {"Authorization": "Bearer " + "x" * 5_000}):  # fmt: skip
        found = Client().generic(method, path, b"{", content_type="application/json", headers=header)
        assert found.status_code == 401, header
        assert found["Content-Type"] == "application/problem+json"
        assert found["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path"), addresses())
def test_key_without_the_scope_is_refused_whether_there_is_something_or_not(
    house: House, method: str, path: str
) -> None:
    emiko = house.customer()
    other = "people" if "/customers" in path or "/trail" in path or "/imports" in path else "customers.read"
    username, purpose = ("hayasaka", "administration") if other == "people" else ("konno", "data-care")
    machine = Machine(house, username, purpose, wanted=[other])
    here, nowhere = (machine(method, path.replace(NOBODY, str(one)), {}) for one in (emiko, NOBODY))
    assert here.status_code == nowhere.status_code == 403
    assert here.content == nowhere.content
    assert here.json()["reason"] == "connection"


def test_description_is_open_and_names_no_key_and_no_data(house: House) -> None:
    found = Client().get("/api/v1/openapi.json")
    assert found.status_code == 200
    told = found.json()
    assert told["openapi"].startswith("3.1")
    assert {path for _method, path, _operation in operations()} == {
        path.removeprefix("/api/v1").replace("{customer}", "{uuidstr:customer}").replace("{number}", "{uuidstr:number}")
        for path in told["paths"]
    }
