"""Whatever is sent, nothing breaks, and every answer is one that the description names."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.people import House
from tests.scale import scaled
from toride.access.models import Connection
from toride.api.tests.machines import Machine
from toride.customers.models import Import

pytestmark = pytest.mark.requirement("A8")
application = get_wsgi_application()
EXAMPLES, SEED = scaled(20, 200), 20_261_122
HOLDERS = {"Customers": ("konno", "data-care", "customers"), "Deals": ("okubo", "sales", "deals.read"),
           "Imports": ("konno", "data-care", "imports"),
           "People": ("hayasaka", "administration", "people"), "Audit trail": ("udagawa", "audit", "trail")}  # fmt: skip
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    allow_header_conformance,
]


def here(environ: dict[str, Any], begin: Any) -> Any:
    """The product, as this machine itself asks it."""
    return application(environ | {"REMOTE_ADDR": "127.0.0.1"}, begin)


schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", here)
OPERATIONS = {one.ok().label: one.ok() for one in schema.get_all_operations()}


@pytest.fixture
def open_stores() -> Iterator[None]:
    """A request ends without closing the connections that hold this test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_nothing_breaks_and_nothing_is_undocumented(house: House, open_stores: None, label: str) -> None:
    operation = OPERATIONS[label]
    username, purpose, scope = HOLDERS[operation.definition.raw["tags"][0]]
    machine = Machine(house, username, purpose, wanted=[scope])
    known = house.customer()
    draft = Import.objects.create(person=house.steward.id, branch=house.midoridai, file=UUID(int=1), size=5)
    seen = set()

    @seed(SEED)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck),
              phases=[Phase.explicit, Phase.generate])  # fmt: skip
    @given(case=operation.as_strategy())
    def send(case: schemathesis.Case) -> None:
        Connection.objects.update(allowance=0)
        if len(seen) % 2 == 0:  # as often what is there as what is not
            for name, one in (("customer", known), ("number", draft.pk)):
                if name in case.path_parameters:
                    case.path_parameters[name] = str(one)
        seen.add(case.id)
        answer = case.call(headers={"Authorization": f"Bearer {machine.key}"})
        case.validate_response(answer, checks=CHECKS)

    send()
    assert len(seen) > 1
