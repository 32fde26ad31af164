"""How fields are written on a page, and what is said of those that are not open."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from toride.vault.values import Opened, Value


def as_written(content: Any) -> str:
    """A stored value as a form shows it."""
    if isinstance(content, (list, tuple)):
        return "、".join(str(part) for part in content)
    return "" if content is None else str(content)


def day_written(content: str) -> str:
    """An ISO date in the person's language."""
    return _day(content, get_language())


@lru_cache(maxsize=4_096)  # days, whosever
def _day(content: str, _language: str | None) -> str:
    return str(formats.date_format(date.fromisoformat(content), "DATE_FORMAT"))


def near(value: Value, today: date, language: str) -> Value:
    """A day: today, this year's without the year."""
    if not isinstance(value, Opened) or not value.content:
        return value
    return Opened(_near(value.content, today, language))


@lru_cache(maxsize=4_096)  # days, whosever
def _near(written: str, today: date, _language: str) -> str:
    found = date.fromisoformat(written)
    if found == today:
        return _("today")
    return str(formats.date_format(found, "MONTH_DAY_FORMAT" if found.year == today.year else "DATE_FORMAT"))


def shown(show: Any, value: Value) -> Any:
    """A value as a page shows it, by its type's way; nothing where nothing is stored."""
    if not isinstance(value, Opened):
        return value
    if value.content in (None, "", []):
        return ""
    return Opened(show(value.content))


def reason(code: str) -> Any:
    """Why a category is closed, for the lock."""
    if code == "purpose":
        return _("Not available for this purpose of use.")
    if code == "emergency":
        return _("Not included in this emergency access.")
    return _("Your role doesn't include access to this.")
