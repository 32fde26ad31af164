"""What a page says waits for a person is what waits for them: as whoever decides, and as whoever is asked back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from tests.kit import approve
from tests.people import House
from toride.access.actions import Action
from toride.access.approvals import requests, waiting
from toride.access.models import Approval
from toride.access.signin.backends import Backend
from toride.access.tests.approvals import asked
from toride.base import clock

pytestmark = pytest.mark.requirement("A4")
ROLES = ("admin", "dpo", "teller", "steward")


def counts(house: House) -> dict[str, int]:
    found = {name: waiting.count(Backend().get_user(getattr(house, name).id)) for name in ROLES}
    return {name: count for name, count in found.items() if count}


def test_a_request_waits_for_whoever_is_next(house: House) -> None:
    assert counts(house) == {}
    row = asked(house)
    assert counts(house) == {"dpo": 1}
    requests.hold(house.permit(house.dpo, Action.APPROVAL_DECIDE), row.pk, words="発令はいつですか。")
    assert counts(house) == {"admin": 1}
    requests.answer(house.permit(house.admin, Action.APPROVAL_ANSWER), row.pk, words="十一月一日です。")
    assert counts(house) == {"dpo": 1}
    assert len(requests.waiting(house.dpo)) == 1
    approve(house, house.dpo, row)
    assert counts(house) == {}


def test_what_is_over_or_unknown_waits_for_nobody(house: House) -> None:
    row = asked(house)
    Approval.objects.filter(pk=row.pk).update(kind="of-another-release")
    assert counts(house) == {}
    Approval.objects.filter(pk=row.pk).update(kind=row.kind, expires=clock.now() - timedelta(minutes=1))
    assert counts(house) == {}


def test_where_nothing_is_open_nothing_is_asked(
    house: House, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    person = Backend().get_user(house.dpo.id)
    with django_assert_num_queries(0):
        assert waiting.count(person) == 0
    asked(house)
    person = Backend().get_user(house.dpo.id)
    with django_assert_num_queries(1):
        assert waiting.count(person) == 1
