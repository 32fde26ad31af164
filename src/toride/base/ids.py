"""Identifiers: random where they must say nothing, time-ordered where order helps."""

import os
import time
from uuid import UUID, uuid4


def random_id() -> UUID:
    """A UUID without meaning (RFC 9562, version 4)."""
    return uuid4()


def ordered_id() -> UUID:
    """A UUID that sorts by time of creation (RFC 9562, version 7)."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
