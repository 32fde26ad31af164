"""The demonstration's own data is as the house writes it."""

import random

import pytest

from toride.customers import fields
from toride.demo import fiction
from toride.fields.display import as_written

pytestmark = pytest.mark.requirement("C3")


def test_the_demonstrations_own_values_are_as_the_house_writes_them() -> None:
    for one in fiction.customers(400, random.Random(7)):
        written = {
            name: as_written(value)
            for name, value in one.values.items()
            if fields.FIELDS[name].typed and value not in (None, [])
        }
        cleaned = fields.clean(written)
        assert {name: as_written(value) for name, value in cleaned.items()} == written
