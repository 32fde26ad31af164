"""People and permits for these tests."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from toride.audit.events import Event
from toride.base import clock
from toride.vault.permit import Actor, Category, Door, Opening, Permit, Rows

HANAKO = Actor(UUID("11111111-1111-4111-8111-111111111111"), "hanako.sato", "佐藤 花子")
TARO = Actor(UUID("22222222-2222-4222-8222-222222222222"), "taro.suzuki", "鈴木 太郎")
WEB = Door("web", "10.1.2.3", "s-1", "Firefox", "r-1")


def permit(action: str, *, actor: Actor = HANAKO, subject: UUID | None = None, **more: Any) -> Permit:
    given: dict[str, Any] = {
        "purpose": "service",
        "rows": Rows(everything=True),
        "policy": "p1",
        "expires": clock.now() + timedelta(minutes=5),
        "openings": dict.fromkeys(Category, Opening.CLEAR),
    }
    return Permit(actor=actor, door=WEB, action=action, subject=subject, **(given | more))


def event(action: str = "customers:profile:read", **more: Any) -> Event:
    return Event(action=action, door=WEB, actor=HANAKO, **more)
