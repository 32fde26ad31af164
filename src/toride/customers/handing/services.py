"""Handing customers over: only one's own rows, up to a limit alone, above it by two people and as a job."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import facts
from toride.access.approvals import requests
from toride.access.facts import Facts
from toride.access.models import Approval, Branch, Person
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Invalid
from toride.customers.actions import Action
from toride.customers.models import Customer, Handover
from toride.jobs import running
from toride.vault import records, rows
from toride.vault.models import Subject
from toride.vault.permit import Category, Mode, Permit
from toride.vault.projecting import refresh
from toride.vault.records import Draft

MOST_ALONE = 20  # customers that one person hands over within WITHIN without a second one
WITHIN = timedelta(days=1)
MOST = 5_000  # customers of one request
KIND = "customers:handover"
JOB = "customers.handover"
STORE = "default"
_OF = "SELECT subject_id FROM customers_customer WHERE hidden IS NULL AND owner_id = %s"


@recorded(Action.CHARGE_MOVE)
def hand_over(permit: Permit, *, chosen: Collection[UUID], to: Facts, reason: str) -> Handover:
    """Hands over those of `chosen` who are in the permit's rows and not there yet; any other is as if unknown.

    What one person may not do alone becomes a request, which needs a reason. Raises Invalid with advice by field,
    Conflict where the same is asked already or nobody could decide it.
    """
    must_fit(to)
    Person.objects.select_for_update(of=("self",)).get(pk=permit.actor.id)
    mine = within(permit, chosen)
    places = {subject: place for subject, place in mine.items() if place != to}
    if not places:
        raise Invalid(_("There are no customers to reassign."), {"chosen": _("There are no customers to reassign.")})
    if len(places) > MOST:
        raise Invalid(
            _("Please fix the highlighted fields."), {"chosen": _("Too many customers at once. Select fewer.")}
        )
    row = Handover(
        person_id=permit.actor.id, branch_id=to.branch, owner_id=to.owner, count=len(places), created=clock.now()
    )
    permit.ledger.facts["handover"] = str(row.pk)
    if len(mine) > alone(permit.actor.id):
        row.approval = _ask(permit, row, places, to, reason)
    else:
        _move(permit, list(places), to)
    row.save(force_insert=True)
    return row


@recorded(Action.CHARGE_MOVE)
def carry(permit: Permit, *, row: Handover, subjects: Sequence[UUID]) -> int:
    """One batch of what two people agreed upon, as far as it is still in the permit's rows; how many changed."""
    permit.ledger.facts["handover"] = str(row.pk)
    return _move(permit, subjects, Facts(row.branch_id, row.owner_id))


def alone(person: UUID) -> int:
    """How many customers this person may still hand over without a second one."""
    lately = Handover.objects.filter(person=person, approval=None, created__gt=clock.now() - WITHIN)
    return max(0, MOST_ALONE - (lately.aggregate(sum=Sum("count"))["sum"] or 0))


def within(permit: Permit, subjects: Collection[UUID], to: Facts | None = None) -> dict[UUID, Facts]:
    """Those of the subjects that are in the permit's rows, and where; without those that are at `to` already."""
    return {
        subject: place
        for subject, place in sorted(facts.of_each(subjects).items())
        if place != to and permit.rows.include(place.branch, place.owner)
    }


def of(person: UUID) -> list[UUID]:
    """Everybody of whom this person is in charge, in anybody's rows."""
    return [rows.from_id(one) for (one,) in rows.fetch(STORE, _OF, [rows.to_id(STORE, person)])]


def must_fit(to: Facts) -> None:
    """Raises Invalid for an unknown branch, or for a person who does not work there."""
    if not Branch.objects.filter(pk=to.branch).exists():
        raise Invalid(_("Please fix the highlighted fields."), {"branch": _("Choose a branch")})
    if to.owner and not Person.objects.filter(pk=to.owner, branch=to.branch, is_active=True).exists():
        raise Invalid(_("Please fix the highlighted fields."), {"owner": _("Choose a person at this branch")})


