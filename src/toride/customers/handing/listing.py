"""What the pages of handing over show: who is in charge of how many, who may take over, how far each one is."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import scope
from toride.access.approvals.requests import OPEN
from toride.access.models import Branch, Person
from toride.base.errors import Hidden
from toride.customers.models import Customer, Handover
from toride.jobs.models import State
from toride.vault.permit import Permit

LISTED = 20
NOBODY = "nobody"  # the choice of no person in charge
STATES: dict[str, tuple[Any, str]] = {
    "done": (lazy("completed"), "ok"),
    "waiting": (lazy("waiting for a decision"), "soon"),
    "over": (lazy("not approved"), "off"),
    "going": (lazy("in progress"), "ai"),
    "stopped": (lazy("stopped"), "late"),
}
_OF_JOB = {State.QUEUED: "going", State.RUNNING: "going", State.DONE: "done"}


@dataclass(frozen=True, slots=True)
class Line:
    """One handing over; `moved`: how many have changed hands, `done`: how many were looked at."""

    row: Handover
    state: str
    moved: int
    done: int


def line(row: Handover) -> Line:
    """How far it is."""
    if row.job:
        moved = int(row.job.checkpoint.get("moved", 0))
        return Line(row, _OF_JOB.get(State(row.job.state), "stopped"), moved, row.job.done)
    if row.approval:
        return Line(row, "waiting" if row.approval.state in OPEN else "over", 0, 0)
    return Line(row, "done", row.count, row.count)


def lately(permit: Permit) -> list[Line]:
    """The actor's own, the last LISTED."""
    return [line(row) for row in _own(permit).order_by("-created")[:LISTED]]


def one(permit: Permit, number: UUID) -> Line:
    """One of the actor's own. Raises Hidden for any other."""
    row = _own(permit).filter(pk=number).first()
    if row is None:
        raise Hidden
    return line(row)


def in_charge(permit: Permit) -> list[tuple[str, str]]:
    """Who is in charge of customers in the permit's rows, and of how many: id and words."""
    found = scope.within(permit, Customer.objects.filter(hidden=None, owner__isnull=False))
    counted = found.values_list("owner", "owner__name", "owner__is_active").annotate(count=Count("pk"))
    return [
        (str(person), (_("%(name)s: %(count)d") if active else _("%(name)s (left): %(count)d")) % words)
        for person, name, active, count in counted.order_by("owner__name")
        for words in ({"name": name, "count": count},)
    ]


def branches() -> list[tuple[str, str]]:
    """Codes and names."""
    return list(Branch.objects.order_by("code").values_list("code", "name"))


def colleagues(branch: str) -> list[tuple[str, str]]:
    """Who of a branch may take over: id and name, after the choice that is none and after nobody."""
    return [("", _("Choose an owner")), (NOBODY, _("no owner")), *owners(branch)]


def owners(branch: str) -> list[tuple[str, str]]:
    """Who of a branch may be in charge of a customer: id and name."""
    people = Person.objects.filter(branch=branch, is_active=True).order_by("name").values_list("pk", "name")
    return [(str(one), name) for one, name in people]


def _own(permit: Permit) -> QuerySet[Handover]:
    rows = Handover.objects.select_related("branch", "owner", "approval", "job")
    return rows.filter(person=permit.actor.id)
