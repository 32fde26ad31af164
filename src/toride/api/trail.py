"""The trail: what happened, and who touched a customer."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Query
from pydantic import AwareDatetime

from toride.api import forms, paging
from toride.api.gateway import act
from toride.audit import queries
from toride.audit.actions import Action
from toride.audit.events import Event
from toride.audit.queries import Filters, Page
from toride.vault.permit import Category

router = Router(tags=["Audit trail"])
ACTION = r"^[a-z]+(:[a-z]+){0,2}:?$"


@act(router, "GET", "/trail/events", Action.TRAIL_READ, answers=forms.Events)
def events(
    request: HttpRequest,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    actor: UUID | None = None,
    action: str | None = Query(None, pattern=ACTION, max_length=60),
    outcome: forms.Outcome | None = None,
    after: str | None = Query(None, max_length=forms.CURSOR),
) -> dict[str, Any]:
    """List events, the newest first."""
    filters = Filters(since=since, until=until, actor=actor, action=action or "", outcome=outcome or "")
    place = paging.place(request, after)
    return _page(request, queries.entries(request.permit, filters, place))  # type: ignore[attr-defined,arg-type]


@act(router, "GET", "/customers/{uuid:customer}/events", Action.SUBJECT_READ, answers=forms.Events)
def who_saw(
    request: HttpRequest,
    customer: UUID,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    after: str | None = Query(None, max_length=forms.CURSOR),
) -> dict[str, Any]:
    """List the events that touched a customer, the newest first."""
    place = paging.place(request, after)
    return _page(request, queries.who_saw(request.permit, customer, since, until, place))  # type: ignore[attr-defined,arg-type]


def _page(request: HttpRequest, found: Page) -> dict[str, Any]:
    items = [{"index": line.index, **_event(line.event)} for line in found.lines]
    return {"items": items, "after": paging.cursor(request, found.after)}


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": datetime.fromtimestamp(event.at / 1_000_000, UTC),
        "act": event.act,
        "action": event.action,
        "did": event.did,
        "outcome": event.outcome,
        "reason": event.reason,
        "purpose": event.purpose,
        "policy": event.policy,
        "door": event.door.kind,
        "actor": event.actor and {"id": event.actor.id, "username": event.actor.username, "name": event.actor.name},
        "touched": [
            {"id": subject, "mode": str(mode), "categories": [int(one) for one in Category if mask >> one & 1]}
            for subject, mode, mask in event.subjects
        ],
    }
