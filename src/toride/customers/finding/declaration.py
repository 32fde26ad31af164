"""The list of customers: what the workshop's lists need to know of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access.models import Branch, Person
from toride.customers import addresses, fields, queries
from toride.customers.actions import Action
from toride.customers.finding import columns
from toride.customers.finding.stars import stars
from toride.customers.models import Customer
from toride.customers.queries import Profile
from toride.lists.ask import Ask, Found
from toride.lists.declaration import Filter, List, Option, Sort, Source, Words, declare
from toride.vault import rows
from toride.vault.permit import Permit

STAR = "star"
MOST_COLLEAGUES = 100
STORE = "default"
_COLLEAGUES = (
    "SELECT id, name FROM access_person WHERE branch_id = %s AND is_active AND id <> %s ORDER BY name LIMIT %s"
)


def search(permit: Permit, ask: Ask) -> Found[Profile]:
    """As `queries.search`; a star narrows it to those of whoever asks."""
    if STAR not in ask.filters:
        return queries.search(permit, ask)
    filters = {name: value for name, value in ask.filters.items() if name != STAR}
    return queries.search(permit, replace(ask, filters=filters, among=stars(permit.actor.id)))


def colleagues(permit: Permit, person: Person) -> list[Option]:
    """Who may be in charge: oneself, and who of one's own branch; nobody else where all are one's own."""
    if not (mine := _mine(permit, person)):
        return []
    found = rows.fetch(STORE, _COLLEAGUES, [person.branch_id, rows.to_id(STORE, person.pk), MOST_COLLEAGUES])
    return [*mine, *((str(rows.from_id(one)), name) for one, name in found)]


def _mine(permit: Permit, _person: Person) -> list[Option]:
    return [("me", _("My customers"))] if permit.rows.everything or permit.rows.branches else []


def branches(permit: Permit, _person: Person) -> list[Option]:
    """Codes and names of the branches in the permit's rows."""
    found = rows.fetch(STORE, "SELECT code, name FROM access_branch ORDER BY code", [])
    return [(code, name) for code, name in found if permit.rows.everything or code in permit.rows.branches]


def _own_branch(permit: Permit, person: Person) -> Sequence[Option]:
    if permit.rows.everything and person.branch and Customer.objects.filter(branch=person.branch_id).exists():
        return [(person.branch.code, person.branch.name)]
    return ()


def _branch(value: str) -> Any:
    return Branch.objects.filter(code=value).values_list("name", flat=True).first() or value


def _colleague(value: str) -> Any:
    if value == "me":
        return _("My customers")
    try:
        return Person.objects.filter(pk=UUID(value)).values_list("name", flat=True).first() or _("one owner")
    except ValueError:
        return _("one owner")


def _chosen(name: str, usual: str = "") -> Filter:
    """A field with few values; one of them may be a chip."""
    labels = fields.CHOICES[name]
    return Filter(
        name,
        fields.FIELDS[name].label,
        options=lambda _permit, _person: list(labels.items()),
        usual=lambda _permit, _person: [(usual, labels[usual])] if usual else [],
        said=lambda value: labels.get(value, value),
    )


def _said(words: Any) -> Any:
    return lambda value: str(words) % {"value": value}


_BORN, _VALUE, _CONTACT = columns.needs("birth_date"), columns.needs("value"), columns.needs("last_contact")
_OWNER, _BRANCH = lazy("Owner"), lazy("Branch")
CUSTOMERS = declare(
    List(
        code="customers",
        action=Action.SEARCH,
        columns=columns.COLUMNS,
        sorts=(
            Sort("kana", lazy("By kana")),
            Sort("value", lazy("By assets"), _VALUE),
            Sort("last_contact", lazy("By last contact"), _CONTACT),
        ),
        filters=(
            Filter(STAR, lazy("Starred"), usual=lambda _p, _q: [("1", _("Starred"))], linked=True),
            Filter("owner", _OWNER, options=colleagues, usual=_mine, said=_colleague),
            Filter("branch", _BRANCH, options=branches, usual=_own_branch, said=_branch),
            _chosen("status", "active"),
            _chosen("kind", "organisation"),
            Filter(
                "prefecture", lazy("Prefecture"), options=lambda _p, _q: [(one, one) for one in addresses.PREFECTURES]
            ),
            Filter("city", lazy("City")),
            Filter("birth_date", lazy("Birth date, or month and day"), _BORN, said=_said(lazy("born %(value)s"))),
            Filter("value_from", lazy("Minimum assets (yen)"), _VALUE, said=_said(lazy("assets from ¥%(value)s"))),
            Filter("value_to", lazy("Maximum assets (yen)"), _VALUE, said=_said(lazy("assets up to ¥%(value)s"))),
        ),
        source=Source(search, columns.rows),
        words=Words(
            lazy("Customers"),
            lazy("All customers"),
            (lazy("No customers yet"), lazy("Register a customer, or import a file.")),
        ),
    )
)
