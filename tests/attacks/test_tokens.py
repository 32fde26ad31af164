"""What ends a person's sessions ends what acts for them by command."""

import pytest

from tests.people import House
from toride.access.actions import Action
from toride.access.signin import devices, passwords, tokens
from toride.access.tests.signing import PASSWORD, give_passwords
from toride.base.errors import Refused

pytestmark = pytest.mark.requirement("A6")


def test_a_changed_password(house: House) -> None:
    give_passwords(house)
    token = tokens.issue(house.teller)
    passwords.change(
        house.permit(house.teller, Action.PASSWORD_CHANGE),
        person=house.teller,
        before=PASSWORD,
        after="馬は東へ-まだ見ぬ橋の下で七つ",
    )
    with pytest.raises(Refused):
        tokens.holder(token)


def test_signed_out_everywhere(house: House) -> None:
    token = tokens.issue(house.teller)
    devices.end_of(house.permit(house.admin, Action.PERSON_MANAGE), person=house.teller)
    with pytest.raises(Refused):
        tokens.holder(token)
