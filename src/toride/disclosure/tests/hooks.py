"""Webhooks as two people agree upon them, and who receives."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from tests.kit import approve
from tests.people import House
from tests.receiver import Receiver, receiving
from toride.access.machines import services
from toride.access.models import Approval, Connection
from toride.base import clock
from toride.disclosure import hooks, sending
from toride.disclosure.actions import Action
from toride.disclosure.models import Hook
from toride.vault.permit import Mode

WHY = "基幹系へ新しいお客さまを伝えるため。"


MANAGE = Action.HOOK_MANAGE


@pytest.fixture
def receiver() -> Iterator[tuple[type[Receiver], str]]:
    with receiving() as found:
        yield found


def connection(house: House, username: str = "hasegawa", **given: Any) -> Connection:
    wanted = {"name": "core", "wanted": ["customers.read"], "purpose": "service", **given}
    permit = house.permit(house.admin, "access:connection:manage")
    return services.connect(permit, username=username, **wanted)[0]


def asked(house: House, one: Connection, address: str, **given: Any) -> Approval:
    wanted = {"kinds": list(hooks.KINDS), "inside": True, "reason": WHY, **given}
    return hooks.propose(house.permit(house.admin, MANAGE), connection=one.pk, address=address, **wanted)


def made(house: House, one: Connection, address: str, **given: Any) -> tuple[Hook, str]:
    approve(house, house.dpo, asked(house, one, address, **given))
    hook = Hook.objects.get(connection=one)
    secret = hooks.take_secret(house.permit(house.admin, MANAGE), hook=hook.pk)
    hook.refresh_from_db()
    return hook, secret


def happened(hook: Hook, *subjects: UUID, mode: Mode = Mode.CREATED) -> int:
    """The next entry of the trail did this to these customers."""
    hook.refresh_from_db()
    found = [sending.Happened(hook.place, mode, one, clock.now()) for one in subjects]
    return sending.note(hook, found, hook.place + 1)
