"""An emergency that was ended stays ended."""

import pytest

from tests.people import House
from toride.access.actions import Action
from toride.access.exceptions import emergencies
from toride.access.models import Glass
from toride.base import clock
from toride.vault.permit import Category

pytestmark = pytest.mark.requirement("A3")


def test_a_review_opens_nothing_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = house.customer()
    row = emergencies.break_glass(
        house.permit(house.teller, Action.GLASS_BREAK, subject),
        subject,
        kind="life",
        categories=[Category.SENSITIVE],
        minutes=60,
        reason="持病を確かめます。",
    )
    real = emergencies.may_review

    def late(person, one):  # meanwhile, in another transaction, it is ended
        Glass.objects.filter(pk=one.pk).update(ends=clock.now())
        return real(person, one)

    monkeypatch.setattr(emergencies, "may_review", late)
    emergencies.review(house.permit(house.manager, Action.GLASS_REVIEW), row.pk, right=True, words="問題ありません。")
    assert Glass.objects.get(pk=row.pk).ends <= clock.now()
