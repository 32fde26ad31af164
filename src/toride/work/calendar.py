"""The institution's business calendar as it is set now."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from toride.base.calendar import Calendar, Hours
from toride.work.models import Opening


def current() -> Calendar:
    """As the administrator set it; the usual hours of a bank where nobody did."""
    found = Opening.objects.first()
    return from_content(found.content) if found else Calendar(_zone())


def from_content(content: Mapping[str, Any]) -> Calendar:
    """A calendar from what is stored. Raises Invalid for one that cannot be."""
    hours = [Hours(*map(time.fromisoformat, one)) if one else None for one in content["hours"]]
    closed = {date.fromisoformat(day): name for day, name in content["closed"]}
    return Calendar(_zone(), tuple(hours), closed, content["year_end"])


def to_content(calendar: Calendar) -> dict[str, Any]:
    """What is stored of a calendar."""
    return {
        "hours": [[f"{one.begins:%H:%M}", f"{one.ends:%H:%M}"] if one else None for one in calendar.hours],
        "closed": [[day.isoformat(), name] for day, name in sorted(calendar.closed.items())],
        "year_end": calendar.year_end,
    }


def _zone() -> ZoneInfo:
    return ZoneInfo(str(settings.TIME_ZONE))
