"""A message tells of whom the connection may read when it leaves."""

from typing import Any

import pytest

from tests.people import House
from toride.customers.models import Customer
from toride.disclosure import sending
from toride.disclosure.tests.hooks import connection, happened, made, receiver

__all__ = ["receiver"]

pytestmark = pytest.mark.requirement("A8")


def test_who_moved_away_meanwhile_is_not_told(house: House, receiver: Any) -> None:
    kind, address = receiver
    hook, _secret = made(house, connection(house), address)
    emiko, other = house.customer("1"), house.customer("2")
    assert happened(hook, emiko, other) == 1
    Customer.objects.filter(pk=emiko).update(branch=house.wakaba)
    sending.send_due()
    assert not any(str(emiko) in body.decode() for _head, body in kind.heard)
    assert any(str(other) in body.decode() for _head, body in kind.heard)
