"""What waits for people on the floor below: requests, emergencies and access reviews, as these keep it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from toride.access import policy
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.exceptions import emergencies
from toride.access.models import Approval, Glass, Person
from toride.access.reviews import comments
from toride.access.reviews.models import Campaign
from toride.access.reviews.models import Item as Grant
from toride.base import clock
from toride.ui.side import Waiting
from toride.work.kinds import Source, declare_source

State = Approval.State


@dataclass(frozen=True, slots=True)
class Grants:
    """So many permissions that one reviewer has to look at in one review."""

    campaign: UUID
    reviewer: UUID
    due: datetime
    count: int


def declare_all() -> None:
    """Registers them, once, at start."""
    for source in SOURCES:
        declare_source(source)


def _requests(state: State) -> list[Approval]:
    rows = Approval.objects.select_related("asker").filter(state=state, expires__gt=clock.now()).order_by("expires")
    return [row for row in rows if requests.is_declared(row.kind)]


def _request(row: Approval) -> Waiting:
    place = reverse("approval", kwargs={"number": row.pk})
    code = "approval" if row.state == State.WAITING else "approval-question"
    return Waiting(code, row.pk, LABELS[code], place, row.expires, note=requests.label(row))


def _emergencies() -> list[Glass]:
    return list(Glass.objects.filter(verdict=Glass.Verdict.OPEN).order_by("due"))


def _emergency(row: Glass) -> Waiting:
    return Waiting("emergency", row.pk, LABELS["emergency"], reverse("glass_reviews"), row.due,
                   note=emergencies.KINDS.get(row.kind, ""))  # fmt: skip


def _grants() -> list[Grants]:
    rows = Grant.objects.filter(state=Grant.State.OPEN, campaign__closed=None).exclude(reviewer=None)
    each = rows.values_list("campaign", "reviewer", "campaign__due").annotate(count=Count("pk"))
    return [Grants(*one) for one in each.order_by("campaign__due")]


def _reviews(person: Person, row: Grants) -> bool:
    return person.is_active and person.pk == row.reviewer and _may(person, Action.CAMPAIGN_DECIDE)


def _grant(row: Grants) -> Waiting:
    return Waiting(
        "grants", uuid5(row.campaign, str(row.reviewer)), LABELS["grants"], reverse("grants"), row.due, many=row.count
    )


def _questions() -> list[Grant]:
    asked = Grant.objects.filter(state=Grant.State.ASKED, campaign__closed=None)
    return list(asked.select_related("person__branch", "reviewer", "campaign").order_by("asked"))


def _question(row: Grant) -> Waiting:
    return Waiting("grant-question", row.pk, LABELS["grant-question"], reverse("questions"), row.campaign.due)


def _overdue() -> list[Campaign]:
    return list(Campaign.objects.filter(closed=None, due__lte=clock.now()).order_by("due"))


def _campaign(row: Campaign) -> Waiting:
    return Waiting("review", row.pk, LABELS["review"], reverse("campaigns"), row.due)


def _may(person: Person, action: str) -> bool:
    return bool(policy.current().of(person.roles, person.rank, action))


def _asked(person: Person, row: Approval) -> bool:
    return person.is_active and person.pk == row.asker_id


def _closes(person: Person, _row: Any) -> bool:
    return person.is_active and _may(person, Action.CAMPAIGN_OPEN)


LABELS = {
    "approval": _("Request to approve or reject"),
    "approval-question": _("Question about your request"),
    "emergency": _("Emergency access to review"),
    "grants": _("Permissions to review"),
    "grant-question": _("Question about access"),
    "review": _("Access review to close"),
}
SOURCES = (
    Source("approval", LABELS["approval"], lambda: _requests(State.WAITING), requests.may_decide, _request),
    Source("approval-question", LABELS["approval-question"], lambda: _requests(State.HELD), _asked, _request),
    Source("emergency", LABELS["emergency"], _emergencies, emergencies.may_review, _emergency),
    Source("grants", LABELS["grants"], _grants, _reviews, _grant),
    Source("grant-question", LABELS["grant-question"], _questions, comments.may_answer, _question),
    Source("review", LABELS["review"], _overdue, _closes, _campaign),
)
