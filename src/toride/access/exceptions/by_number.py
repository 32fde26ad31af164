"""A customer out of reach, opened by exact number in an emergency; that there is one shows only by the act."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from toride.access import facts
from toride.access.actions import Action
from toride.access.exceptions import emergencies
from toride.access.models import Glass, Person, Reaching
from toride.audit import naming, recorded
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid
from toride.vault.permit import Category, Permit

MOST_TRIES = 5
WITHIN = timedelta(hours=1)
LONGEST = 40  # characters of a number


@recorded(Action.GLASS_REACH)
def reach(
    permit: Permit, *, number: str, kind: str, categories: Collection[Category], minutes: int, reason: str
) -> Glass | None:
    """Opens these categories of the customer of this number, and tells the owners; None where there is none.

    Either way it is one event and one of MOST_TRIES. Raises Invalid with advice by field, Conflict above a limit,
    both before anybody looks whether there is such a customer.
    """
    wish = emergencies.wished(kind=kind, categories=categories, minutes=minutes, reason=reason)
    written = number.strip()
    if not 0 < len(written) <= LONGEST:
        raise Invalid(_("Please fix the highlighted fields."), {"number": _("Enter the customer number")})
    _count(permit.actor.id)
    emergencies.must_be_few(permit)
    permit.ledger.terms = written
    permit.ledger.facts |= {"beyond": True, "kind": wish.kind, "minutes": wish.minutes}
    try:
        subject = naming.subject(written)
    except Hidden:
        return None
    place = facts.of(subject)
    if place is None or not permit.rows.include(place.branch, place.owner):
        return None
    return emergencies.opened_at(permit, subject, place, wish, beyond=True)


def _count(person: UUID) -> None:
    """One more attempt of this person, one at a time."""
    Person.objects.select_for_update(of=("self",)).get(pk=person)
    since = clock.now() - WITHIN
    Reaching.objects.filter(person=person, at__lte=since).delete()
    if Reaching.objects.filter(person=person).count() >= MOST_TRIES:
        raise Conflict(_("You have tried too many numbers in the last hour. Contact the customer's branch."))
    Reaching.objects.create(person_id=person, at=clock.now())
