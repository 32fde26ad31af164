"""What this service can do and which shapes it reads (RFC 7644, 4); asked with a key, as everything here."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from scim2_models import Context, ListResponse, Meta, Resource, ResourceType, Schema

from toride.base.errors import Hidden, Refused
from toride.scim import gateway
from toride.scim.shapes import CONFIG, TYPES, schemas
from toride.vault.permit import Permit


def config(request: HttpRequest, permit: Permit) -> HttpResponse:
    """What it can do."""
    permit.ledger.facts["read"] = "config"
    return gateway.said(_placed(request, CONFIG, "").model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))


def types(request: HttpRequest, permit: Permit, name: str = "") -> HttpResponse:
    """The kinds of resources, or one of them."""
    return _told(request, permit, TYPES, ResourceType, name)


def shapes(request: HttpRequest, permit: Permit, name: str = "") -> HttpResponse:
    """The shapes, or one of them."""
    return _told(request, permit, schemas(), Schema, name)


def _told(
    request: HttpRequest, permit: Permit, known: Sequence[Any], shape: type[Resource[Any]], name: str
) -> HttpResponse:
    """Raises Hidden for an unknown name, Refused for a filter (RFC 7644, 4: 403)."""
    permit.ledger.facts["read"] = shape.__name__
    if "filter" in request.GET:
        raise Refused("filter")
    found = [_placed(request, one, "" if name else f"/{one.id}") for one in known if name in {"", str(one.id)}]
    if name and not found:
        raise Hidden
    if name:
        return gateway.said(found[0].model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))
    answer = ListResponse[shape](  # type: ignore[valid-type]
        total_results=len(found), start_index=1, items_per_page=len(found), resources=found
    )
    return gateway.said(answer.model_dump(scim_ctx=Context.SEARCH_RESPONSE))


def _placed(request: HttpRequest, one: Any, under: str) -> Any:
    placed = one.model_copy()
    kind = type(one).__name__
    placed.meta = Meta(resource_type=kind, location=request.build_absolute_uri(request.path).rstrip("/") + under)
    return placed
