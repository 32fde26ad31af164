"""What can be asked about deals: those of customers in the permit's rows, and of each only these records."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from toride.access import scope
from toride.base.errors import Hidden
from toride.customers import queries
from toride.customers.queries import Profile
from toride.fields import kinds
from toride.fields.kinds import Held
from toride.sales.models import DEAL, Deal
from toride.vault.permit import Category, Permit


@dataclass(frozen=True, slots=True)
class Line:
    """One deal, what it says, and with whom."""

    deal: Deal
    held: Held
    customer: Profile


def within(permit: Permit) -> QuerySet[Deal]:
    """Those of customers in the permit's rows."""
    found = Deal.objects.filter(customer__hidden=None)
    return scope.within(permit, found, branch="customer__branch", owner="customer__owner", subject="customer")


def lines(permit: Permit, deals: Sequence[Deal]) -> list[Line]:
    """These, in this order; whose record does not open is left out."""
    held = kinds.read(permit, DEAL, {one.pk: one.customer_id for one in deals})
    subjects = list(dict.fromkeys(one.customer_id for one in deals))
    whose = {one.subject: one for one in queries.profiles(permit, subjects, (Category.BASIC,))}
    return [
        Line(one, held[one.pk], whose[one.customer_id]) for one in deals if one.pk in held and one.customer_id in whose
    ]


def of(permit: Permit, subject: UUID) -> list[Line]:
    """A customer's, the last moved first."""
    return lines(permit, list(within(permit).filter(customer=subject).order_by("-moved", "pk")))


def one(permit: Permit, subject: UUID, deal: UUID) -> Line:
    """One of a customer's. Raises Hidden for any other."""
    found = lines(permit, list(within(permit).filter(customer=subject, pk=deal)))
    if not found:
        raise Hidden
    return found[0]
