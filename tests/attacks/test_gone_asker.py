"""What somebody asked whose access has ended since does not run."""

import pytest

from tests.people import House
from toride.access.models import PolicyVersion
from toride.access.people import registry
from toride.access.tests.policies import agree, ask, draft
from toride.base.errors import TorideError

pytestmark = pytest.mark.requirement("A4")


def test_policy_of_somebody_who_was_dismissed(house: House) -> None:
    second = house.person("ito", "伊藤 蓮", "admin", house.head, rank=4)
    draft(house)
    row = ask(house)
    registry.dismiss(house.permit(second, "access:person:manage"), username=house.admin.username)
    with pytest.raises(TorideError):
        agree(house, row)
    assert not PolicyVersion.objects.exists()
