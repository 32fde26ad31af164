"""People: who may sign in, with which duties."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Query

from toride.access.actions import Action
from toride.access.models import Person
from toride.api import forms, paging
from toride.api.gateway import act
from toride.base.errors import Hidden

router = Router(tags=["People"])


@act(router, "GET", "/people", Action.PERSON_READ, answers=forms.People)
def everybody(
    request: HttpRequest,
    after: str | None = Query(None, max_length=forms.CURSOR),
    limit: int = Query(forms.PAGE, ge=1, le=forms.MOST),
) -> dict[str, Any]:
    """List people."""
    place = paging.place(request, after)
    people = Person.objects.order_by("pk")
    found = list((people.filter(pk__gt=place) if place else people)[: limit + 1])
    shown = found[:limit]
    request.permit.ledger.facts["people"] = len(shown)  # type: ignore[attr-defined]
    last = str(shown[-1].id) if len(found) > limit else None
    return {"items": [_person(one) for one in shown], "after": paging.cursor(request, last)}


@act(router, "GET", "/people/{uuid:number}", Action.PERSON_READ, answers=forms.Member)
def one(request: HttpRequest, number: UUID) -> dict[str, Any]:
    """Read a person."""
    found = Person.objects.filter(pk=number).first()
    if found is None:
        raise Hidden
    request.permit.ledger.facts["person"] = str(found.id)  # type: ignore[attr-defined]
    return _person(found)


def _person(found: Person) -> dict[str, Any]:
    return {
        "id": found.id,
        "username": found.username,
        "name": found.name,
        "branch": found.branch_id,
        "department": found.department_id,
        "rank": found.rank,
        "roles": found.roles,
        "active": found.is_active,
    }
