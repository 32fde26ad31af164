"""The page of one event, as an auditor opens it from the trail."""

import re

import pytest
from django.urls import reverse

from tests.kit import enter
from tests.people import House
from toride.audit.sequencer import settle


@pytest.mark.requirement("T3")
def test_what_came_of_a_search_is_told_in_words(stores: None) -> None:
    house = House()
    house.customer()
    enter(house.manager).get("/customers/")
    assert settle()
    auditor = enter(house.auditor)
    listed = auditor.get(reverse("trail")).content.decode()
    addresses = re.findall(r"/audit/events/[0-9a-f-]+/", listed)
    pages = "".join(auditor.get(address).content.decode() for address in addresses)
    assert "<dt>詳細</dt><dd>見つかったお客さまの数: 1<br>続きの有無: いいえ<br></dd>" in pages