def _move(permit: Permit, subjects: Sequence[UUID], to: Facts) -> int:
    """Whoever else writes these subjects waits, so that the index ends with what stands."""
    locked = Subject.objects.select_for_update().filter(pk__in=subjects, erased=None).order_by("pk")
    places = within(permit, list(locked.values_list("pk", flat=True)), to)
    permit.ledger.facts |= {"moved": len(places), "branch": to.branch, "owner": str(to.owner or "")}
    if not places:
        return 0
    Customer.objects.filter(subject__in=list(places)).update(branch=to.branch, owner=to.owner)
    names = _names([to, *places.values()])
    after = _words(to, names)
    note = {"who": permit.actor.name, "who_id": str(permit.actor.id), "source": "handover"}
    changes = {subject: _changed(_words(place, names), after) for subject, place in places.items()}
    records.write(
        [
            Draft(subject=subject, category=Category.BASIC, kind="history", data={**note, "fields": fields})
            for subject, fields in changes.items()
        ]
    )
    refresh(list(places))
    for subject in places:
        permit.ledger.touch(subject, Mode.CHANGED, Category.BASIC)
    return len(places)


def _ask(permit: Permit, row: Handover, places: Mapping[UUID, Facts], to: Facts, reason: str) -> Approval:
    giving = Counter((place.branch, str(place.owner or "")) for place in places.values())
    content = {
        "handover": str(row.pk), "purpose": permit.purpose, "subjects": [str(one) for one in places],
        "branch": to.branch, "owner": str(to.owner or ""),
        "giving": [[*place, count] for place, count in sorted(giving.items())],
    }  # fmt: skip
    for subject in places:
        permit.ledger.touch(subject, Mode.LISTED)
    return requests.ask(
        permit, KIND, content, reason=reason, concerns=[to.owner] if to.owner else [],
        branches=[to.branch, *(branch for branch, _owner in giving)], count=len(places),
    )  # fmt: skip


def _begin(permit: Permit, content: requests.Content) -> None:
    """Raises Conflict where the receiver has left, or it was begun already."""
    row = Handover.objects.select_for_update(of=("self",)).filter(pk=content["handover"], job=None).first()
    if row is None:
        raise Conflict(_("This has already been decided."))
    try:
        must_fit(Facts(row.branch_id, row.owner_id))
    except Invalid:
        raise Conflict(_("The new owner is no longer available. Submit a new request.")) from None
    row.job = running.queue(
        JOB, person=row.person_id, purpose=content["purpose"], arguments={}, total=len(content["subjects"])
    )
    row.save(update_fields=["job"])
    permit.ledger.facts |= {"handover": str(row.pk), "job": str(row.job.pk)}


def _lines(content: requests.Content) -> list[requests.Line]:
    to = Facts(content["branch"], UUID(content["owner"]) if content["owner"] else None)
    giving = [(Facts(branch, UUID(owner) if owner else None), count) for branch, owner, count in content["giving"]]
    names = _names([to, *(place for place, _count in giving)])
    before = [" ".join([*_words(place, names).values(), f"{count:,}"]) for place, count in giving]
    return [requests.Line(lazy("Branch and owner"), before, (" ".join(_words(to, names).values()),))]


def _names(places: Collection[Facts]) -> dict[Any, str]:
    """What branches and people are called, by code and id."""
    owners = {place.owner for place in places if place.owner}
    branches = Branch.objects.filter(pk__in={place.branch for place in places}).values_list("pk", "name")
    return dict(branches) | dict(Person.objects.filter(pk__in=owners).values_list("pk", "name"))


def _words(place: Facts, names: Mapping[Any, str]) -> dict[str, str]:
    nobody = _("no owner")
    return {"branch": names[place.branch], "owner": names[place.owner] if place.owner else nobody}


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}


HANDOVER = requests.declare(
    requests.Act(
        kind=KIND,
        label=lazy("Customer reassignment"),
        approve=Action.CHARGE_APPROVE,
        rank=5,
        counted=lazy("customers"),
        show=_lines,
        run=_begin,
        either=True,
    )
)
