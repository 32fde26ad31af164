"""Nobody agrees to what gives themselves more, though they gained it after it was asked."""

import pytest

from tests.people import House, become
from toride.access.tests.policies import agree, ask, draft
from toride.base.errors import TorideError

pytestmark = pytest.mark.requirement("A4")


def test_who_gains_since_it_was_asked_does_not_decide(house: House) -> None:
    draft(
        house,
        "teller",
        "customers:profile:read",
        purposes=["service"],
        reach="all",
        opens={str(n): 2 for n in range(1, 6)},
    )
    row = ask(house)
    assert str(house.dpo.pk) not in row.concerns
    become(house.dpo, roles=["dpo", "teller"])
    house.dpo.refresh_from_db()
    with pytest.raises(TorideError):
        agree(house, row)
