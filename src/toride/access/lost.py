"""A lost device: two people agree, then a person's second factors end and they enrol anew with their password."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import approvals, devices, factors, locks
from toride.access.actions import Action
from toride.access.models import Approval, Factor, Person
from toride.audit import recorded
from toride.base.errors import Conflict, Hidden, Invalid
from toride.vault.permit import Permit


@recorded(Action.PERSON_MANAGE)
def ask(permit: Permit, person: UUID, *, reason: str) -> Approval:
    """Asks that a person's second factors, recovery codes and sessions end; a second person decides.

    Raises Invalid without a reason or for oneself, Hidden for an unknown person, Conflict where nothing is to end.
    """
    found = Person.objects.filter(pk=person, is_active=True).first()
    if found is None:
        raise Hidden
    if found.id == permit.actor.id:
        raise Invalid(_("Nobody asks this for themselves; another administrator can."))
    count = Factor.objects.filter(person=person, kind__in=factors.SECOND).count()
    if not count:
        raise Conflict(_("This person has no second factor."))
    permit.ledger.facts |= {"person": str(person), "factors": count}
    content = {"person": str(person), "name": found.name, "count": count}
    branches = [found.branch_id] if found.branch_id else []
    return approvals.ask(permit, END.kind, content, reason=reason, concerns=[person], branches=branches, count=count)


def _run(permit: Permit, content: approvals.Content) -> None:
    """Raises Conflict where the person has other factors than when it was asked."""
    person = Person.objects.select_for_update(of=("self",)).filter(pk=content["person"], is_active=True).first()
    mine = Factor.objects.filter(person=content["person"])
    if person is None or mine.filter(kind__in=factors.SECOND).count() != content["count"]:
        raise Conflict(_("The person's factors have changed since this was asked. Ask anew."))
    mine.delete()
    locks.release(person)
    permit.ledger.facts |= {"person": content["person"], "factors": 0, "sessions": devices.end_all(person.id)}


def _lines(content: approvals.Content) -> list[approvals.Line]:
    name = (content["name"],)
    return [
        approvals.Line(lazy("Member of staff"), name, name),
        approvals.Line(lazy("Second factors"), (content["count"],), (0,)),
        approvals.Line(lazy("Sessions"), (_("as they are"),), (_("all ended"),)),
    ]


END = approvals.declare(
    approvals.Act(
        kind="person:factors",
        label=lazy("Lost device: end of a person's second factors"),
        approve=Action.PERSON_APPROVE,
        rank=5,
        counted=lazy("second factors"),
        show=_lines,
        run=_run,
    )
)
