"""A page of a failed form shows what was read; it must stand in the trail."""

import pytest

from tests.attacks.events import events, of
from tests.kit import enter
from tests.people import House
from toride.access.actions import Action
from toride.access.exceptions import emergencies
from toride.vault.permit import Category

pytestmark = pytest.mark.requirement("T1")


@pytest.mark.parametrize("hx", [False, True])
def test_a_form_that_fails_shows_nobody_unrecorded(house: House, hx: bool) -> None:
    subject = house.customer()
    client = enter(house.teller)
    before = len(of(subject))
    page = client.post(f"/customers/{subject}/change/", {"phones": "1"}, headers={"HX-Request": "true"} if hx else {})
    assert page.status_code == 422
    assert "齋藤 惠美子" in page.content.decode()
    assert len(of(subject)) == before + 1, "the name was shown and the trail says nothing of it"


def test_reasons_of_emergencies_are_not_shown_unrecorded(house: House) -> None:
    subject = house.customer()
    permit = house.permit(house.teller, Action.GLASS_BREAK, subject)
    emergencies.break_glass(
        permit,
        subject,
        kind="life",
        categories=[Category.SENSITIVE],
        minutes=30,
        reason="店頭で倒れられ、持病を確かめます。",
    )
    client = enter(house.manager)
    row = emergencies.to_review(house.manager)[0]
    count = len(events())
    page = client.post(f"/access/glass/{row.pk}/review/", {"decision": ""})
    assert page.status_code == 422
    assert "持病を確かめます" in page.content.decode()
    assert len(events()) > count
