"""Customers: search, read, register, change."""

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.params.functions import Header
from pydantic import BaseModel

from toride.access.models import Branch
from toride.api import forms, idempotency
from toride.api.gateway import act
from toride.api.problems import Wrong
from toride.base.errors import Conflict, Doubtful, Invalid, Taken
from toride.customers import queries, services
from toride.customers.actions import Action
from toride.customers.claims import NearNumber
from toride.customers.fields import FIELDS
from toride.customers.queries import Profile
from toride.customers.searchable import NEEDED
from toride.lists.ask import Ask
from toride.vault.permit import Category, Permit
from toride.vault.values import Masked, Opened

router = Router(tags=["Customers"])
SOURCE = "api"
ANOTHER = (
    "The customer would become another person: name, reading, and birth date or phone all change. "
    'Send "confirmed": true if this is right, or register a new customer.'
)
SEPARATORS = re.compile(r"[\n、;,]")
TAG = re.compile(r'"((?:[1-5]\.[0-9]{1,9},?)*)"')


@act(router, "POST", "/customers/search", Action.SEARCH, answers=forms.Customers)
def search(request: HttpRequest, asked: forms.Search) -> dict[str, Any]:
    """Search customers."""
    permit = _permit(request)
    filters = {name: value for name, value in asked.filters.dict().items() if value}
    found = queries.search(
        permit,
        Ask(
            text=asked.text, filters=filters, sort=asked.sort, descending=asked.descending, after=asked.after or None,
            limit=asked.limit,
        ),
    )  # fmt: skip
    items = [_customer(permit, one, NEEDED) for one in found.items]
    page = {"total": found.total, "more": found.capped, "after": found.after, "unopenable": found.damaged}
    return {"items": items, **page}


@act(router, "GET", "/customers/{uuid:customer}", Action.PROFILE_READ, answers=forms.Customer)
def read(request: HttpRequest, response: HttpResponse, customer: UUID) -> dict[str, Any]:
    """Read a customer."""
    permit = _permit(request)
    found = queries.profile(permit, customer)
    response["ETag"] = _tag(found)
    return _customer(permit, found)


@act(router, "POST", "/customers", Action.PROFILE_CREATE, answers=forms.Made, status=201)
def register(
    request: HttpRequest,
    response: HttpResponse,
    sent: forms.NewCustomer,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key", pattern=idempotency.FORM),
) -> dict[str, Any]:
    """Register a customer."""

    def make() -> dict[str, Any]:
        if not Branch.objects.filter(code=sent.branch).exists():
            raise Invalid("Some fields are not valid.", {"branch": "choose a branch"})
        written = _written(sent.values)
        made = services.register(
            _permit(request), branch=sent.branch, owner=None, written=written, source=SOURCE,
            number_meant=sent.number_meant,
        )  # fmt: skip
        return {"id": str(made)}

    made = idempotency.answered(request, idempotency_key, make)
    response["Location"] = f"/api/v1/customers/{made['id']}"
    return made


@act(
    router, "PATCH", "/customers/{uuid:customer}", Action.PROFILE_CHANGE, answers=forms.Changed,
    openapi_extra={"x-problems": {412: "changed-since", 428: "if-match-missing"}},
)  # fmt: skip
def change(
    request: HttpRequest,
    customer: UUID,
    sent: forms.Amended,
    if_match: str | None = Header(None, alias="If-Match", max_length=200),
) -> dict[str, Any]:
    """Change fields of a customer."""
    if if_match is None:
        raise Wrong(428, "if-match-missing", "Send the ETag of what was read as If-Match.")
    permit, written, revisions = _permit(request), _written(sent.values), _revisions(if_match)
    concerned = {FIELDS[name].category for name in written}
    try:
        seen = {category: revisions.get(category, 0) for category in concerned}
        changed = services.change(permit, customer, written=written, revisions=seen, source=SOURCE,
                                  confirmed=sent.confirmed, number_meant=sent.number_meant)  # fmt: skip
    except (Taken, NearNumber):
        raise
    except Doubtful:
        raise Invalid("Some fields are not valid.", {"name": ANOTHER}) from None
    except Conflict:
        raise Wrong(412, "changed-since", "Somebody changed it since it was read. Read it again.") from None
    return {"id": customer, "changed": changed}


def _permit(request: HttpRequest) -> Permit:
    return request.permit  # type: ignore[attr-defined,no-any-return]


def _customer(permit: Permit, found: Profile, opened: Collection[Category] = tuple(Category)) -> dict[str, Any]:
    """As far as `opened` categories were asked for."""
    values, withheld = {}, {}
    for name, spec in FIELDS.items():
        value = found.values[name]
        if isinstance(value, Opened) and spec.category not in opened:
            withheld[name] = {"how": "unread", "why": "search"}
        elif isinstance(value, Opened):
            values[name] = value.content
        else:
            how = "masked" if isinstance(value, Masked) else "closed"
            withheld[name] = {"how": how, "why": permit.reasons.get(spec.category, "duty")}
    return {
        "id": found.subject,
        "branch": found.branch,
        "owner": found.owner_id,
        "created": found.created,
        "values": values,
        "withheld": withheld,
    }


def _written(values: BaseModel) -> dict[str, str]:
    """As the services take it: text, several values in lines."""
    return {name: _text(name, content) for name, content in values.model_dump(exclude_unset=True).items()}


def _text(name: str, content: Any) -> str:
    if isinstance(content, list):
        if any(SEPARATORS.search(one) for one in content):
            raise Invalid("Some fields are not valid.", {name: "one value in each element"})
        return "\n".join(content)
    return "" if content is None else str(content)


def _tag(found: Profile) -> str:
    return '"' + ",".join(f"{int(one)}.{revision}" for one, revision in sorted(found.revisions.items())) + '"'


def _revisions(tag: str) -> dict[Category, int]:
    """The revisions that the machine saw; none for a tag that is not ours, which then matches nothing."""
    found = TAG.fullmatch(tag)
    if found is None:
        raise Wrong(412, "changed-since", "This ETag is not of this customer. Read it again.")
    parts = (part.split(".") for part in found[1].split(",") if part)
    return {Category(int(category)): int(revision) for category, revision in parts}
