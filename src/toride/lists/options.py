"""What may be chosen in the filters that many lists have: branches and people, as far as the permit's rows reach."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access.models import Branch, Person
from toride.lists.declaration import NONE, Filter, Option, Options
from toride.vault import rows
from toride.vault.permit import Permit

STORE = "default"
ME = "me"
MOST_COLLEAGUES = 100
_COLLEAGUES = (
    "SELECT id, name FROM access_person WHERE branch_id = %s AND is_active AND id <> %s ORDER BY name LIMIT %s"
)


def mine(permit: Permit, _person: Person) -> Sequence[Option]:
    """What one is in charge of oneself; nothing to choose where all is one's own."""
    return [(ME, _("My customers"))] if permit.rows.everything or permit.rows.branches else []


def colleagues(permit: Permit, person: Person) -> Sequence[Option]:
    """Who may be in charge: oneself, and who of one's own branch; nobody else where all is one's own."""
    if not (own := mine(permit, person)):
        return []
    found = rows.fetch(STORE, _COLLEAGUES, [person.branch_id, rows.to_id(STORE, person.pk), MOST_COLLEAGUES])
    return [*own, *((str(rows.from_id(one)), name) for one, name in found)]


def branches(permit: Permit, _person: Person) -> Sequence[Option]:
    """Codes and names of the branches in the permit's rows."""
    found = rows.fetch(STORE, "SELECT code, name FROM access_branch ORDER BY code", [])
    return [(code, name) for code, name in found if permit.rows.everything or code in permit.rows.branches]


def by_branch(column: str = "", usual: Options = NONE) -> Filter:
    """The filter of branches."""
    return Filter("branch", lazy("Branch"), options=branches, usual=usual, said=_branch, column=column)


def by_owner(column: str = "") -> Filter:
    """The filter of people in charge."""
    return Filter("owner", lazy("Owner"), options=colleagues, usual=mine, said=_person_named, column=column)


def _branch(value: str) -> Any:
    return Branch.objects.filter(code=value).values_list("name", flat=True).first() or value


def _person_named(value: str) -> Any:
    if value == ME:
        return _("My customers")
    try:
        return Person.objects.filter(pk=UUID(value)).values_list("name", flat=True).first() or _("one owner")
    except ValueError:
        return _("one owner")
