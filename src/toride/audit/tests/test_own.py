"""Whom somebody opened last is told to them alone, from the trail, with bounds."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from toride.audit import reading, recent, refuse
from toride.audit.sequencer import settle
from toride.audit.tests.acts import HANAKO, TARO, WEB, permit
from toride.base import clock
from toride.base.errors import Refused
from toride.vault.permit import Category, Mode

pytestmark = pytest.mark.requirement("C9")
READ = "customers:profile:read"
YAMADA, ITO, MORI = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)


def opened(actor, *subjects, action=READ):
    for subject in subjects:
        with reading(permit(action, actor=actor)) as given:
            given.ledger.touch(subject, Mode.CLEAR, Category.BASIC)


def latest(actor=HANAKO, most=20):
    return recent.latest(permit("customers:list:search", actor=actor), READ, most)


def test_the_last_comes_first_and_each_once(stores):
    opened(HANAKO, YAMADA, ITO, YAMADA)
    opened(TARO, MORI)
    opened(HANAKO, MORI, action="customers:list:search")
    refuse(HANAKO, WEB, READ, reason="scope", subject=MORI)
    assert settle()
    assert latest() == [YAMADA, ITO]
    assert latest(most=1) == [YAMADA]
    assert latest(TARO) == [MORI]


def test_it_reaches_back_so_far_and_no_further(stores, monkeypatch):
    opened(HANAKO, YAMADA, ITO)
    assert settle()
    monkeypatch.setattr(recent, "EVENTS", 1)
    assert latest() == [ITO]
    monkeypatch.setattr(recent, "SINCE", timedelta(0))
    assert latest() == []


def test_an_expired_permit_is_told_nothing(stores):
    opened(HANAKO, uuid4())
    with pytest.raises(Refused):
        recent.latest(permit("customers:list:search", expires=clock.now()), READ, 20)
