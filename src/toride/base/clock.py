"""Time as the product means it: UTC in stores, local on pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

MINUTE = "%Y%m%d-%H%M"


_earlier = timedelta()


def now() -> datetime:
    """The current moment, aware, UTC."""
    return datetime.now(UTC) - _earlier


@contextmanager
def earlier(by: timedelta) -> Iterator[None]:
    """So much earlier within, in this process: a demonstration's past."""
    global _earlier  # noqa: PLW0603 - one clock for a process
    before, _earlier = _earlier, by
    try:
        yield
    finally:
        _earlier = before


def timestamp() -> float:
    """Seconds since the epoch, UTC."""
    return now().timestamp()


def today() -> date:
    """The day where the institution is (`TORIDE_TIME_ZONE`)."""
    from django.utils import timezone

    return timezone.localdate(now())


def minute() -> str:
    """The minute where the institution is, as somebody reads it out: 20261129-1019."""
    from django.utils import timezone

    return timezone.localtime(now()).strftime(MINUTE)


def micros(moment: datetime) -> int:
    """Microseconds since the epoch, UTC."""
    return int(moment.timestamp() * 1_000_000)
