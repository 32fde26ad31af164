"""Time as the product means it: UTC in stores, local on pages."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current moment, aware, UTC."""
    return datetime.now(UTC)


def micros(moment: datetime) -> int:
    """Microseconds since the epoch, UTC."""
    return int(moment.timestamp() * 1_000_000)
