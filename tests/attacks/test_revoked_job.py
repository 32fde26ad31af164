"""What a machine began ends with its key."""

import pytest

from tests.people import House
from toride.access.machines import services
from toride.api.tests.files import begun, kept, loader
from toride.customers.imports.tests.wizard import work
from toride.customers.models import Customer

pytestmark = pytest.mark.requirement("A8")


def test_an_import_of_a_revoked_connection_does_not_run(house: House) -> None:
    machine = loader(house)
    address = begun(machine)
    machine("POST", f"{address}/check")
    work(kept(address))
    assert machine("POST", f"{address}/run", {}).status_code == 202
    from toride.access.models import Connection

    services.revoke(house.permit(house.admin, "access:connection:manage"), connection=Connection.objects.get().pk)
    work(kept(address))
    assert not Customer.objects.exists()
