"""Items: opened by what happens, seen by whom they wait for, done by one of these, escalated when late."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, UUIDField
from django.urls import reverse

from toride import audit
from toride.access import facts, policy
from toride.access.decide import reach_of
from toride.access.models import Person
from toride.access.people import reporting
from toride.access.people.models import ReportingLine
from toride.audit import recorded
from toride.audit.events import SYSTEM, Event
from toride.base import clock
from toride.base.errors import Hidden
from toride.ui.side import Waiting
from toride.vault.permit import Permit
from toride.work import calendar, kinds
from toride.work.actions import Action
from toride.work.kinds import Kind
from toride.work.models import Item, Notice

MOST = 500  # open items that are looked at for one list, the most urgent first


def open_item(
    kind: Kind, *, about: UUID, person: UUID | None = None, branch: str | None = None, subject: UUID | None = None,
    due: datetime | None = None,
) -> Item:  # fmt: skip
    """Opens an item in the caller's transaction, whose event tells why; the one that is open where there is one."""
    now = clock.now()
    wanted = {
        "person_id": person, "branch_id": branch, "subject_id": subject, "created": now,
        "due": due or calendar.current().after(now, hours=kind.hours),
    }  # fmt: skip
    return Item.objects.get_or_create(kind=kind.code, about=about, done=None, defaults=wanted)[0]


def close(kind: Kind, *, about: UUID) -> bool:
    """Ends it in the caller's transaction, since what it is about is over; was there one?"""
    return bool(Item.objects.filter(kind=kind.code, about=about, done=None).update(done=clock.now()))


@recorded(Action.ITEM_FINISH)
def finish(permit: Permit, number: UUID) -> None:
    """Somebody for whom it waits has done it. Raises Hidden for others, and for what is done or ends by itself."""
    person = Person.objects.get(pk=permit.actor.id)
    found = next((one for one in open_now(number) if waits(person, one)), None)
    if found is None or not kinds.kinds()[found.kind].by_hand:
        raise Hidden
    if not Item.objects.filter(pk=found.pk, done=None).update(done=clock.now(), doer=person):
        raise Hidden
    permit.ledger.facts |= {"item": str(number), "kind": found.kind, "about": str(found.about)}


def open_now(number: UUID | None = None) -> list[Item]:
    """Open items of known kinds, the most urgent first, each with its deputy of today and its customer's place."""
    found: QuerySet[Item] = Item.objects.filter(done=None, kind__in=kinds.kinds())
    found = found.filter(pk=number) if number else found
    today = clock.today()
    deputies = ReportingLine.objects.filter(
        person=OuterRef("person"), kind=reporting.Kind.DEPUTY, begins__lte=today, ends__gte=today, to__is_active=True
    )
    rows: list[Item] = list(
        found.annotate(deputy=Subquery(deputies.values("to")[:1], output_field=UUIDField())).order_by("due")[:MOST]
    )
    places = facts.of_each({one.subject_id for one in rows if one.subject_id}) if rows else {}
    for one in rows:
        one.place = places.get(one.subject_id) if one.subject_id else None  # type: ignore[attr-defined]
    return rows


def waits(person: Person, item: Item) -> bool:
    """Does it wait for this person: theirs, or their queue's, and is all of it in their reach?"""
    if not person.is_active or (item.person_id and person.pk not in (item.person_id, item.deputy)):  # type: ignore[attr-defined]
        return False
    grants = policy.current().of(person.roles, person.rank, kinds.kinds()[item.kind].action)
    if item.subject_id:
        place = item.place  # type: ignore[attr-defined]
        return place is not None and reach_of(person, grants).include(place.branch, place.owner)
    if item.branch_id:
        return reach_of(person, grants).include(item.branch_id, None)
    return bool(grants)


def show(item: Item) -> Waiting:
    """What a list tells of it."""
    kind = kinds.kinds()[item.kind]
    finish_at = reverse("item_finish", kwargs={"item": item.pk}) if kind.by_hand else ""
    place = reverse(kind.page, kwargs={kind.argument: item.about} if kind.argument else None)
    return Waiting(item.kind, item.pk, kind.label, place, item.due, finish_at)


def escalate() -> int:
    """Hands what is late to the nearest superior (or their deputy) for whom it may wait, with an event; how many.

    Where there is none, and in a queue, it stays, and is told as late. The next step follows as many hours later.
    """
    moved = 0
    for item in open_now():
        if item.due <= clock.now():
            moved += _escalated(item)
    return moved


def _escalated(item: Item) -> bool:
    kind, now = kinds.kinds()[item.kind], clock.now()
    to = next((one for one in _above(item) if _fits(one, item)), None)
    if item.escalated and to is None:
        return False
    given = {"person": to, "due": calendar.current().after(now, hours=kind.hours)} if to else {}
    with transaction.atomic():
        same = Item.objects.filter(pk=item.pk, done=None, person=item.person_id, escalated=item.escalated)
        if not same.update(escalated=now, **given):
            return False
        if to:
            Notice.objects.filter(kind=item.kind, about=item.pk).delete()  # it is new to them
        facts_of = {
            "item": str(item.pk),
            "kind": item.kind,
            "person": str(item.person_id or ""),
            "superior": str(to.pk if to else ""),
        }
        audit.stage([Event(action=Action.ITEM_ESCALATE, door=SYSTEM, facts=facts_of)])
    return True


def _above(item: Item) -> Sequence[Person]:
    if item.person_id is None:
        return []
    return [reporting.standing_in(one) for one in reporting.ladder(item.person_id)]


def _fits(person: Person, item: Item) -> bool:
    """Could it wait for this person, were it theirs?"""
    if person.pk == item.person_id:
        return False
    given = Item(pk=item.pk, kind=item.kind, person=person, branch_id=item.branch_id, subject_id=item.subject_id)
    given.deputy, given.place = None, item.place  # type: ignore[attr-defined]
    return waits(person, given)
