"""How pages put a rule into words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import facts, purposes
from toride.access.policy import Duty
from toride.base import actions
from toride.vault.permit import Category, Opening

MOST_NAMES = 20
REACHES = {
    "none": lazy("not customer data"),
    "own": lazy("own customers"),
    "branch": lazy("own branch"),
    "department": lazy("own department"),
    "all": lazy("all branches"),
}
DEPTHS = {
    Opening.CLEAR: (lazy("visible"), "ok"),
    Opening.MASKED: (lazy("hidden (reveal)"), "soon"),
    Opening.CLOSED: (lazy("no access"), "off"),
}
CATEGORIES = {
    Category.BASIC: lazy("Basic attributes"),
    Category.TRANSACTIONS: lazy("Transactions"),
    Category.BEHAVIOUR: lazy("Contact history"),
    Category.DERIVED: lazy("Derived data"),
    Category.SENSITIVE: lazy("Sensitive information"),
}


def cell(duty: Any, action: str) -> str:
    """The place of a rule in the matrix, by what its duty is called."""
    return f"{duty}: {actions.label(action)}"


def duty(one: Duty | None, called: Mapping[str, Any]) -> list[str]:
    """A duty as a whole: its names, who may hold it, with what not; nothing where there is none."""
    if one is None:
        return []
    names = " ／ ".join(dict.fromkeys(name for name in one.names if name)) or str(one.label)
    apart = [str(called.get(code, code)) for code in sorted(one.apart)]
    return [
        names,
        *([_("requires rank %(rank)d or higher") % {"rank": one.rank}] if one.rank > 1 else []),
        *([_("can't be combined with: %(duties)s") % {"duties": ", ".join(apart)}] if apart else []),
    ]


def who(action: str) -> str:
    """Whom the change of an action touches."""
    return _("Loses ／ gains: %(action)s") % {"action": actions.label(action)}


def rules(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Each rule in one line."""
    return [rule(one) for one in found]


def rule(one: Mapping[str, Any]) -> str:
    """Reach, purposes, what opens, rank, exceptions."""
    parts = [str(REACHES[one["reach"]]), " / ".join(str(purposes.SHIPPED[code].label) for code in one["purposes"])]
    opened = {Category(int(key)): Opening(how) for key, how in one["opens"].items()}
    parts += [f"{CATEGORIES[key]} {DEPTHS[how][0]}" for key, how in sorted(opened.items()) if how]
    for key, how in one["fields"].items():
        category, _dot, name = key.partition(".")
        parts.append(f"{facts.fields.get((Category(int(category)), name), name)} {DEPTHS[Opening(how)][0]}")
    if one["rank"] > 1:
        parts.append(from_rank(one["rank"]))
    return " · ".join(parts)


def from_rank(rank: int) -> str:
    """Where a grant begins."""
    return _("rank %(rank)d+") % {"rank": rank}


def people(names: Sequence[str]) -> list[str]:
    """Names, the first MOST_NAMES of them."""
    more = len(names) - MOST_NAMES
    return [*names[:MOST_NAMES], *([_("and %(count)d more") % {"count": more}] if more > 0 else [])]


def day(moment: str) -> str:
    """The day of a moment, in the person's language."""
    return formats.date_format(timezone.localtime(datetime.fromisoformat(moment)), "DATE_FORMAT")
