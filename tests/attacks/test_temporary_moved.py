"""Who answers for a customer now decides, not who did when it was asked."""

import pytest

from tests.people import House
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.exceptions import temporary
from toride.base.errors import TorideError
from toride.customers.models import Customer
from toride.vault.permit import Category, Opening

pytestmark = pytest.mark.requirement("A3")


def test_the_former_branch_opens_nothing(house: House) -> None:
    subject = house.customer()
    row = temporary.ask(
        house.permit(house.operator, "access:temporary:ask", subject)
        if False
        else house.permit(house.operator, Action.TEMPORARY_ASK, subject),
        subject,
        categories=[Category.SENSITIVE],
        days=3,
        reason="確認のためです。",
    )
    Customer.objects.filter(pk=subject).update(branch=house.wakaba)
    permit = house.permit(house.manager, Action.APPROVAL_DECIDE)
    try:
        digest = requests.request(permit, row.pk, house.manager).digest
        requests.approve(permit, row.pk, digest=digest, count="3")
    except TorideError:
        pass
    assert house.permit(house.operator, "customers:profile:read", subject).opening(Category.SENSITIVE) != Opening.CLEAR
