"""Searches that have nothing to do with each other are not one act of the trail."""

import re

import pytest

from tests.kit import enter
from tests.people import House
from toride.audit.events import decode
from toride.audit.models import Inbox

pytestmark = pytest.mark.requirement("T1")


def searches():
    found = [decode(bytes(one.bytes))[0] for one in Inbox.objects.order_by("id")]
    return [one for one in found if one.action == "customers:list:search"]


def test_another_search_cannot_be_put_under_a_former_one(house: House) -> None:
    house.customer()
    client = enter(house.teller)
    page = client.post("/customers/", {"q": "佐藤"}, headers={"HX-Request": "true"}).content.decode()
    act = re.search(r'name="act" value="([^"]+)"', page)[1]
    client.post("/customers/", {"q": "鈴木", "act": act}, headers={"HX-Request": "true"})
    client.post("/customers/", {"q": "高橋", "act": act, "former": "高"}, headers={"HX-Request": "true"})
    client.post(
        "/customers/", {"q": "渡辺", "act": "00000000-0000-7000-8000-000000000001"}, headers={"HX-Request": "true"}
    )
    found = searches()
    assert len(found) == 4
    assert len({one.act for one in found}) == 4
    assert "00000000-0000-7000-8000-000000000001" not in {str(one.act) for one in found}
