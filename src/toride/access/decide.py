"""The one decision: may this person do this, to this subject, for this purpose? The answer is a permit or a refusal."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from toride.access import facts, integrity, openings, policy
from toride.access.actions import Action
from toride.access.models import Person
from toride.access.roles import Grant, Reach
from toride.base import clock
from toride.base.errors import Hidden, Refused
from toride.vault.permit import Actor, Category, Door, Opening, Permit, Rows

LIFETIME = timedelta(minutes=5)
CATEGORIES = tuple(Category)
MACHINE = "api"  # what is opened to a person is not opened to what acts for them


def decide(
    person: Person, action: str, *, door: Door, purpose: str | None = None, subject: UUID | None = None
) -> Permit:
    """A permit for one action.

    Raises Refused ("duty": no role of the person's grants the action; "purpose": not for this purpose; "inactive";
    "altered": their place is not what was agreed upon), and Hidden where the subject is unknown or out of row scope,
    which nobody can tell apart.
    """
    if not person.is_active:
        raise Refused("inactive")
    integrity.must_hold(person)
    rules = policy.current()
    granted = rules.of(person.roles, person.rank, action)
    if not granted:
        raise Refused("duty")
    chosen = purpose or granted[0].purposes[0]
    fitting = [grant for grant in granted if chosen in grant.purposes]
    if not fitting:
        raise Refused("purpose")
    reaching = fitting if subject is None else _reaching(person, fitting, subject)
    openings, fields = _openings(reaching, widest=subject is not None)
    permit = Permit(
        actor=Actor(person.id, person.username, person.name),
        door=door,
        action=action,
        purpose=chosen,
        rows=reach_of(person, reaching),
        policy=rules.version,
        expires=clock.now() + LIFETIME,
        subject=subject,
        openings=openings,
        fields=fields,
        reasons=_reasons(granted, openings),
        obligations=frozenset(one for grant in reaching or fitting for one in grant.obligations),
    )
    return permit if subject is None else _of_one(permit, person, subject, within=bool(reaching))


def _of_one(permit: Permit, person: Person, subject: UUID, *, within: bool) -> Permit:
    """For this subject, with what is open beyond the duty. Raises Hidden out of reach, but for an emergency there."""
    widens = permit.action == openings.OPENS and permit.door.kind != MACHINE
    broken = openings.broken(person.id, subject, within=within) if widens else None
    if not within:
        leave = policy.current().of(person.roles, person.rank, Action.GLASS_REACH) if broken else []
        if not _reaching(person, leave, subject):
            raise Hidden
        reasons = dict.fromkeys(CATEGORIES, openings.EMERGENCY)
        permit = replace(permit, rows=Rows(subjects=frozenset((subject,))), reasons=reasons)
    return _widened(permit, broken) if broken else permit


def _widened(permit: Permit, broken: openings.Broken) -> Permit:
    """With what an emergency or temporary access opens to this person, no longer than that; the event names it."""
    ways = {openings.EMERGENCY: broken.emergencies, openings.TEMPORARY: broken.temporary}
    named = {openings.EMERGENCY: "glass", openings.TEMPORARY: "temporary"}
    permit.ledger.facts |= {named[way]: [str(one) for one in numbers] for way, numbers in ways.items() if numbers}
    return replace(
        permit,
        openings={**permit.openings, **dict.fromkeys(broken.categories, Opening.CLEAR)},
        fields={key: opening for key, opening in permit.fields.items() if key[0] not in broken.categories},
        reasons={key: why for key, why in permit.reasons.items() if key not in broken.categories},
        expires=min(permit.expires, broken.ends),
        obligations=permit.obligations | {way for way, numbers in ways.items() if numbers},
    )


def purposes(person: Person, action: str) -> list[str]:
    """The purposes for which the person may do the action, the most usual first."""
    found: dict[str, None] = {}
    for grant in policy.current().of(person.roles, person.rank, action):
        found.update(dict.fromkeys(grant.purposes))
    return list(found)


def _reaching(person: Person, grants: Sequence[Grant], subject: UUID) -> list[Grant]:
    """Those of the grants that reach the subject; none for an unknown one."""
    known = facts.of(subject) if grants else None
    if known is None:
        return []
    return [grant for grant in grants if reach_of(person, [grant]).include(known.branch, known.owner)]


def reach_of(person: Person, grants: Sequence[Grant]) -> Rows:
    """Whose records these grants reach for this person."""
    branches: set[str] = set()
    owners: set[UUID] = set()
    for grant in grants:
        match grant.reach:
            case Reach.ALL:
                return Rows(everything=True)
            case Reach.BRANCH if person.branch_id:
                branches.add(person.branch_id)
            case Reach.DEPARTMENT if person.department_id:
                owners |= set(Person.objects.filter(department=person.department_id).values_list("id", flat=True))
            case Reach.OWN:
                owners.add(person.id)
    return Rows(branches=frozenset(branches), owners=frozenset(owners))


def _openings(
    grants: Sequence[Grant], *, widest: bool
) -> tuple[dict[Category, Opening], dict[tuple[Category, str], Opening]]:
    """For one subject the widest of the grants that reach it; for a list, whose rows differ, only what all open."""
    if not grants:
        return dict.fromkeys(CATEGORIES, Opening.CLOSED), {}
    pick = max if widest else min
    openings = {category: grants[0].opens.get(category, Opening.CLOSED) for category in CATEGORIES}
    for grant in grants[1:]:
        for category in CATEGORIES:
            openings[category] = pick(openings[category], grant.opens.get(category, Opening.CLOSED))
    fields = {
        key: pick(grant.fields.get(key, grant.opens.get(key[0], Opening.CLOSED)) for grant in grants)
        for key in {key for grant in grants for key in grant.fields}
    }
    return openings, fields


def _reasons(granted: Sequence[Grant], openings: dict[Category, Opening]) -> dict[Category, str]:
    """Why a category is not clear: "purpose" where another purpose of the duty opens it, else "duty"."""
    elsewhere = {key for grant in granted for key, opening in grant.opens.items() if opening is Opening.CLEAR}
    return {
        category: "purpose" if category in elsewhere else "duty"
        for category, opening in openings.items()
        if opening is not Opening.CLEAR
    }
