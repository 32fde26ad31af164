"""What the trail tells of single sign-on."""

from tests.kit import events
from toride.base import clock


def reason() -> str:
    return next(one.reason for one in events(5) if one.action == "auth:session:open")


def now() -> int:
    return int(clock.timestamp())
