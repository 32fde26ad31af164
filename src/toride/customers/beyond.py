"""Whether a search that found nobody offers an emergency: by what was typed, never by whether there is a customer."""

from django.http import HttpRequest

from toride.access.actions import Action
from toride.base.errors import Invalid
from toride.customers import fields
from toride.customers.queries import Profile
from toride.lists.ask import Found

LEAST = 4  # characters of a number that is no mere beginning


def number(request: HttpRequest, text: str, found: Found[Profile]) -> str:
    """The customer number that was typed, where the person may break the glass for it; else nothing."""
    if found.items or Action.GLASS_REACH not in getattr(request, "may", ()):
        return ""
    try:
        written = fields.number(text)
    except Invalid:
        return ""
    return written if len(written) >= LEAST and any(map(str.isdecimal, written)) else ""
