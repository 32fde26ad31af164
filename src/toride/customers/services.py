"""What can be done with a customer: each is one transaction and one event."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride.audit import recorded
from toride.base import clock
from toride.base.errors import Doubtful, Invalid, Refused, Taken
from toride.customers import apart, barred, claims, fields, numbers, resemblance
from toride.customers.actions import Action
from toride.customers.claims import NearNumber
from toride.customers.models import Customer
from toride.customers.searchable import row
from toride.vault import index, records, subjects
from toride.vault.amending import Amendment, amend, judged
from toride.vault.permit import Category, Mode, Opening, Permit
from toride.vault.projecting import refresh
from toride.vault.records import Draft
from toride.vault.values import Opened

NUMBER = numbers.NUMBER
ANOTHER = lazy(
    "The customer would become another person: name, reading, and birth date or phone all change. "
    "Confirm it, or register a new customer."
)
NEAR = lazy("A customer has nearly the same number. Check it, and confirm that this number is meant.")


@recorded(Action.PROFILE_CREATE)
def register(
    permit: Permit,
    *,
    branch: str,
    owner: UUID | None,
    written: Mapping[str, str],
    source: str,
    number_meant: bool = False,
) -> UUID:
    """A new customer from what was written in a form. The subject's keys are committed before any data.

    What the permit masks can be written here though not be read. Raises Invalid with advice by field, Refused for a
    field that the permit closes, Taken for a number in use; NearNumber where a customer has nearly this number and
    nobody has said that it is meant.
    """
    if not permit.rows.include(branch, owner):
        raise Refused("scope")
    for name in fields.FIELDS:
        if written.get(name):
            _must_open(permit, name, least=Opening.MASKED)
    screened = barred.screen(written)
    stored = fields.clean({"name": "", "number": "", "status": "active", "kind": "person", **screened.written})
    if not number_meant:
        _must_not_be_near(permit, numbers.exact(stored[NUMBER]))
    subject = subjects.create(1)[0]
    _claim(permit, numbers.exact(stored[NUMBER]), subject)
    Customer.objects.create(subject_id=subject, branch_id=branch, owner_id=owner, created=clock.now())
    profile = by_category(stored)
    origin = {"source": source, "by": permit.actor.name, "at": clock.now().isoformat()}
    records.write(
        [
            Draft(subject=subject, category=category, kind="profile", data={**values, "_": origin})
            for category, values in profile.items()
        ]
    )
    index.put([(subject, row(branch, owner, profile))])
    permit.ledger.touch(subject, Mode.CREATED, *profile)
    _set_apart(permit, subject, screened)
    return subject


@recorded(Action.PROFILE_CHANGE)
def change(
    permit: Permit,
    subject: UUID,
    *,
    written: Mapping[str, str],
    revisions: Mapping[Category, int],
    source: str,
    confirmed: bool = False,
    number_meant: bool = False,
) -> list[str]:
    """Changes fields; gives the names of those that really changed. `revisions` are those the person saw.

    What was sent as it stands is left as it stands: nothing is cleaned anew that the person did not alter.

    Raises Invalid, Refused, Conflict where somebody changed the record meanwhile, Taken for a number in use; Doubtful
    where the customer would become another person and nobody has `confirmed` it; NearNumber as `register`.
    """
    for name in written:
        _must_open(permit, name)
    standing = _standing(permit, subject, written)
    altered = {name: text for name, text in written.items() if not fields.is_unaltered(name, text, standing.get(name))}
    screened = barred.screen(altered)
    stored = fields.clean(screened.written, standing)
    note = {"who": permit.actor.name, "who_id": str(permit.actor.id), "source": source}
    amendments = [
        Amendment(subject=subject, category=category, kind="profile", changes=values, revision=revisions.get(category))
        for category, values in by_category(stored).items()
    ]
    if not confirmed:
        _must_stay_the_same_person(amendments)
    amended = amend(amendments, history="history", note=note)
    changed = sorted(name for one in amended for name in one.changed)
    for one in amended:
        permit.ledger.touch(subject, Mode.CHANGED, one.category)
    if NUMBER in changed:
        claims.release(subject)
        if not number_meant:
            _must_not_be_near(permit, numbers.exact(stored[NUMBER]))
        _claim(permit, numbers.exact(stored[NUMBER]), subject)
    if changed:
        permit.ledger.facts["fields"] = changed
        refresh([subject])
    _set_apart(permit, subject, screened)
    return changed


@recorded(Action.FIELD_REVEAL)
def reveal(permit: Permit, subject: UUID, *, name: str) -> Opened:
    """Opens one masked field, as an act. Raises Refused where the duty or the purpose does not open it."""
    spec = fields.FIELDS.get(name)
    if spec is None:
        raise Invalid(_("There is no such field."))
    _must_open(permit, name)
    opened = records.read(permit, [subject], kinds=("profile",), categories=(spec.category,)).get(subject, [])
    permit.ledger.touches.clear()
    permit.ledger.touch(subject, Mode.REVEALED, spec.category)
    permit.ledger.facts["field"] = name
    value = opened[0].values.get(name) if opened else None
    return value if isinstance(value, Opened) else Opened(None)


def by_category(stored: Mapping[str, Any]) -> dict[Category, dict[str, Any]]:
    """Stored values sorted into their categories; empty ones are kept, so that a change can clear a field."""
    found: dict[Category, dict[str, Any]] = {}
    for name, value in stored.items():
        found.setdefault(fields.FIELDS[name].category, {})[name] = value
    return found


def _must_stay_the_same_person(amendments: Iterable[Amendment]) -> None:
    """Raises Doubtful."""
    basic = [one for one in amendments if one.category is Category.BASIC]
    if any(judged(basic, resemblance.becomes_another).values()):
        raise Doubtful(_("Please fix the highlighted fields."), {"name": ANOTHER})


def _must_not_be_near(permit: Permit, number: str) -> None:
    """Raises NearNumber. Who is out of the permit's rows is not there, nor is anybody where numbers are not open."""
    if permit.opening(Category.BASIC, NUMBER) is not Opening.CLEAR or claims.owners([number]):
        return
    found = Customer.objects.filter(subject__in=claims.each_alike([number])[number], hidden=None)
    for subject, branch, owner in found.values_list("subject", "branch", "owner"):
        if permit.rows.include(branch, owner):
            permit.ledger.terms = number
            permit.ledger.facts["near"] = str(subject)
            raise NearNumber(_("Please fix the highlighted fields."), {NUMBER: NEAR}, customer=subject)


