"""Time as the product means it: UTC in stores, local on pages."""

from datetime import UTC, date, datetime

MINUTE = "%Y%m%d-%H%M"


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


def minute() -> str:
    """The minute where the institution is, as somebody reads it out: 20261129-1019."""
    from django.utils import timezone

    return timezone.localtime(now()).strftime(MINUTE)


def micros(moment: datetime) -> int:
    """Microseconds since the epoch, UTC."""
    return int(moment.timestamp() * 1_000_000)
