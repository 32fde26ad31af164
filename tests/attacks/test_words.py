"""Words are words that somebody can read."""

import pytest

from tests.people import House
from toride.access.approvals import requests
from toride.base.errors import Invalid
from toride.customers import queries, services
from toride.customers.queries import Ask

pytestmark = pytest.mark.requirement("C9")


@pytest.mark.parametrize(
    "blank", ["\u200b" * 5, "\u2060" * 9, "\u202e" * 6, "\u00ad" * 5, "\ufeff" * 5, "a\u200b\u200b\u200b\u200b"]
)
def test_a_reason_that_nobody_can_read_is_none(blank: str) -> None:
    with pytest.raises(Invalid):
        requests.worded(blank, "reason")


@pytest.mark.parametrize("letter", ["\u200d", "\u200b", "\u202e", "\u2066", "\u00ad", "\u2028", "\ufeff"])
def test_a_name_does_not_hide_from_the_search(house: House, letter: str) -> None:
    permit = house.permit(house.teller, "customers:profile:create")
    try:
        services.register(
            permit,
            branch="002",
            owner=None,
            source="form",
            written={"number": "Z-1", "name": f"佐{letter}藤 花子", "kana": "サトウ ハナコ"},
        )
    except Invalid:
        return
    found = queries.search(house.permit(house.teller, "customers:list:search"), Ask("佐藤"))
    assert found.total == 1
