"""Fixtures of the index: its columns declared, people who ask, a table written beside it to compare with."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from toride.base import clock
from toride.vault.index import columns, process
from toride.vault.index.tests import naive
from toride.vault.permit import Actor, Category, Door, Opening, Permit, Rows


@pytest.fixture(autouse=True)
def declared() -> Iterator[None]:
    before = list(columns._declared)
    naive.declare(naive.SCHEMA)
    process.forget()
    yield
    process.forget()
    columns._declared[:] = before


@pytest.fixture
def permit() -> Callable[..., Permit]:
    """A permit that opens basic and transaction data in clear, everywhere, unless told otherwise."""
    clerk = Actor(uuid4(), "mori", "森 由紀")

    def make(**other: Any) -> Permit:
        facts: dict[str, Any] = {
            "actor": clerk,
            "door": Door("web"),
            "action": "customers:list:search",
            "purpose": "advice",
            "rows": Rows(everything=True),
            "policy": "test",
            "expires": clock.now() + timedelta(minutes=5),
            "openings": {Category.BASIC: Opening.CLEAR, Category.TRANSACTIONS: Opening.CLEAR},
        }
        return Permit(**(facts | other))

    return make


def hanako(**other: Any) -> dict[str, Any]:
    """One customer, as the customers domain would project her."""
    return {
        "name": ("佐藤花子",),
        "kana": "サトウハナコ",
        "phone": ("0312345678", "09011112222"),
        "number": "A-001",
        "email": ("hanako@example.com",),
        "prefecture": "東京都",
        "branch": "本店",
        "owner": "佐々木",
        "assets": 12_000_000,
        "visits": 3,
        "birth": "1984-02-29",
    } | other


def ids(count: int) -> list[UUID]:
    return [uuid4() for _ in range(count)]
