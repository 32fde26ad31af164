"""What is set: the business calendar by the administrator, their own notifications by everybody."""

import re
from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from toride.access.models import Person
from toride.audit import recorded
from toride.base import clock
from toride.base.calendar import LONGEST_CLOSED, WEEK, Calendar
from toride.base.config import MAIL_ADDRESS
from toride.base.errors import Conflict, Invalid, Unavailable
from toride.vault.permit import Permit
from toride.work import calendar
from toride.work.actions import Action
from toride.work.models import Contact, Opening

MOST_CLOSED = 200  # closing days
MOST_NAME = 60
LINE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s+(.*))?")


@recorded(Action.CALENDAR_CHANGE)
def change_calendar(permit: Permit, *, hours: Sequence[tuple[str, str]], closed: str, year_end: str) -> Calendar:
    """Other hours (seven of begin and end, both empty for a closed day) and closing days, a line each: day, then name.

    Raises Invalid by field, also where it would never be open.
    """
    before = calendar.current()
    errors: dict[str, str] = {}
    content: dict[str, Any] = {
        "hours": [_hours(one, f"day{number}", errors) for number, one in enumerate(hours)],
        "closed": _closed(closed, errors),
        "year_end": int(year_end) if year_end in {"0", "29", "30", "31"} else -1,
    }
    if errors or len(hours) != WEEK:
        raise Invalid(_("Please fix the highlighted fields."), errors)
    after = calendar.from_content(content)
    _must_open(after)
    now = clock.now()
    Opening.objects.update_or_create(pk=1, defaults={"content": calendar.to_content(after), "changed": now})
    permit.ledger.facts |= {
        "hours": content["hours"], "year_end": after.year_end,
        "closed_added": sorted(str(day) for day in set(after.closed) - set(before.closed))[:MOST_CLOSED // 4],
        "closed_removed": sorted(str(day) for day in set(before.closed) - set(after.closed))[:MOST_CLOSED // 4],
        "closed": len(after.closed),
    }  # fmt: skip
    return after


@recorded(Action.CONTACT_CHANGE)
def change_contact(permit: Permit, *, email: str, language: str) -> None:
    """Where and in which language the actor is written to.

    Raises Invalid by field, Conflict for another address than the directory's, where that is kept.
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=permit.actor.id)
    email, errors = email.strip(), {}
    if email and not MAIL_ADDRESS.fullmatch(email):
        errors["email"] = _("Enter an address such as name@example.jp, in ASCII characters.")
    if language not in dict(settings.LANGUAGES):
        errors["language"] = _("Choose one")
    if errors:
        raise Invalid(_("Please fix the highlighted fields."), errors)
    changed = email != person.email
    if changed and hasattr(person, "provisioned"):
        raise Conflict(_("The directory keeps your mail address. Change it there."))
    Person.objects.filter(pk=person.pk).update(email=email)
    Contact.objects.update_or_create(person=person, defaults={"language": language})
    permit.ledger.facts |= {"address": "changed" if changed else "kept", "language": language}


def _hours(given: tuple[str, str], name: str, errors: dict[str, str]) -> list[str] | None:
    if not any(given):
        return None
    try:
        begins, ends = (time.fromisoformat(one) for one in given)
    except ValueError:
        errors[name] = _("Enter times such as 09:00 and 17:00, or leave both empty.")
        return None
    if ends <= begins or begins.tzinfo or ends.tzinfo:
        errors[name] = _("Enter an end time after the start time, on the same day.")
    return [f"{begins:%H:%M}", f"{ends:%H:%M}"]


def _closed(text: str, errors: dict[str, str]) -> list[list[str]]:
    found: dict[str, str] = {}
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        match = LINE.fullmatch(line)
        try:
            day = date.fromisoformat(match[1]) if match else None
        except ValueError:
            day = None
        name = (match[2] or "").strip() if match else ""
        if day is None or len(name) > MOST_NAME or not name.isprintable():
            said = _("Line %(line)d: enter a date such as 2027-05-01, then a name of at most 60 characters.")
            errors["closed"] = said % {"line": number}
            return []
        found[str(day)] = name or _("Closed")
    if len(found) > MOST_CLOSED:
        errors["closed"] = _("Enter at most %(most)d closing days.") % {"most": MOST_CLOSED}
    return [list(one) for one in sorted(found.items())]


def _must_open(found: Calendar) -> None:
    """Raises Invalid where closing days leave it closed for longer than the calendar looks ahead."""
    try:
        for day in (clock.today(), *found.closed):
            found.day_after(day, days=1)
    except Unavailable:
        said = _("This closes the institution for more than %(days)d days in a row.") % {"days": LONGEST_CLOSED}
        raise Invalid(_("Please fix the highlighted fields."), {"closed": said}) from None


def language(person: Any) -> str:
    """In which language a person is written to; "" where they have not said."""
    return Contact.objects.filter(pk=person).values_list("language", flat=True).first() or ""
