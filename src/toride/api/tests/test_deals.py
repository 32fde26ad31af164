"""Machines read deals as far as their person, and are told of each other field how and why it is withheld."""

from uuid import UUID

import pytest

from tests.people import House
from toride.api.tests.machines import Machine
from toride.sales.tests.addresses import opened

pytestmark = pytest.mark.requirement("A8")
DEALS = "/api/v1/deals"


def test_deals_of_their_persons_customers_and_no_others(house: House) -> None:
    emiko: UUID = house.customer(owner=house.sales)
    opened(house, emiko, "住宅ローン")
    opened(house, house.customer("3"), "よその案件")
    machine = Machine(house, "saeki", "sales", wanted=["deals.read"])
    (mine,) = machine("GET", DEALS).json()["items"]
    assert (mine["customer"], mine["stage"], mine["values"]["title"]) == (str(emiko), "lead", "住宅ローン")
    assert mine["withheld"] == {}
    assert machine("GET", f"{DEALS}?stage=won").json()["items"] == []
    for wrong in ("stage=moon", "after=forged", "limit=0"):
        assert machine("GET", f"{DEALS}?{wrong}").status_code == 422


def test_a_connection_without_the_category_is_told_what_is_withheld(house: House) -> None:
    opened(house, house.customer(owner=house.sales), "住宅ローン")
    machine = Machine(house, "saeki", "sales", wanted=["deals.read"], categories=[1])
    found = machine("GET", DEALS)
    assert "住宅" not in found.content.decode()


def test_pages_go_on(house: House) -> None:
    for number in range(5):
        opened(house, house.customer(f"4-{number}", owner=house.sales), f"案件{number}")
    machine = Machine(house, "saeki", "sales", wanted=["deals.read"])
    first = machine("GET", f"{DEALS}?limit=3").json()
    rest = machine("GET", f"{DEALS}?limit=3&after={first['after']}").json()
    assert (first["total"], len(first["items"]), len(rest["items"]), rest["after"]) == (5, 3, 2, None)
    assert len({one["id"] for one in (*first["items"], *rest["items"])}) == 5
