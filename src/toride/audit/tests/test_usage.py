"""Last uses, attempts after an end, and counts by purpose: told from the trail, by its index, to a valid permit."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from toride.audit import record, usage
from toride.audit.events import Event
from toride.audit.sequencer import settle
from toride.audit.tests.acts import HANAKO, TARO, WEB, permit
from toride.base import clock
from toride.base.errors import Refused
from toride.vault.permit import Actor, Mode

pytestmark = pytest.mark.requirement("A5")
START = datetime(2026, 11, 1, 9, tzinfo=UTC)
READ, SEARCH = "customers:profile:read", "customers:list:search"
MANY = 1_000  # of so many a pass over all of them costs more than the index


def happen(actor: Actor | None, action: str, hours: int, **more: Any) -> Event:
    return Event(action=action, door=WEB, actor=actor, at=clock.micros(START + timedelta(hours=hours)), **more)


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def test_the_last_use_of_each_action_is_that_of_this_person_and_done(stores):
    record([
        happen(HANAKO, READ, 1), happen(HANAKO, READ, 5), happen(HANAKO, READ, 3), happen(TARO, READ, 9),
        happen(HANAKO, READ, 8, outcome="refused"), happen(HANAKO, SEARCH, 2), happen(HANAKO, "other:thing:do", 7),
    ])  # fmt: skip
    assert settle()
    found = usage.last(permit("access:campaign:open"), HANAKO.id, [READ, SEARCH, "never:thing:done"])
    assert found == {READ: at(5), SEARCH: at(2)}
    assert usage.last(permit("access:campaign:open"), uuid4(), [READ]) == {}
    assert usage.last(permit("access:campaign:open"), HANAKO.id, []) == {}


def test_it_is_asked_of_the_index(stores, on_postgres):
    """Which of its indexes PostgreSQL takes hangs on statistics that only the owner makes; never a pass over all."""
    record([happen(HANAKO, SEARCH, hour) for hour in range(MANY)] + [happen(HANAKO, READ, 1)])
    assert settle()
    explain = "EXPLAIN " if on_postgres else "EXPLAIN QUERY PLAN "
    with connections["audit"].cursor() as cursor:
        cursor.execute(explain + usage.LAST.format(marks="(%s)"), [HANAKO.id.bytes, READ])
        plan = repr(cursor.fetchall())
    assert "Seq Scan on audit_listed" not in plan
    assert ("Index" if on_postgres else "audit_listed_use") in plan


def test_what_is_tried_and_done_after_an_end_is_told_apart(stores):
    record([
        happen(HANAKO, usage.SIGN_IN, 1), happen(HANAKO, usage.SIGN_IN, 4, outcome="refused", reason="credentials"),
        happen(HANAKO, usage.SIGN_IN, 5, outcome="refused"), happen(HANAKO, READ, 6), happen(HANAKO, usage.SIGN_OUT, 7),
        happen(TARO, usage.SIGN_IN, 1),
        happen(None, usage.SIGN_IN, 4, outcome="refused"), happen(None, usage.SIGN_IN, 1, outcome="refused"),
        happen(None, READ, 5, outcome="refused"),
    ])  # fmt: skip
    assert settle()
    found = usage.after(permit("access:campaign:open"), {HANAKO.id: at(3), TARO.id: at(3)})
    assert found == {HANAKO.id: usage.After(2, 1, at(7))}
    assert usage.unknown(permit("access:campaign:open"), at(3)) == 1
    assert usage.after(permit("access:campaign:open"), {}) == {}


def test_purposes_are_counted_by_person_where_customers_were_touched(stores):
    touched = ((UUID(int=5), Mode.CLEAR, 2),)
    record([
        *(happen(HANAKO, READ, hour, purpose="service", subjects=touched) for hour in range(3)),
        happen(HANAKO, READ, 4, purpose="sales", subjects=touched),
        happen(HANAKO, READ, 5, purpose="sales", subjects=touched, outcome="refused"),
        happen(HANAKO, "access:home:open", 5, purpose="self"), happen(TARO, READ, 5, purpose="call", subjects=touched),
    ])  # fmt: skip
    assert settle()
    stranger = uuid4()
    found = usage.purposes(permit("access:campaign:decide"), [HANAKO.id, stranger], at(0))
    assert found == {HANAKO.id: {"service": 2, "sales": 1}, stranger: {}}
    assert usage.purposes(permit("access:campaign:decide"), [], at(0)) == {}


def test_an_expired_permit_is_told_nothing(stores):
    late = permit("access:campaign:open", expires=clock.now())
    for ask in (
        lambda: usage.last(late, HANAKO.id, [READ]), lambda: usage.after(late, {HANAKO.id: at(0)}),
        lambda: usage.unknown(late, at(0)), lambda: usage.purposes(late, [HANAKO.id], at(0)),
    ):  # fmt: skip
        with pytest.raises(Refused):
            ask()
