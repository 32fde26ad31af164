"""A person's duties, rank and branch change when two people agree."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import integrity, policy
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval, Branch, Person
from toride.access.people.registry import MOST_RANK, must_go_together
from toride.access.policies import versions
from toride.audit import recorded
from toride.base.errors import Conflict, Hidden, Invalid
from toride.vault.permit import Permit

FACTS = {"roles": lazy("Roles"), "rank": lazy("Rank"), "branch": lazy("Home branch")}


@recorded(Action.PERSON_CHANGE, did="propose")
def change(permit: Permit, person: UUID, *, roles: list[str], rank: int, branch: str, reason: str) -> Approval:
    """Asks that a person's duties, rank and branch become these; a second person decides, then it is done.

    Raises Invalid with advice by field, Hidden for an unknown person, Conflict where it waits already.
    """
    found = Person.objects.filter(pk=person, is_active=True).first()
    if found is None:
        raise Hidden
    if found.id == permit.actor.id:
        raise Invalid(_("You can't request a change to your own roles. Ask another administrator."))
    if not 1 <= rank <= MOST_RANK:
        raise Invalid(_("Please fix the highlighted fields."), {"rank": _("Choose 1 to 9")})
    must_go_together(roles, rank)
    before, after = place(found), {"roles": sorted(set(roles)), "rank": rank, "branch": branch}
    if branch != before["branch"] and not Branch.objects.filter(code=branch).exists():
        raise Invalid(_("Please fix the highlighted fields."), {"branch": _("Choose a home branch")})
    if before == after:
        raise Invalid(_("There are no changes."))
    content = {"person": str(person), "name": found.name, "before": before, "after": after}
    permit.ledger.facts |= {"person": str(person), "before": before, "after": after}
    branches = [code for code in {before["branch"], branch} if code]
    return requests.ask(permit, CHANGE.kind, content, reason=reason, concerns=[person], branches=branches, count=1)


def drop(person: Person, role: str) -> None:
    """Takes a duty from a person whose row the caller holds.

    Raises Conflict where no two could agree on a policy, Refused where their place is not what was agreed upon.
    """
    integrity.must_hold(person)
    person.roles = [one for one in person.roles if one != role]
    person.save(update_fields=["roles"])
    must_stand()


def must_stand() -> None:
    """Raises Conflict where, as people stand now, no two could agree on a policy."""
    if not versions.stands(policy.current()):
        raise Conflict(_("This would leave fewer than two people who can change the access policy."))


def _change(permit: Permit, content: requests.Content) -> None:
    """Raises Conflict where the person is no longer as they were when it was asked."""
    found = Person.objects.select_for_update(of=("self",)).filter(pk=content["person"], is_active=True).first()
    if found is None or place(found) != content["before"]:
        raise Conflict(_("The person's roles have changed since this request. Submit a new request."))
    after = content["after"]
    must_go_together(after["roles"], after["rank"])
    found.roles, found.rank, found.branch_id = after["roles"], after["rank"], after["branch"]
    found.save(update_fields=["roles", "rank", "branch"])
    must_stand()
    permit.ledger.facts |= {"person": content["person"], "before": content["before"], "after": after}


def _lines(content: requests.Content) -> list[requests.Line]:
    branches = dict(Branch.objects.values_list("code", "name"))
    before, after = (_shown(content[side], branches) for side in ("before", "after"))
    name = (content["name"],)
    return [
        requests.Line(lazy("Member of staff"), name, name),
        *(requests.Line(label, before[fact], after[fact]) for fact, label in FACTS.items()),
    ]


def _shown(place: dict[str, Any], branches: dict[str, str]) -> dict[str, list[Any]]:
    return {
        "roles": [policy.called(code) for code in place["roles"]],
        "rank": [place["rank"]],
        "branch": [branches[place["branch"]]] if place["branch"] in branches else [],
    }


def place(person: Person) -> dict[str, Any]:
    """What stands; of a place that nobody agreed upon nothing, so that all of it is seen to be new."""
    if not integrity.is_place(person):
        return {"roles": [], "rank": 0, "branch": ""}
    return {"roles": sorted(person.roles), "rank": person.rank, "branch": person.branch_id or ""}


CHANGE = requests.declare(
    requests.Act(
        kind="person:change",
        label=lazy("Role change"),
        approve=Action.PERSON_APPROVE,
        rank=5,
        counted=lazy("people"),
        show=_lines,
        run=_change,
    )
)
