"""A directory gives no name that reads as another."""

import pytest

from tests.people import House
from toride.access.models import Person
from toride.scim.tests.directory import USERS, Directory

pytestmark = pytest.mark.requirement("A7")


def test_steering_signs(house: House) -> None:
    directory = Directory(house)
    number = directory.admit("kikuchi", displayName="x")["id"]
    directory.patch(f"{USERS}/{number}", {"op": "replace", "path": "displayName", "value": "\u202e理真 家氏\u200b"})
    assert Person.objects.get(pk=number).name == "x"
