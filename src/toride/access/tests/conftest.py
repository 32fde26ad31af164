"""What several tests of access share."""

import pytest
from django.test import Client

from tests.people import House
from toride.access.tests.signing import give_passwords


@pytest.fixture
def shared(stores: None) -> House:
    """A house that other connections see."""
    return House()


@pytest.fixture
def front(house: House) -> Client:
    """A browser before which teller and administrator have passwords."""
    give_passwords(house)
    return Client()
