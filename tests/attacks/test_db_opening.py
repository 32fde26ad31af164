"""A row put into the store opens nothing."""

from datetime import timedelta

import pytest

from tests.people import House
from toride.access.models import Glass, TemporaryAccess
from toride.base import clock
from toride.base.errors import TorideError
from toride.vault.permit import Category, Opening

pytestmark = pytest.mark.requirement("A3")


def test_temporary_access_that_nobody_gave(house: House) -> None:
    subject = house.customer()
    now = clock.now()
    TemporaryAccess.objects.create(
        person=house.teller,
        giver=house.manager,
        subject_id=subject,
        categories=1 << 5,
        created=now,
        ends=now + timedelta(days=3650),
    )
    assert house.permit(house.teller, "customers:profile:read", subject).opening(Category.SENSITIVE) != Opening.CLEAR


def test_emergency_that_nobody_broke(house: House) -> None:
    there = house.customer(branch=house.wakaba)
    now = clock.now()
    Glass.objects.create(
        person=house.teller,
        subject_id=there,
        branch=house.wakaba,
        kind="life",
        categories=0b111110,
        beyond=True,
        reason=b"",
        created=now,
        ends=now + timedelta(days=3650),
        due=now + timedelta(days=3650),
    )
    with pytest.raises(TorideError):
        house.permit(house.teller, "customers:profile:read", there)
