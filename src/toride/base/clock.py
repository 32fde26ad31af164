"""Time as the product means it: UTC in stores, local on pages."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The current moment, aware, UTC."""
    return datetime.now(UTC)


def timestamp() -> float:
    """Seconds since the epoch, UTC."""
    return now().timestamp()


def today() -> date:
    """The day where the institution is (`TORIDE_TIME_ZONE`)."""
    from django.utils import timezone

    return timezone.localdate(now())


def micros(moment: datetime) -> int:
    """Microseconds since the epoch, UTC."""
    return int(moment.timestamp() * 1_000_000)
