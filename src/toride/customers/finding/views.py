"""Pages on which customers are found: read the request, ask, show."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from toride.access.purposes import SHIPPED
from toride.base.errors import Hidden
from toride.base.guard import guarded
from toride.customers import beyond, queries, searching, showing
from toride.customers.actions import Action
from toride.customers.finding import columns, stars
from toride.customers.finding.declaration import CUSTOMERS
from toride.customers.searchable import NEEDED
from toride.fields import addresses
from toride.lists import setting
from toride.lists.ask import LISTED
from toride.lists.columns import categories
from toride.lists.page import Shown, page
from toride.vault.permit import Permit

PALETTE = 8
AGAIN = 6


@guarded(Action.SEARCH)
@require_http_methods(["GET", "POST"])
def customers(request: HttpRequest, view: UUID | None = None) -> HttpResponse:
    """The list, or as a saved view sets it."""
    return page(request, CUSTOMERS, view, _also, "customers")


@guarded(Action.SEARCH)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The palette's customers: a few, as typed; before anything is typed, those starred or opened last."""
    permit, number = _permit(request), [columns.COLUMNS[0]]
    asked = setting.sent(CUSTOMERS, request.POST)
    ask = replace(setting.question(asked, request.POST, categories(number)), filters={}, limit=PALETTE)
    context: dict[str, Any] = {"ask": ask, "purposes": SHIPPED, "groups": [], "found": None}
    if ask.text.strip():
        found = queries.search(permit, ask)
        context |= {
            "found": found,
            "rows": columns.rows(CUSTOMERS, permit, found, number),
            "number": beyond.number(request, ask.text, found),
        }
    else:
        permit.ledger.act, permit.ledger.did = ask.act, LISTED
        context["groups"] = _again(request)
    return render(request, "customers/found.html", context)


@guarded(Action.PROFILE_PEEK, subject="subject")
@require_POST
def peek(request: HttpRequest, subject: UUID) -> HttpResponse:
    """The panel beside the list: the core of one record."""
    found = queries.profiles(_permit(request), [subject], NEEDED)
    if not found:
        raise Hidden
    context = {"customer": found[0], "starred": found[0].starred, "fields": showing}
    return render(request, "customers/peek.html", context)


@guarded(Action.STAR_SET, subject="subject")
@require_POST
def star(request: HttpRequest, subject: UUID) -> HttpResponse:
    on = request.POST.get("on") == "1"
    stars.star(_permit(request), subject, on=on)
    if not request.headers.get("HX-Request"):
        return redirect("profile", subject=subject)
    return HttpResponse(status=204)


def _also(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    """What only this list says: whom to try instead, and whom the person starred or opened last."""
    permit, asked, found = _permit(request), shown.setting, shown.found
    partly = bool(request.headers.get("HX-Request"))
    return {
        "fields": showing,
        "prefectures": addresses.PREFECTURES,
        "number": "" if asked.filters else beyond.number(request, asked.text, found),
        "unasked": not found.total and searching.shut_off(permit, asked.text),
        "again": [] if partly or shown.view or asked.asks() else _again(request),
    }


def _again(request: HttpRequest) -> list[tuple[str, list[queries.Profile]]]:
    """Whom the person starred, and whom they opened last, as far as they are in scope now."""
    permit = _permit(request)
    starred = stars.stars(permit.actor.id)[:AGAIN]
    recent = [one for one in stars.last_opened(permit) if one not in starred][:AGAIN]
    known = {one.subject: one for one in stars.named(permit, [*starred, *recent])}
    groups = (("star", starred), ("clock", recent))
    return [(symbol, [known[one] for one in ids if one in known]) for symbol, ids in groups]


def _permit(request: HttpRequest) -> Permit:
    permit: Permit = request.permit  # type: ignore[attr-defined]
    return permit
