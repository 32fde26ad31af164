"""No address without a key of the scope; errors are the standard's own and tell nothing; limits hold."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from django.utils.module_loading import import_string

from tests.people import House, become
from toride.access.actions import Action
from toride.access.machines import authentication, scopes
from toride.access.models import Connection
from toride.access.signin import locks
from toride.base.errors import Invalid
from toride.scim import gateway
from toride.scim.tests.directory import MEDIA, PATCH, USERS, Directory, one, refused
from toride.scim.urls import urlpatterns

pytestmark = pytest.mark.requirement("A1", "A6")
NOBODY = "0" * 8 + "-0000-4000-8000-" + "0" * 12


def operations() -> Iterator[tuple[str, str, str]]:
    for pattern in urlpatterns:
        for method, (action, _operation) in pattern.callback.operations.items():
            place = str(pattern.pattern).replace("<str:number>", NOBODY).replace("<str:name>", "User")
            yield method, f"/scim/v2/{place}", str(action)


def test_every_operation_is_there_and_of_the_scope() -> None:
    for pattern in urlpatterns:
        for _action, name in pattern.callback.operations.values():
            assert callable(import_string(f"toride.scim.{name}"))
    assert {action for _method, _path, action in operations()} == scopes.SCOPES["scim"].actions


def test_pages_do_not_wait_for_what_only_a_directory_needs() -> None:
    script = "import django; django.setup(); import toride.urls, sys; sys.exit('scim2_models' in sys.modules)"
    given = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "DJANGO_SETTINGS_MODULE": "toride.settings"}
    assert subprocess.run([sys.executable, "-c", script], env=given, timeout=60, check=False).returncode == 0


def test_nobody_comes_in_without_a_key(house: House) -> None:
    for method, path, _action in operations():
        for header in ({}, {"Authorization": "Bearer toride_ak_x"}, {"Authorization": "Basic a29ubm86eA=="}):
            locks.Lock.objects.all().delete()
            found = Client().generic(method, path, b"{", content_type=MEDIA, headers=header)
            refused(found, 401)
            assert found["WWW-Authenticate"].startswith("Bearer")


def test_another_scope_changes_nothing_here(house: House) -> None:
    directory = Directory(house, wanted=["people"])
    for method, path, action in operations():
        if action == Action.PERSON_PROVISION:
            here, nowhere = (directory(method, path.replace(NOBODY, str(who)), {}) for who in (house.teller.id, NOBODY))
            refused(here, 403)
            assert here.content == nowhere.content


@pytest.mark.parametrize("role", ["konno", "udagawa", "ujiie", "okubo", "hasegawa"])
def test_nobody_but_administrators_holds_such_a_key(house: House, role: str) -> None:
    from toride.access.machines import services

    permit = house.permit(house.admin, "access:connection:manage")
    with pytest.raises(Invalid):
        services.connect(permit, username=role, name="x", wanted=["scim"], purpose="administration")


def test_key_of_a_person_who_lost_the_duty_does_nothing(house: House) -> None:
    directory = Directory(house)
    become(house.admin, roles=["teller"])
    for method, path, _action in operations():
        refused(directory(method, path, {}), 403)


def test_key_crosses_no_network_in_clear_and_stands_in_no_address(house: House) -> None:
    directory = Directory(house)
    header = {"Authorization": f"Bearer {directory.key}"}
    refused(Client(REMOTE_ADDR="192.0.2.9").get(USERS, headers=header), 403)
    assert Client(REMOTE_ADDR="192.0.2.9").get(USERS, headers=header, secure=True).status_code == 200
    refused(directory("GET", f"{USERS}?key={directory.key}"), 400)


def test_what_cannot_be_read_is_refused_in_the_standards_words(house: House) -> None:
    directory = Directory(house)
    refused(directory("POST", USERS, b"{"), 400, "invalidSyntax")
    refused(directory("POST", USERS, b"[]"), 400, "invalidSyntax")
    refused(directory("POST", USERS, {}, Content_Type="text/plain"), 415)
    refused(directory("POST", USERS, {"displayName": "x"}), 400, "invalidValue")
    refused(directory("GET", f"{USERS}?filter=userName+xx+1"), 400, "invalidFilter")
    refused(directory("GET", f"{USERS}?filter=salary+eq+1"), 400, "invalidFilter")
    refused(directory("GET", f"{USERS}?filter={'(' * 40}userName+pr{')' * 39}"), 400, "invalidFilter")
    refused(directory("GET", f"{USERS}?count=x"), 400, "invalidValue")
    for path in (
        one("x"),
        one(NOBODY),
        one(house.customer()),
        "/scim/v2/x",
        "/scim/v2/",
        one(NOBODY, "/scim/v2/Groups"),
    ):
        refused(directory("GET", path), 404)
    found = directory("PUT", USERS)
    refused(found, 405)
    assert found["Allow"] == "GET, POST"
    refused(directory("POST", "/scim/v2/.search", {}), 501)
    refused(directory("GET", "/scim/v2/Schemas?filter=id+pr"), 403)


def test_limits_hold(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = Directory(house)
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        refused(directory("POST", USERS, {"userName": "x" * 200}), 413)
    monkeypatch.setattr(gateway, "MOST_OPERATIONS", 1)
    operation = {"op": "replace", "path": "displayName", "value": "x"}
    sent = {"schemas": [PATCH], "operations": [operation] * 2}
    refused(directory("PATCH", one(house.teller.id), sent), 413)
    Connection.objects.update(allowance=2**62)
    found = directory("GET", USERS)
    refused(found, 429)
    assert int(found["Retry-After"]) > 0
    assert f";q={authentication.RATE};" in found["RateLimit-Policy"]


def test_what_happens_is_recorded_or_not_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from toride import audit
    from toride.base.errors import Unavailable

    directory = Directory(house)

    def fail(*_given: object, **_more: object) -> None:
        raise Unavailable("trail")

    monkeypatch.setattr(audit, "commit", fail)
    found = directory("GET", one(house.teller.id))
    assert "hasegawa" not in refused(found, 503)
