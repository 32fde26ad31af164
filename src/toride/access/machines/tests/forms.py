"""What the pages of connections are sent, and show."""

import re

from django.utils import timezone

from toride.access.signin.rules import Duty
from toride.base import clock

SENT = {"name": "勘定系 夜間", "person": "konno", "scopes": ["customers", "imports"], "purpose": "data-care",
        "categories": ["1", "2"], "addresses": "192.0.2.0/24\r\n", "days": "30", "reason": "勘定系と毎晩つなぎます。"}  # fmt: skip


def key_on(page: str) -> str:
    (found,) = set(re.findall(r"toride_ak_\w+", page))
    return found


def another_day() -> Duty:
    """Not today."""
    return Duty(weekdays=((timezone.localtime(clock.now()).weekday() + 3) % 7,))
