"""Whom a person starred, and whom they opened last."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from toride.audit import recent, recorded
from toride.base import clock
from toride.base.errors import Conflict
from toride.customers import queries
from toride.customers.actions import Action
from toride.customers.models import Star
from toride.customers.queries import Profile
from toride.ui.side import Way
from toride.vault import rows
from toride.vault.permit import Category, Mode, Permit

STORE = "default"
MOST_STARS = 200
RECENT = 20
_STARS = (
    "SELECT s.customer_id FROM customers_star s JOIN customers_customer c ON c.subject_id = s.customer_id"
    " WHERE s.person_id = %s AND c.hidden IS NULL ORDER BY s.at DESC"
)


@recorded(Action.STAR_SET)
def star(permit: Permit, subject: UUID, *, on: bool) -> None:
    """Sets or takes the actor's star of a customer. Raises Conflict above MOST_STARS."""
    mine = Star.objects.filter(person=permit.actor.id)
    if not on:
        mine.filter(customer=subject).delete()
    elif not mine.filter(customer=subject).exists():
        if mine.count() >= MOST_STARS:
            raise Conflict(
                _("You have the maximum of %(most)d starred customers. Unstar one first.") % {"most": MOST_STARS}
            )
        Star.objects.create(person_id=permit.actor.id, customer_id=subject, at=clock.now())
    permit.ledger.touch(subject, Mode.LISTED)
    permit.ledger.did = "set" if on else "take"
    permit.ledger.facts["star"] = on


def stars(person: UUID) -> list[UUID]:
    """Whom the person starred, the latest first; not all of them need be in scope."""
    return [rows.from_id(one) for (one,) in rows.fetch(STORE, _STARS, [rows.to_id(STORE, person)])]


def last_opened(permit: Permit) -> list[UUID]:
    """Whose record the actor opened last; not all of them need be in scope."""
    return recent.latest(permit, Action.PROFILE_READ, RECENT)


def named(permit: Permit, subjects: Sequence[UUID]) -> list[Profile]:
    """Their names, as far as they are in the permit's rows."""
    return queries.profiles(permit, subjects, (Category.BASIC,)) if subjects else []


def link(request: HttpRequest) -> list[Way]:
    """The way to them in the sidebar; opens no customer."""
    if not hasattr(request, "permit") or Action.SEARCH not in getattr(request, "may", ()):
        return []
    return [Way(f"{reverse('customers')}?star=1", "star", _("Starred"))]
