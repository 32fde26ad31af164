"""A machine's file with addresses in one column."""

import pytest

from tests.people import House
from toride.api.tests.files import begun, loader

pytestmark = pytest.mark.requirement("C7")


def test_addresses_in_one_column_are_checked(house: House) -> None:
    machine = loader(house)
    address = begun(machine, "顧客番号,氏名,住所\nA-1,佐藤 花子,宮城県仙台市青葉区昭和町3-14-2\n")
    assert machine("GET", f"{address}/columns").json()["targets"] == ["number", "name", "address"]
    assert machine("POST", f"{address}/check").status_code == 202
