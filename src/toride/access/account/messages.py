"""Sentences with a figure or a date in them, for the pages of sign-in: each takes what it tells."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")


def _minute(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")


ALL: dict[str, Callable[[Any], str]] = {
    "at_least": lambda count: _("At least %(count)d characters.") % {"count": count},
    "until": lambda moment: _("Your role requires a second factor. Set one up by %(date)s.") % {"date": _day(moment)},
    "changed_on": lambda moment: _("Changed on %(date)s.") % {"date": _day(moment)},
    "every": lambda days: _("It must be changed every %(count)d days.") % {"count": days},
    "enrolled_on": lambda moment: _("added %(date)s") % {"date": _day(moment)},
    "used_on": lambda moment: _("used %(date)s") % {"date": _minute(moment)},
    "since": lambda moment: _("since %(date)s") % {"date": _minute(moment)},
    "given": lambda one: (
        (
            _("%(issuer)s issued a start code for your password (%(given)s). It was used (%(used)s).")
            if one.used
            else _("%(issuer)s issued a start code for your password (%(given)s). It expires at %(until)s.")
        )
        % {
            "issuer": one.issuer.name if one.issuer else _("The holder of the institution's keys"),
            "given": _minute(one.issued),
            "used": _minute(one.used) if one.used else "",
            "until": _minute(one.expires),
        }
    ),
    "left": lambda count: _("%(count)d left") % {"count": count},
}
