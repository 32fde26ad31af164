"""The filters of a list as chips: a few usual ones to press, and each one in force, to take away."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.access.models import Branch, Person
from toride.customers import fields
from toride.customers.finding.setting import Setting
from toride.customers.models import Customer
from toride.vault import rows
from toride.vault.permit import Permit

MOST_COLLEAGUES = 100
STORE = "default"
_COLLEAGUES = (
    "SELECT id, name FROM access_person WHERE branch_id = %s AND is_active AND id <> %s ORDER BY name LIMIT %s"
)
_WORDS = {
    "birth_date": lazy("born %(value)s"),
    "value_from": lazy("assets from ¥%(value)s"),
    "value_to": lazy("assets up to ¥%(value)s"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """Pressing it sets the input `name` to `value`, pressing it again empties it."""

    name: str
    value: str
    label: Any
    pressed: bool = False


def chips(permit: Permit, person: Person, setting: Setting) -> list[Chip]:
    """Those in force where they stand among the usual ones, the others after them."""
    force = {**setting.filters, **({"star": "1"} if setting.starred else {})}
    usual = [Chip(name, value, label, force.get(name) == value) for name, value, label in _usual(permit, person)]
    shown = {(chip.name, chip.value) for chip in usual}
    rest = [
        Chip(name, value, _label(name, value), pressed=True)
        for name, value in force.items()
        if (name, value) not in shown
    ]
    return usual + rest


def _usual(permit: Permit, person: Person) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = [("star", "1", _("Starred"))]
    if permit.rows.everything or permit.rows.branches:
        found.append(("owner", "me", _("My customers")))
    if permit.rows.everything and person.branch and Customer.objects.filter(branch=person.branch_id).exists():
        found.append(("branch", person.branch.code, person.branch.name))
    found.append(("status", "active", fields.STATUS_LABELS["active"]))
    found.append(("kind", "organisation", fields.KIND_LABELS["organisation"]))
    return found


def _label(name: str, value: str) -> Any:
    if name in _WORDS:
        return str(_WORDS[name]) % {"value": value}
    if name in fields.CHOICES:
        return fields.CHOICES[name].get(value, value)
    if name == "branch":
        return Branch.objects.filter(code=value).values_list("name", flat=True).first() or value
    return _colleague(value) if name == "owner" else value


def _colleague(value: str) -> Any:
    if value == "me":
        return _("My customers")
    try:
        return Person.objects.filter(pk=UUID(value)).values_list("name", flat=True).first() or _("one owner")
    except ValueError:
        return _("one owner")


def colleagues(permit: Permit, person: Person) -> list[tuple[str, str]]:
    """Who of one's own branch may be in charge: id and name."""
    if not (permit.rows.everything or permit.rows.branches) or not person.branch_id:
        return []
    found = rows.fetch(STORE, _COLLEAGUES, [person.branch_id, rows.to_id(STORE, person.pk), MOST_COLLEAGUES])
    return [(str(rows.from_id(one)), name) for one, name in found]


def branches(permit: Permit) -> list[tuple[str, str]]:
    """Codes and names of the branches in the permit's rows."""
    found = rows.fetch(STORE, "SELECT code, name FROM access_branch ORDER BY code", [])
    return [(code, name) for code, name in found if permit.rows.everything or code in permit.rows.branches]
