"""A page of a clear table goes on from the last row, whatever is changed meanwhile, and only with its own question."""

import base64
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.people import House
from toride.access.models import Person
from toride.base.errors import Invalid
from toride.lists import tables
from toride.lists.ask import LISTED, Ask, Found
from toride.lists.declaration import Filter, Sort

pytestmark = [pytest.mark.requirement("C9"), pytest.mark.store]
SORTS = (
    Sort("rank", "", column="rank"),
    Sort("department", "", column="department"),
    Sort("name", "", column="username"),
)
FILTERS = (Filter("branch", "", column="branch"), Filter("who", "", column="pk"), Filter("rank", "", column="rank"))


def asked(house: House, ask: Ask) -> Found[str]:
    permit = house.permit(house.admin, "access:person:read")
    people = Person.objects.all()
    found = tables.page(permit, ask, people, SORTS, FILTERS, lambda rows: [one.username for one in rows])
    assert permit.ledger.facts == {"found": found.total, "more": found.capped}
    assert permit.ledger.did == ("" if any(ask.filters.values()) else LISTED)
    return found


def pages(house: House, ask: Ask) -> Iterator[list[str]]:
    from dataclasses import replace

    found = asked(house, ask)
    yield list(found.items)
    while found.after:
        found = asked(house, replace(ask, after=found.after))
        yield list(found.items)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    sort=some.sampled_from(["rank", "department", "name", "", "unknown"]),
    descending=some.booleans(),
    limit=some.integers(1, 17),
    filters=some.fixed_dictionaries({}, optional={"branch": some.sampled_from(["002", "000", "002,000", "none"])}),
)
def test_pages_hold_each_row_once_in_order(
    house: House, sort: str, descending: bool, limit: int, filters: dict[str, str]
) -> None:
    ask = Ask(filters=filters, sort=sort, descending=descending, limit=limit)
    column = next((one.column for one in SORTS if one.name == sort), "rank")
    people = [one for one in Person.objects.all() if not filters or one.branch_id in filters["branch"].split(",")]
    key = {one.username: getattr(one, f"{column}_id", getattr(one, column)) for one in people}
    found = list(pages(house, ask))
    assert all(len(page) == limit for page in found[:-1])
    shown = [one for page in found for one in page]
    assert sorted(shown) == sorted(key)
    filled = [key[one] for one in shown if key[one] is not None]
    assert filled == sorted(filled, reverse=descending)
    assert [key[one] for one in shown][: len(filled)] == filled
    assert asked(house, ask).total == len(people)


def test_a_row_that_comes_or_goes_moves_no_other(house: House) -> None:
    first = asked(house, Ask(sort="name", limit=4))
    Person.objects.filter(username=first.items[1]).delete()
    house.person("aaa", "新人", "teller", house.wakaba)
    second = asked(house, Ask(sort="name", limit=4, after=first.after))
    rest = [one.username for one in Person.objects.order_by("username") if one.username > first.items[-1]]
    assert list(second.items) == rest[:4]


@pytest.mark.requirement("A1")
def test_a_place_opens_only_with_the_question_that_it_was_given_for(house: House) -> None:
    after = asked(house, Ask(sort="name", limit=2)).after
    assert after
    forged = base64.urlsafe_b64encode(b"0" * 32 + b'["zzz","1"]').decode()
    turned = base64.urlsafe_b64encode(base64.urlsafe_b64decode(after)[:-3] + b'x"]').decode()
    for ask in (
        Ask(sort="rank", after=after),
        Ask(sort="name", after=after, descending=True),
        Ask(sort="name", after=after, filters={"branch": "002"}),
        Ask(sort="name", after=after, text="x"),
        *(Ask(sort="name", after=one) for one in (forged, turned, "x", "é", "=" * 900, after[:-4])),
    ):
        with pytest.raises(Invalid):
            asked(house, ask)


def test_a_value_that_cannot_be_one_of_the_column_finds_nobody(house: House) -> None:
    for filters in (
        {"who": "no id"},
        {"rank": "high"},
        {"branch": "x" * 300},
        {"branch": "0\0"},
        {"rank": "9" * 40},
        {"who": "'; DROP TABLE--"},
    ):
        assert asked(house, Ask(filters=filters)).total == 0
    assert asked(house, Ask(filters={"who": "me"})).items == ["hayasaka"]


def test_very_many_are_counted_when_asked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_COUNTED", 3)
    assert (asked(house, Ask()).total, asked(house, Ask()).capped) == (3, True)
    exactly = asked(house, Ask(exact_total=True))
    assert (exactly.total, exactly.capped) == (Person.objects.count(), False)
