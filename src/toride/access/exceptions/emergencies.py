"""Breaking the glass: at once, for a while, for what was asked; the owners are told, and somebody else reviews it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from toride import audit
from toride.access import facts, integrity, openings, policy
from toride.access.actions import Action
from toride.access.approvals.requests import worded
from toride.access.decide import reach_of
from toride.access.models import Glass, Person
from toride.access.people import reporting
from toride.access.roles import Reach
from toride.audit import recorded
from toride.audit.events import SYSTEM, Event
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid, Refused, Unavailable
from toride.vault import records
from toride.vault.aead import Unopenable
from toride.vault.keyring import Kind
from toride.vault.permit import Category, Mode, Permit

MOST_MINUTES = 60
MOST_AT_ONCE = 3
MOST_A_DAY = 10
SHOWN_DAYS = 7
LISTED = 50
KINDS = {
    "life": lazy("Danger to life or health"),
    "crime": lazy("Fraud or another crime under way"),
    "disaster": lazy("Disaster or failure of systems"),
    "request": lazy("Urgent customer request"),
}
Verdict = Glass.Verdict


@dataclass(frozen=True, slots=True)
class Wish:
    """An emergency that is within bounds."""

    kind: str
    categories: frozenset[Category]
    minutes: int
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """An emergency with its sealed words."""

    row: Glass
    reason: str
    review: str

    @property
    def categories(self) -> Sequence[Category]:
        """What it opens."""
        return openings.listed(self.row.categories)


@recorded(Action.GLASS_BREAK)
def break_glass(
    permit: Permit, subject: UUID, *, kind: str, categories: Collection[Category], minutes: int, reason: str
) -> Glass:
    """Opens these categories of the subject to this person, from now on for so many minutes; tells the owners.

    Raises Invalid with advice by field, Conflict above MOST_AT_ONCE or MOST_A_DAY.
    """
    wish = wished(kind=kind, categories=categories, minutes=minutes, reason=reason)
    must_be_few(permit)
    place = facts.of(subject)
    if place is None:
        raise Hidden
    return opened_at(permit, subject, place, wish)


def wished(*, kind: str, categories: Collection[Category], minutes: int, reason: str) -> Wish:
    """What somebody asks for. Raises Invalid with advice by field."""
    errors = {}
    if kind not in KINDS:
        errors["kind"] = _("Choose one")
    if not categories:
        errors["categories"] = _("Choose the categories you need")
    if not 1 <= minutes <= MOST_MINUTES:
        errors["minutes"] = _("Enter 1 to 60")
    if errors:
        raise Invalid(_("Please fix the highlighted fields."), errors)
    return Wish(kind, frozenset(categories), minutes, worded(reason, "reason"))


def opened_at(permit: Permit, subject: UUID, place: facts.Facts, wish: Wish, *, beyond: bool = False) -> Glass:
    """Opens it in the caller's transaction, and tells the owners."""
    now = clock.now()
    row = Glass(
        person_id=permit.actor.id, subject_id=subject, branch_id=place.branch, kind=wish.kind, beyond=beyond,
        categories=openings.mask(wish.categories), created=now, ends=now + timedelta(minutes=wish.minutes),
        due=now + settings.GLASS_REVIEW,
    )  # fmt: skip
    row.seal = integrity.of_opening(row.pk, row.person_id, subject, row.categories, now, beyond=beyond)
    row.reason = records.seal_with(Kind.FILES, {"reason": wish.reason}, row.pk)
    row.save(force_insert=True)
    owners = {one.id for one in reviewers(row) if not _everywhere(one)} | ({place.owner} if place.owner else set())
    row.told.set(Person.objects.filter(pk__in=owners - {permit.actor.id}, is_active=True))
    permit.ledger.touch(subject, Mode.LISTED, *wish.categories)
    permit.ledger.facts |= {
        "glass": str(row.pk), "kind": wish.kind, "minutes": wish.minutes,
        "told": sorted(str(one.pk) for one in row.told.all()),
    }  # fmt: skip
    return row


@recorded(Action.GLASS_END)
def end(permit: Permit, whom: UUID) -> Sequence[Glass]:
    """Ends the actor's own emergencies at this subject; the review stays. Raises Hidden where none is open."""
    now = clock.now()
    found = list(Glass.objects.filter(person=permit.actor.id, subject=whom, ends__gt=now))
    if not found:
        raise Hidden
    Glass.objects.filter(pk__in=[row.pk for row in found], ends__gt=now).update(ends=now)
    permit.ledger.touch(whom, Mode.LISTED)
    permit.ledger.facts["glass"] = [str(row.pk) for row in found]
    return found


