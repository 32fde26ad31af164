"""How fields are written on a page, and what is said of those that are not open."""

from typing import Any

from django.utils.translation import gettext_lazy as _


def reason(code: str) -> Any:
    """Why a category is closed, for the lock."""
    if code == "purpose":
        return _("Not available for this purpose of use.")
    if code == "emergency":
        return _("Not included in this emergency access.")
    return _("Your role doesn't include access to this.")
