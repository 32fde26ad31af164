"""Every list costs the same for one row and for three, and never shows what is another branch's."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.addresses import Rows
from tests.kit import body, fresh
from tests.people import House
from tests.tables import TABLE
from toride.access import policy
from toride.access.models import Branch
from toride.customers.handing import listing
from toride.customers.models import Handover

pytestmark = pytest.mark.requirement("A2", "C8")
PLAIN = {name: one for name, one in TABLE.items() if not (one.known or one.open) and 200 in (one.get or {}).values()}
LISTS = {name: one.rows for name, one in PLAIN.items() if isinstance(one.rows, Rows)}


def test_every_page_lists_rows_or_says_why_not() -> None:
    assert [name for name, one in PLAIN.items() if not one.rows] == []
    assert len(LISTS) > 8


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process holds for a second is held as long as the test takes."""
    monkeypatch.setattr(policy, "RECHECK_SECONDS", 3_600)


@contextmanager
def asked() -> Iterator[list[str]]:
    """Every statement to any store."""
    found: list[str] = []
    with ExitStack() as stack:
        each = [stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in connections]
        yield found
        found += [query["sql"] for one in each for query in one.captured_queries]


def shown(client: Client, name: str) -> str:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    return body(answer)


@pytest.mark.parametrize("name", LISTS)
def test_three_rows_cost_what_one_costs(house: House, name: str) -> None:
    rows = LISTS[name]
    told = [rows.make(house, 1)]
    client = fresh(getattr(house, rows.asker))
    shown(client, name)
    with asked() as one:
        page = shown(client, name)
    assert told[0] in page
    told += [rows.make(house, number) for number in (2, 3)]
    shown(client, name)
    with asked() as three:
        page = shown(client, name)
    assert [text for text in told if text not in page] == []
    assert len(three) <= len(one), "\n".join(three)


@pytest.mark.parametrize("name", [name for name, rows in LISTS.items() if callable(rows.away)])
def test_a_row_of_another_branch_is_never_there(house: House, name: str) -> None:
    rows = LISTS[name]
    away, here = rows.away(house), rows.make(house, 1)
    page = shown(fresh(getattr(house, rows.asker)), name)
    assert here in page
    assert away not in page


def test_a_list_that_asks_for_each_row_would_be_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    real = listing.line
    monkeypatch.setattr(listing, "line", lambda row: Branch.objects.count() and real(row))
    with pytest.raises(AssertionError):
        test_three_rows_cost_what_one_costs(house, "handover")


def test_a_list_without_its_scope_would_be_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        listing, "_own", lambda _permit: Handover.objects.select_related("branch", "owner", "approval", "job")
    )
    with pytest.raises(AssertionError):
        test_a_row_of_another_branch_is_never_there(house, "handover")
