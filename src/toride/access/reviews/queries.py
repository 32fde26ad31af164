"""What pages of reviews show: campaigns with their figures, a reviewer's grants, and for what people opened records."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from uuid import UUID

from django.db.models import Count, Q

from toride.access.models import Person
from toride.access.reviews import comments, result
from toride.access.reviews.comments import Said
from toride.access.reviews.models import UNDECIDED, Campaign, Item
from toride.audit import usage
from toride.base import clock
from toride.base.errors import Hidden
from toride.vault.permit import Permit

LISTED = 50
PAGE = 50  # people
WINDOW = timedelta(days=30)
MOST_PEERS = 50
State = Item.State


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign in the list. `result`: what was signed; None while it is open, and where that was altered."""

    row: Campaign
    total: int
    undecided: int
    result: result.Result | None


@dataclass(frozen=True, slots=True)
class Share:
    """How far one reviewer has come. `person`: None where nobody is left to review."""

    person: Person | None
    total: int
    undecided: int
    above: int


@dataclass(frozen=True, slots=True)
class One:
    """A grant with what was said about it."""

    item: Item
    talk: Sequence[Said]


@dataclass(slots=True)
class Group:
    """The grants of one person."""

    person: Person
    grants: list[One] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """Some people's grants; `counts`: how many undecided ones have each finding, on all pages ("": all of them)."""

    groups: Sequence[Group]
    counts: Counter[str]
    number: int
    more: bool


@dataclass(frozen=True, slots=True)
class Purpose:
    """How often a person opened customers for one purpose, and what is usual (the median) among their peers."""

    code: str
    times: int
    usual: float


def campaigns(permit: Permit) -> list[Line]:
    """The last LISTED campaigns, the newest first."""
    permit.check()
    counted = Campaign.objects.annotate(
        total=Count("items"), undecided=Count("items", filter=Q(items__state__in=UNDECIDED))
    )
    rows = list(counted.select_related("opener").order_by("-opened")[:LISTED])
    permit.ledger.facts["campaigns"] = len(rows)
    return [Line(row, row.total, row.undecided, result.of(row) if row.closed else None) for row in rows]


def campaign(permit: Permit, number: UUID) -> tuple[Campaign, list[Share], list[Item]]:
    """A campaign, how far each reviewer has come, and what is undecided. Raises Hidden for an unknown one."""
    permit.check()
    found = Campaign.objects.select_related("opener", "closer").filter(pk=number).first()
    if found is None:
        raise Hidden
    permit.ledger.facts["campaign"] = str(number)
    items = list(found.items.select_related("person__branch", "reviewer").order_by("person__username", "kind", "what"))
    shares: dict[UUID | None, list[Item]] = {}
    for item in items:
        shares.setdefault(item.reviewer_id, []).append(item)
    told = [
        Share(some[0].reviewer, len(some), sum(one.state in UNDECIDED for one in some), sum(one.above for one in some))
        for some in shares.values()
    ]
    told.sort(key=lambda one: (one.person is not None, -one.undecided, one.person.username if one.person else ""))
    return found, told, [item for item in items if item.state in UNDECIDED]


def mine(permit: Permit, finding: str = "", page: int = 1) -> Page:
    """The grants of open campaigns that the actor reviews, PAGE people at a time; of one finding where it is given."""
    permit.check()
    rows = Item.objects.filter(reviewer=permit.actor.id, campaign__closed=None)
    rows = rows.order_by("person__branch", "person__username", "campaign", "kind", "what")
    counts: Counter[str] = Counter()
    chosen: dict[UUID, None] = {}
    for person, findings, state in rows.values_list("person", "findings", "state"):
        if state in UNDECIDED:
            counts.update({"", *findings})
        if not finding or finding in findings:
            chosen[person] = None
    last = max(1, -(-len(chosen) // PAGE))
    at = min(max(page, 1), last)
    people = list(chosen)[(at - 1) * PAGE : at * PAGE]
    groups: dict[UUID, Group] = {}
    of_these = rows.filter(person__in=people)
    for item in of_these.select_related("person__branch", "person__department"):
        if not finding or finding in item.findings:
            groups.setdefault(item.person_id, Group(item.person)).grants.append(One(item, comments.heard(permit, item)))
    permit.ledger.facts |= {"read": "grants", "count": sum(len(one.grants) for one in groups.values())}
    return Page(list(groups.values()), counts, at, at < last)


def purposes(permit: Permit, person: UUID) -> tuple[Person, list[Purpose], int]:
    """For which purposes this person opened customers within WINDOW, beside up to MOST_PEERS of the same duty, the
    nearest first; how many these are. Raises Hidden for anybody whose grants the actor does not review.
    """
    permit.check()
    reviewed = Item.objects.filter(person=person, reviewer=permit.actor.id, campaign__closed=None)
    found = Person.objects.filter(pk=person).first()
    if found is None or not reviewed.exists():
        raise Hidden
    permit.ledger.facts |= {"person": str(person), "read": "purposes"}
    peers = _peers(found)
    used = usage.purposes(permit, [found.id, *(one.id for one in peers)], clock.now() - WINDOW)
    own = used.pop(found.id)
    codes = sorted({*own, *(code for one in used.values() for code in one)})
    lines = [
        Purpose(code, own.get(code, 0), median([one.get(code, 0) for one in used.values()]) if used else 0)
        for code in codes
    ]
    return found, sorted(lines, key=lambda one: -one.times), len(peers)


def _peers(person: Person) -> list[Person]:
    held = set(person.roles)
    others = [one for one in Person.objects.filter(is_active=True).exclude(pk=person.pk) if held & set(one.roles)]
    return sorted(others, key=lambda one: (one.branch_id != person.branch_id, one.username))[:MOST_PEERS]
