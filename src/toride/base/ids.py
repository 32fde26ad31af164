"""Identifiers: random where they must say nothing, time-ordered where order helps."""

import os
import time
from typing import Any
from uuid import UUID, uuid4

_SHARED, _OWN, _RANDOM = 3, 13, 10  # bytes


def random_id() -> UUID:
    """A UUID without meaning (RFC 9562, version 4)."""
    return uuid4()


def parsed(text: str | None) -> UUID | None:
    """The id that a text names; None for any other text."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def request_number(request: Any) -> UUID:
    """The number of this request, the same whenever it is asked: what its events, the log and an error page say."""
    if not hasattr(request, "number"):
        request.number = ordered_id()
    found: UUID = request.number
    return found


def near_ids(count: int) -> list[UUID]:
    """Random ids for what is made together, ascending: 24 bits are random but shared, so that a B-tree takes all of
    them in at one place; 98 bits of each are its own.
    """
    shared, own = os.urandom(_SHARED), os.urandom(_OWN * count)
    return sorted(UUID(bytes=shared + own[at : at + _OWN], version=4) for at in range(0, len(own), _OWN))


def ordered_ids(count: int) -> list[bytes]:
    """As `ordered_id`, many of one moment, ascending, 16 bytes each."""
    moment = (time.time_ns() // 1_000_000).to_bytes(6)
    own = os.urandom(_RANDOM * count)
    made = [
        b"%b%c%c%c%b"
        % (moment, 0x70 | own[at] & 0x0F, own[at + 1], 0x80 | own[at + 2] & 0x3F, own[at + 3 : at + _RANDOM])
        for at in range(0, len(own), _RANDOM)
    ]
    made.sort()
    return made


def ordered_id() -> UUID:
    """A UUID that sorts by time of creation (RFC 9562, version 7)."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
