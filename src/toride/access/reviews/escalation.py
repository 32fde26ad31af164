"""Reviews that wait: handed to the next above when their time is over."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from toride import audit
from toride.access.actions import Action
from toride.access.models import Person
from toride.access.people import reporting
from toride.access.reviews import comments, reviewers
from toride.access.reviews.models import UNDECIDED, Campaign, Item
from toride.access.reviews.reviewers import Reviewer
from toride.audit.events import SYSTEM, Event
from toride.base import clock


def questions(person: Person) -> list[Item]:
    """The open questions that this person may answer."""
    asked = Item.objects.filter(state=Item.State.ASKED, campaign__closed=None).select_related(
        "person__branch", "reviewer", "campaign"
    )
    return [item for item in asked.order_by("asked") if comments.may_answer(person, item)]


def escalate() -> int:
    """Hands on what is undecided past the deadline, once, and what its reviewer decides no more; how many. A chore."""
    moved = 0
    late = Q(closed=None, due__lte=clock.now(), escalated=None)
    for campaign in Campaign.objects.filter(late):
        with transaction.atomic():
            if Campaign.objects.filter(late, pk=campaign.pk).update(escalated=clock.now()):
                rows = campaign.items.filter(state__in=UNDECIDED).exclude(reviewer=None)
                moved += _hand_on(campaign, list(rows.select_related("person")), "late")
    gone = Item.objects.filter(campaign__closed=None, state__in=UNDECIDED, reviewer__is_active=False)
    for campaign in Campaign.objects.filter(pk__in=gone.values("campaign")):
        with transaction.atomic():
            moved += _hand_on(campaign, list(gone.filter(campaign=campaign).select_related("person")), "gone")
    return moved


def _hand_on(campaign: Campaign, items: Sequence[Item], why: str) -> int:
    """To the reviewer's superior who may decide, else to the next above, with one event."""
    every = reviewers.reviewers()
    by_person = {one.person.pk: one for one in every}
    nearest: dict[UUID | None, list[Reviewer]] = {
        who: [by_person[one.pk] for one in reporting.ladder(who) if one.pk in by_person]
        for who in {item.reviewer_id for item in items if item.reviewer_id}
    }
    count = 0
    for item in items:
        above = (one for one in every if one.above and one.person.pk != item.reviewer_id)
        others = [*nearest.get(item.reviewer_id, ()), *above]
        if found := reviewers.pick(others, item.person, item.kind, item.what):
            changed = Item.objects.filter(pk=item.pk, reviewer=item.reviewer_id, state__in=UNDECIDED)
            count += changed.update(reviewer=found.person, above=True)
    if count or why == "late":
        facts = {"campaign": str(campaign.pk), "items": count, "why": why}
        audit.stage([Event(action=Action.CAMPAIGN_ESCALATE, door=SYSTEM, facts=facts)])
    return count
