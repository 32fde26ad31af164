"""What tests of the wizard begin with."""

import pytest

from tests.people import House
from toride.customers.imports.tests.wizard import Wizard


@pytest.fixture
def steward(house: House) -> Wizard:
    return Wizard(house.steward)
