"""The interface and its addresses."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import URLPattern, path, re_path
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from toride.api import customers, deals, imports, oauth, openapi, people, problems, trail
from toride.api.gateway import Json, Written, entrance
from toride.base.errors import Hidden, TorideError
from toride.base.guard import open_to_all

api = NinjaAPI(
    title="Toride", version="1", openapi_url=None, docs_url=None, parser=Json(), renderer=Written(),
    description="Customers for machines. Each request is decided and recorded as an act of the person behind the key.",
)  # fmt: skip
for _router in (customers.router, deals.router, imports.router, people.router, trail.router):
    api.add_router("", _router)
for _kind, _handler in (
    (TorideError, problems.expected),
    (ValidationError, problems.unusable),
    (HttpError, problems.unreadable),
    (UnreadablePostError, problems.cut_short),
    (RequestDataTooBig, problems.too_large),
    (Exception, problems.broken),
):
    api.add_exception_handler(_kind, _handler)  # type: ignore[arg-type] # each takes its own kind


@open_to_all
@entrance
def description(request: HttpRequest) -> HttpResponse:
    """The description (OpenAPI): open, for it names no data and the product's source says the same."""
    return HttpResponse(openapi.described(api), content_type="application/json")


@open_to_all
@entrance
def nothing(request: HttpRequest, **_rest: Any) -> HttpResponse:
    """Any other address looks like a customer whom nobody knows."""
    return problems.answer(request, Hidden())


def _operations() -> Iterator[URLPattern]:
    """Open to all as far as the gate of pages goes: each operation asks for a key itself."""
    for one in api.urls[0]:
        if isinstance(one, URLPattern) and one.name != "api-root":
            yield path(f"v1/{one.pattern}", open_to_all(entrance(one.callback)))


urlpatterns = [
    path("v1/openapi.json", description, name="api_description"),
    *_operations(),
    path("oauth/token", open_to_all(entrance(oauth.token)), name="api_token"),
    re_path("^.*$", nothing),
]
