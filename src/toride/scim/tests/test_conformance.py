"""The public compliance checker finds nothing wrong (scim2-tester): discovery, CRUD, PATCH of every attribute."""

from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from tests.people import House
from toride.scim.tests.directory import Directory

pytestmark = pytest.mark.requirement("A6")


@pytest.fixture
def open_stores() -> Iterator[None]:
    """A request ends without closing the connections that hold this test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_checker_finds_nothing_wrong(house: House, open_stores: None) -> None:
    directory = Directory(house)
    headers = {"Authorization": f"Bearer {directory.key}"}
    client = WSGISCIMClient(get_wsgi_application(), base_url="http://localhost/scim/v2", headers=headers)
    found = check_server(client)
    wrong = [f"{one.title}: {one.reason}" for one in found if one.status in (Status.ERROR, Status.CRITICAL)]
    assert not wrong, "\n".join(wrong)
    done = {one.title for one in found if one.status is Status.SUCCESS}
    assert {"object_creation", "object_replacement", "object_deletion", "check_remove_attribute"} <= done
