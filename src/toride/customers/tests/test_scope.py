"""Row scope on a query reaches what `Rows.include` says of each row, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.people import House
from toride.access import scope
from toride.customers.models import Customer
from toride.vault.permit import Permit, Rows

pytestmark = pytest.mark.requirement("A1")
PLACES = some.sets(some.integers(0, 3), max_size=3)


def reaching(house: House, rows: Rows) -> Permit:
    return replace(house.permit(house.teller, "customers:list:search"), rows=rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(everything=some.booleans(), branches=PLACES, owners=PLACES, subjects=PLACES)
def test_a_query_within_the_rows_holds_what_each_row_says(
    house: House, everything: bool, branches: set[int], owners: set[int], subjects: set[int]
) -> None:
    if not Customer.objects.exists():
        for number, owner in enumerate((house.sales, None, house.sales, house.corporate, None)):
            house.customer(f"N-{number}", branch=(house.midoridai, house.wakaba, house.head)[number % 3], owner=owner)
    customers = list(Customer.objects.order_by("subject"))
    codes = (house.midoridai.code, house.wakaba.code, house.head.code, "none")
    people = (house.sales.pk, house.corporate.pk, house.teller.pk, house.dpo.pk)
    rows = Rows(
        everything,
        frozenset(codes[one] for one in branches),
        frozenset(people[one] for one in owners),
        frozenset(customers[one].pk for one in subjects),
    )
    asked, every = reaching(house, rows), Customer.objects.all()
    assert {one.pk for one in scope.within(asked, every)} == {
        one.pk for one in customers if rows.include(one.branch_id, one.owner_id, one.pk)
    }
    assert {one.pk for one in scope.within(asked, every, subject="")} == {
        one.pk for one in customers if rows.include(one.branch_id, one.owner_id)
    }
    assert {one.pk for one in scope.within(asked, every, branch="", subject="")} == {
        one.pk for one in customers if rows.include("", one.owner_id)
    }


def test_a_permit_without_rows_reaches_nothing(house: House) -> None:
    house.customer()
    for names in ({}, {"branch": "branch__code"}, {"branch": "", "owner": "", "subject": ""}):
        assert not scope.within(reaching(house, Rows()), Customer.objects.all(), **names).exists()
