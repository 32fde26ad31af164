"""Permits and customers for the vault's tests."""

from datetime import timedelta
from uuid import uuid4

from toride.base import clock
from toride.vault.permit import Actor, Category, Door, Opening, Permit, Rows

HARUKA = Actor(uuid4(), "hiyama", "檜山 はるか")
EVERYTHING = dict.fromkeys(Category, Opening.CLEAR)
SATO = {"name": "佐藤 鷲太郎", "phone": "080-7712-3390", "note": "金庫の件"}
TANIGUCHI = {"name": "谷口 すず", "phone": "090-1100-8841"}


def permit(openings=EVERYTHING, fields=None, subject=None, minutes=5):
    """A permit of the teller Haruka Hiyama at the counter."""
    return Permit(
        actor=HARUKA,
        door=Door("web"),
        action="customer:profile:read",
        purpose="counter",
        rows=Rows(everything=True),
        policy="test",
        expires=clock.now() + timedelta(minutes=minutes),
        subject=subject,
        openings=openings,
        fields=fields or {},
    )
