"""Who signs in, a page at a time: active or ended, locked, enrolled, last seen."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access.models import Bond, Factor, Person, Visit
from toride.access.signin import factors, locks

PAGE = 100
MOST_TEXT = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A person as the administrator sees them; `bond`: a provider vouched once; `last`: when a session began last."""

    person: Person
    locked: bool
    factor: bool
    bond: bool
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """`before`, `after`: the numbers of the pages beside this one, 0 where there is none."""

    lines: list[Line]
    before: int
    after: int
    total: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What the list of people is narrowed to: part of a name or sign-in name, a duty, a branch, a state."""

    text: str = ""
    role: str = ""
    branch: str = ""
    state: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> "Sought":
        text = unicodedata.normalize("NFKC", sent.get("q", ""))[:MOST_TEXT].strip()
        return cls(text, sent.get("role", ""), sent.get("branch", ""), sent.get("state", ""))

    def people(self) -> QuerySet[Person]:
        """Those who answer, by sign-in name."""
        found = Person.objects.order_by("username")
        for word in self.text.split():
            found = found.filter(Q(name__icontains=word) | Q(username__icontains=word))
        if self.branch:
            found = found.filter(branch_id=self.branch)
        if self.state in {"active", "ended"}:
            found = found.filter(is_active=self.state == "active")
        if self.state == "factorless":
            enrolled = Factor.objects.filter(kind__in=factors.SECOND).values("person")
            found = found.filter(is_active=True).exclude(id__in=enrolled)
        if self.state == "locked":
            found = found.filter(id__in=locks.locked(list(Person.objects.filter(is_active=True))))
        if self.role:  # a list of codes in JSON, which SQLite cannot ask for a part of
            found = found.filter(id__in=[one.id for one in found if self.role in one.roles])
        return found


STATES = {
    "active": lazy("active"),
    "factorless": lazy("No second factor"),
    "locked": lazy("Locked out"),
    "ended": lazy("Deactivated"),
}


def adoption() -> tuple[int, int]:
    """How many active people have a second factor, and how many there are."""
    active = Person.objects.filter(is_active=True)
    enrolled = Factor.objects.filter(kind__in=factors.SECOND).values("person")
    return active.filter(id__in=enrolled).count(), active.count()


def page(typed: str, sought: Sought | None = None) -> Page:
    """People by sign-in name, PAGE on each page; the first one for anything but a number."""
    asked = (sought or Sought()).people()
    number = int(typed) if typed.isascii() and typed.isdecimal() and 0 < len(typed) < 5 else 1  # noqa: PLR2004
    start = (max(number, 1) - 1) * PAGE
    found = list(asked.select_related("branch")[start : start + PAGE + 1])
    people = found[:PAGE]
    ids = [one.id for one in people]
    enrolled = set(Factor.objects.filter(person__in=ids, kind__in=factors.SECOND).values_list("person", flat=True))
    bound = set(Bond.objects.filter(person__in=ids).values_list("person", flat=True))
    last = dict(Visit.objects.filter(person__in=ids).values_list("person").annotate(Max("born")))
    waiting = locks.locked(people)
    lines = [Line(one, one.id in waiting, one.id in enrolled, one.id in bound, last.get(one.id)) for one in people]
    return Page(lines, max(number, 1) - 1, max(number, 1) + 1 if len(found) > PAGE else 0, asked.count())


def forgot() -> list[Person]:
    """Who asked for a new password at the door within a day."""
    names = Person.objects.filter(is_active=True).values_list("username", flat=True).order_by()
    return list(Person.objects.filter(username__in=locks.forgot(names)).order_by("username"))


def since(moment: datetime | None) -> str:
    """When somebody signed in last."""
    return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment else _("never")


def values(one: Any) -> dict[str, Any]:
    """A rule's figures as a form shows them."""
    return {name: value if isinstance(value, bool) else str(value) for name, value in asdict(one).items()}