def _standing(permit: Permit, subject: UUID, names: Iterable[str]) -> dict[str, Any]:
    """The stored contents of the named fields, to compare with what was sent."""
    categories = tuple({fields.FIELDS[name].category for name in names})
    with permit.ledger.unseen():
        found = records.read(permit, [subject], kinds=("profile",), categories=categories).get(subject, [])
    values = {name: value for one in found for name, value in one.values.items()}
    return {name: value.content for name, value in values.items() if isinstance(value, Opened)}


def _claim(permit: Permit, number: str, subject: UUID) -> None:
    """Raises Conflict where it is taken, by whomever; the event then says which number was tried."""
    permit.ledger.terms = number
    if claims.owners([number]).get(number, subject) != subject:
        raise Taken(_("this number is not available"))
    claims.claim([(number, subject)])
    permit.ledger.terms = ""


def _set_apart(permit: Permit, subject: UUID, screened: barred.Screened) -> None:
    if screened.struck:
        apart.keep([(subject, screened.apart)])
        permit.ledger.facts["struck"] = {name: str(kind) for name, kind in screened.struck.items()}


def _must_open(permit: Permit, name: str, *, least: Opening = Opening.CLEAR) -> None:
    spec = fields.FIELDS[name]
    if permit.opening(spec.category, name) < least:
        raise Refused(permit.reasons.get(spec.category, "duty"))
