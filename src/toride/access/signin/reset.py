"""A lost device, or another account at a provider: two people agree, then a person's second factors and bonds end and
they begin anew.
"""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval, Bond, Factor, Person
from toride.access.signin import devices, factors, locks, tokens
from toride.audit import recorded
from toride.base.errors import Conflict, Hidden, Invalid
from toride.vault.permit import Permit


@recorded(Action.PERSON_MANAGE, did="propose")
def ask(permit: Permit, person: UUID, *, reason: str) -> Approval:
    """Asks that a person's second factors, recovery codes, bonds to providers and sessions end; a second one decides.

    Raises Invalid without a reason or for oneself, Hidden for an unknown person, Conflict where nothing is to end.
    """
    found = Person.objects.filter(pk=person, is_active=True).first()
    if found is None:
        raise Hidden
    if found.id == permit.actor.id:
        raise Invalid(_("You can't request this for yourself. Ask another administrator."))
    held = _held(person)
    count = sum(held.values())
    if not count:
        raise Conflict(_("This person has no second factor and is not linked to an identity provider."))
    permit.ledger.facts |= {"person": str(person), **held}
    content = {"person": str(person), "name": found.name, **held}
    branches = [found.branch_id] if found.branch_id else []
    return requests.ask(permit, END.kind, content, reason=reason, concerns=[person], branches=branches, count=count)


def _run(permit: Permit, content: requests.Content) -> None:
    """Raises Conflict where the person has other factors than when it was asked."""
    person = Person.objects.select_for_update(of=("self",)).filter(pk=content["person"], is_active=True).first()
    if person is None or any(content[what] != count for what, count in _held(person.id).items()):
        raise Conflict(_("The person's second factors have changed since this request. Submit a new request."))
    Factor.objects.filter(person=person).delete()
    person.bonds.all().delete()
    locks.release(person)
    ended = {"factors": 0, "bonds": 0, "sessions": devices.end_all(person.id), "tokens": tokens.end_all(person)}
    permit.ledger.facts |= {"person": content["person"], **ended}


def _held(person: UUID) -> dict[str, int]:
    """How many second factors and bonds."""
    count = Factor.objects.filter(person=person, kind__in=factors.SECOND).count()
    return {"factors": count, "bonds": Bond.objects.filter(person=person).count()}


def _lines(content: requests.Content) -> list[requests.Line]:
    name = (content["name"],)
    return [
        requests.Line(lazy("Member of staff"), name, name),
        requests.Line(lazy("Second factors"), (content["factors"],), (0,)),
        requests.Line(lazy("Identity provider links"), (content["bonds"],), (0,)),
        requests.Line(lazy("Sessions"), (_("unchanged"),), (_("all removed"),)),
    ]


END = requests.declare(
    requests.Act(
        kind="person:factors",
        label=lazy("Lost device: reset of second factors"),
        approve=Action.PERSON_APPROVE,
        rank=5,
        counted=lazy("second factors and links"),
        show=_lines,
        run=_run,
    )
)
