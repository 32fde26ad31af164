"""Deals: list."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Query

from toride.api import forms
from toride.api.gateway import act
from toride.lists.ask import Ask
from toride.sales.actions import Action
from toride.sales.deals import DEALS
from toride.sales.models import STAGES
from toride.sales.queries import Line

router = Router(tags=["Deals"])


class Deal(Schema):
    """One deal: `values` are the open fields, null where nothing is known; `withheld` are the others, by reason."""

    id: UUID
    customer: UUID
    stage: str
    opened: datetime
    moved: datetime
    values: dict[str, forms.Content]
    withheld: dict[str, forms.Withheld]


class Deals(Schema):
    """One page, as of customers."""

    items: list[Deal]
    total: int
    more: bool
    after: str | None
    unopenable: int


@act(router, "GET", "/deals", Action.DEAL_READ, answers=Deals)
def everything(
    request: HttpRequest,
    stage: Literal[tuple(STAGES)] | None = None,  # type: ignore[valid-type]
    after: str | None = Query(None, max_length=forms.CURSOR),
    limit: int = Query(forms.PAGE, ge=1, le=forms.MOST),
) -> dict[str, Any]:
    """List deals of customers in scope, longest in their stage first."""
    permit = request.permit  # type: ignore[attr-defined]
    found = DEALS.source.ask(permit, Ask(filters={"stage": stage} if stage else {}, after=after, limit=limit))
    items = [_deal(one) | one.held.shape(permit) for one in found.items]
    page = {"total": found.total, "more": found.capped, "after": found.after, "unopenable": found.damaged}
    return {"items": items, **page}


def _deal(one: Line) -> dict[str, Any]:
    deal = one.deal
    return {
        "id": deal.pk, "customer": deal.customer_id, "stage": deal.stage, "opened": deal.opened, "moved": deal.moved,
    }  # fmt: skip
