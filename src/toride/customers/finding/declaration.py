"""The list of customers: what the workshop's lists need to know of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access.models import Person
from toride.customers import fields, queries
from toride.customers.actions import Action
from toride.customers.finding import columns
from toride.customers.finding.stars import stars
from toride.customers.models import Customer
from toride.customers.queries import Profile
from toride.fields import addresses
from toride.lists.ask import Ask, Found
from toride.lists.declaration import Filter, List, Option, Sort, Source, Words, declare
from toride.lists.options import by_branch, by_owner
from toride.vault.permit import Permit

STAR = "star"


def search(permit: Permit, ask: Ask) -> Found[Profile]:
    """As `queries.search`; a star narrows it to those of whoever asks."""
    if STAR not in ask.filters:
        return queries.search(permit, ask)
    filters = {name: value for name, value in ask.filters.items() if name != STAR}
    return queries.search(permit, replace(ask, filters=filters, among=stars(permit.actor.id)))


def _own_branch(permit: Permit, person: Person) -> Sequence[Option]:
    if permit.rows.everything and person.branch and Customer.objects.filter(branch=person.branch_id).exists():
        return [(person.branch.code, person.branch.name)]
    return ()


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
            by_owner(),
            by_branch(usual=_own_branch),
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
