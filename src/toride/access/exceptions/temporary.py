"""Temporary access: who answers for a customer lets one person see more of this one, for some days."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access import facts, integrity, openings
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval, Person, TemporaryAccess
from toride.access.policies import words
from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid
from toride.vault.permit import Category, Mode, Permit

MOST_DAYS = 30
MOST_AT_ONCE = 20


@recorded(Action.TEMPORARY_ASK, did="propose")
def ask(permit: Permit, subject: UUID, *, categories: Collection[Category], days: int, reason: str) -> Approval:
    """Asks the person in charge, or the branch's manager, for these categories of this subject for so many days.

    Sensitive information only the manager lets see. Raises Invalid with advice by field, Conflict where the same is
    asked, or above MOST_AT_ONCE.
    """
    errors = {}
    if not categories:
        errors["categories"] = _("Choose the categories you need")
    if not 1 <= days <= MOST_DAYS:
        errors["days"] = _("Enter %(least)d to %(most)d.") % {"least": 1, "most": MOST_DAYS}
    if errors:
        raise Invalid(_("Please fix the highlighted fields."), errors)
    place = facts.of(subject)
    if place is None:
        raise Hidden
    if len(requests.asked(Person.objects.get(pk=permit.actor.id))) >= MOST_AT_ONCE:
        raise Conflict(_("You have too many open requests. Withdraw those you no longer need."))
    content: dict[str, Any] = {
        "person": str(permit.actor.id), "name": permit.actor.name, "subject": str(subject),
        "categories": sorted(set(map(int, categories))), "days": days,
    }  # fmt: skip
    permit.ledger.touch(subject, Mode.LISTED, *categories)
    permit.ledger.facts["days"] = days
    above = [place.branch] if Category.SENSITIVE in categories else []
    content["branches"] = above
    return requests.ask(
        permit, OPEN.kind, content, reason=reason, concerns=(), branches=above, subject=subject, count=days
    )


@recorded(Action.TEMPORARY_END)
def end(permit: Permit, number: UUID) -> None:
    """Ends it before its time, by who holds it or gave it. Raises Hidden for any other, and for one that is over."""
    me, now = permit.actor.id, clock.now()
    row = TemporaryAccess.objects.filter(Q(person=me) | Q(giver=me), pk=number, ends__gt=now).first()
    if row is None or not TemporaryAccess.objects.filter(pk=number, ends__gt=now).update(ends=now):
        raise Hidden
    permit.ledger.touch(row.subject_id, Mode.LISTED, *openings.listed(row.categories))
    permit.ledger.facts |= {"temporary": str(number), "person": str(row.person_id)}


def given(person: Person) -> list[TemporaryAccess]:
    """What this person let others see, and is open now, the one that ends first in front."""
    rows = TemporaryAccess.objects.select_related("person").filter(giver=person, ends__gt=clock.now())
    return list(rows.order_by("ends"))


def standing(person: Person) -> list[TemporaryAccess]:
    """What is open to this person now, the one that ends first in front."""
    return list(TemporaryAccess.objects.filter(person=person, ends__gt=clock.now()).order_by("ends"))


def _open(permit: Permit, content: requests.Content) -> None:
    """Raises Conflict where person or subject has gone, or another branch's manager answers for the subject by now."""
    person = Person.objects.filter(pk=content["person"], is_active=True).first()
    subject = UUID(content["subject"])
    place = facts.of(subject)
    if person is None or place is None or content.get("branches", []) not in ([], [place.branch]):
        raise Conflict(_("The person or the customer no longer exists."))
    now, opened = clock.now(), [Category(one) for one in content["categories"]]
    made = TemporaryAccess(
        person=person, subject_id=subject, categories=openings.mask(opened), created=now,
        ends=now + timedelta(days=content["days"]), giver_id=permit.actor.id,
    )  # fmt: skip
    made.seal = integrity.of_opening(made.pk, person.pk, subject, made.categories, now)
    made.save(force_insert=True)
    permit.ledger.touch(subject, Mode.LISTED, *opened)
    permit.ledger.facts |= {"temporary": str(made.pk), "person": content["person"], "ends": made.ends.isoformat()}


def _lines(content: requests.Content) -> list[requests.Line]:
    opened = [words.CATEGORIES[Category(one)] for one in content["categories"]]
    return [
        requests.Line(lazy("Member of staff"), (content["name"],), (content["name"],)),
        requests.Line(lazy("Can view, for this customer only"), (), opened),
        requests.Line(lazy("Days"), (), (content["days"],)),
    ]


OPEN = requests.declare(
    requests.Act(
        kind="temporary:open",
        label=lazy("Temporary access to a customer's information"),
        approve=Action.TEMPORARY_APPROVE,
        rank=1,
        counted=lazy("days"),
        show=_lines,
        run=_open,
    )
)