@recorded(Action.GLASS_REVIEW)
def review(permit: Permit, number: UUID, *, right: bool, words: str) -> None:
    """Was it right? If not, it ends at once. Raises Hidden, Refused for the person's own, Conflict where it is done."""
    row = Glass.objects.filter(pk=number).first()
    person = Person.objects.get(pk=permit.actor.id)
    if row is None or not may_review(person, row):
        raise Refused("second-person") if row and row.person_id == person.id else Hidden
    said, now = worded(words, "words"), clock.now()
    found = Glass.objects.filter(pk=number, verdict=Verdict.OPEN)
    ended = {} if right else {"ends": min(row.ends, now)}
    changed = found.update(
        verdict=Verdict.RIGHT if right else Verdict.WRONG, reviewer=person, reviewed=now,
        review=records.seal_with(Kind.FILES, {"review": said}, _review_of(row)), **ended,
    )  # fmt: skip
    if not changed:
        raise Conflict(_("This has already been reviewed."))
    permit.ledger.facts |= {"glass": str(number), "verdict": "right" if right else "wrong", "by": str(row.person_id)}


def to_review(person: Person) -> list[Glass]:
    """Emergencies that wait for a review by this person, the most urgent first."""
    rows = Glass.objects.select_related("person", "branch").filter(verdict=Verdict.OPEN).order_by("due")
    return [row for row in rows if may_review(person, row)]


def reviewed(person: Person) -> list[Glass]:
    """The last LISTED that are reviewed, and that this person might have reviewed."""
    rows = Glass.objects.select_related("person", "branch", "reviewer").exclude(verdict=Verdict.OPEN)
    return [row for row in rows.order_by("-reviewed")[:LISTED] if may_review(person, row)]


def told(person: Person) -> list[Glass]:
    """What this person was told of in the last SHOWN_DAYS, and is not reviewed."""
    since = clock.now() - timedelta(days=SHOWN_DAYS)
    rows = (
        Glass.objects.select_related("person").filter(told=person).filter(Q(created__gt=since) | Q(escalated__gt=since))
    )
    return list(rows.filter(verdict=Verdict.OPEN).order_by("-created"))


def reached(person: Person) -> list[Glass]:
    """Customers out of reach whom this person has open now, the one that ends first in front: no search finds them."""
    return list(Glass.objects.filter(person=person, beyond=True, ends__gt=clock.now()).order_by("ends"))


def opened(permit: Permit, rows: Sequence[Glass]) -> list[Opened]:
    """With their words. Raises Unavailable where these do not open."""
    return [
        Opened(
            row,
            _words(permit, bytes(row.reason), row.pk, "reason"),
            _words(permit, bytes(row.review), _review_of(row), "review") if row.review else "",
        )
        for row in rows
    ]


def may_review(person: Person, row: Glass) -> bool:
    """Is this somebody else, active, whose duty reviews emergencies of that branch?"""
    if not person.is_active or person.id == row.person_id:
        return False
    grants = policy.current().of(person.roles, person.rank, Action.GLASS_REVIEW)
    return bool(grants) and reach_of(person, grants).include(row.branch_id, None)


def reviewers(row: Glass) -> list[Person]:
    """Everybody who may review it."""
    return [one for one in Person.objects.filter(is_active=True) if may_review(one, row)]


def escalate() -> int:
    """Tells those whose duty reaches everywhere, and superiors who may review, of what nobody reviewed in time.

    Once, with an event; how many.
    """
    count = 0
    for row in Glass.objects.filter(verdict=Verdict.OPEN, due__lte=clock.now(), escalated=None):
        with transaction.atomic():
            if Glass.objects.filter(pk=row.pk, verdict=Verdict.OPEN, escalated=None).update(escalated=clock.now()):
                above = {one.pk for one in reporting.ladder(row.person_id)}
                row.told.add(*(one for one in reviewers(row) if _everywhere(one) or one.pk in above))
                facts_of = {"glass": str(row.pk), "by": str(row.person_id)}
                touched = ((row.subject_id, Mode.LISTED, 0),)
                event = Event(action=Action.GLASS_ESCALATE, door=SYSTEM, facts=facts_of, subjects=touched)
                audit.stage([event])
                count += 1
    return count


def _everywhere(person: Person) -> bool:
    grants = policy.current().of(person.roles, person.rank, Action.GLASS_REVIEW)
    return any(grant.reach is Reach.ALL for grant in grants)


def must_be_few(permit: Permit) -> None:
    """Raises Conflict above MOST_AT_ONCE or MOST_A_DAY."""
    now = clock.now()
    mine = Glass.objects.filter(person=permit.actor.id, created__gt=now - timedelta(days=1))
    if mine.filter(ends__gt=now).count() >= MOST_AT_ONCE or mine.count() >= MOST_A_DAY:
        raise Conflict(_("You have used emergency access too often. Contact your branch manager."))


def _review_of(row: Glass) -> bytes:
    return b"review" + row.pk.bytes


def _words(permit: Permit, blob: bytes, place: UUID | bytes, name: str) -> str:
    try:
        return str(records.open_with(permit, Kind.FILES, blob, place)[name])
    except Unopenable:
        raise Unavailable("altered") from None
