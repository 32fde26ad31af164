"""What a review finds of each grant: when it was used last, and what speaks against it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as lazy

from toride.access import policy
from toride.access.models import Connection, Person
from toride.access.reviews.models import Campaign, Item
from toride.access.roles import HOME
from toride.audit import usage
from toride.base import clock
from toride.vault.permit import Permit

# Which of them speak against keeping a grant; a page shows them in this order.
FINDINGS = {
    "leaver": lazy("left (staff file)"),
    "mover": lazy("transferred (staff file)"),
    "stranger": lazy("not in the staff file"),
    "clash": lazy("conflicting roles"),
    "orphan": lazy("no branch or no superior"),
    "dormant": lazy("no recent sign-in"),
    "unused": lazy("not used recently"),
}
STAFF_FINDINGS = ("leaver", "mover", "stranger")


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant of a person as it stands; `used`: None for never."""

    person: Person
    kind: str
    what: str
    called: str = ""
    used: datetime | None = None
    findings: Sequence[str] = field(default=())


def scope(branches: Sequence[str], departments: Sequence[str]) -> Q:
    """Whom a scope covers: those of the branches or departments, and always those who belong nowhere."""
    if not branches and not departments:
        return Q(is_active=True)
    nowhere = Q(branch=None, department=None)
    return Q(is_active=True) & (Q(branch__in=branches) | Q(department__in=departments) | nowhere)


def grants(permit: Permit, campaign: Campaign, people: Sequence[Person]) -> Iterator[Grant]:
    """Every grant of these people, with its last use."""
    now = clock.now()
    keys: dict[object, list[Connection]] = {}
    living = Connection.objects.filter(person__in=people, revoked=None, expires__gt=now).order_by("created")
    for key in living:
        keys.setdefault(key.person_id, []).append(key)
    for person in people:
        duties = {role: actions_of(role) for role in person.roles}
        asked = frozenset({usage.SIGN_IN}).union(*duties.values())
        used = usage.last(permit, person.id, asked)
        clashing = policy.current().clash(person.roles)
        general = _of_person(person, used.get(usage.SIGN_IN), campaign, now)
        for role, actions in duties.items():
            last = max((used[one] for one in actions if one in used), default=None)
            own = _unused(last, person.created, campaign, now) + (["clash"] if role in clashing else [])
            yield Grant(person, Item.Kind.DUTY, role, "", last, _ordered(general + own))
        for key in keys.get(person.id, []):
            own = _unused(key.used, key.created, campaign, now)
            yield Grant(person, Item.Kind.KEY, key.id, key.name, key.used, _ordered(general + own))


def actions_of(role: str) -> frozenset[str]:
    """What this duty lets do, beside what everybody may."""
    return frozenset(policy.current().grants.get(role, {})) - frozenset(HOME.actions)


def called(kind: str, what: str, name: str, connections: Mapping[str, str] | None = None) -> str:
    """What pages call a grant."""
    if kind == Item.Kind.DUTY:
        return policy.called(what)
    return name or (connections or {}).get(what, what)


def with_staff(before: Sequence[str], found: str) -> list[str]:
    """These findings, of the staff file only this one (or none)."""
    return _ordered([*(one for one in before if one not in STAFF_FINDINGS), *([found] if found else [])])


def _of_person(person: Person, signed_in: datetime | None, campaign: Campaign, now: datetime) -> list[str]:
    found = []
    if (signed_in or person.created) < now - timedelta(days=campaign.dormant):
        found.append("dormant")
    if person.branch_id is None and person.department_id is None:
        found.append("orphan")
    return found


def _unused(last: datetime | None, since: datetime, campaign: Campaign, now: datetime) -> list[str]:
    return ["unused"] if (last or since) < now - timedelta(days=campaign.unused) else []


def _ordered(found: Sequence[str]) -> list[str]:
    return [one for one in FINDINGS if one in found]
