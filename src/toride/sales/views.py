"""Pages about deals: read the request, ask, show."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride import audit
from toride.access.decide import purposes
from toride.access.purposes import SHIPPED
from toride.access.responses import onward
from toride.base.errors import Conflict, Invalid
from toride.base.guard import guarded
from toride.customers import queries as customers
from toride.fields import kinds
from toride.lists import board as boards
from toride.lists.page import page
from toride.sales import queries, services
from toride.sales.actions import Action
from toride.sales.deals import BOARD, DEALS, badge
from toride.sales.models import DEAL, STAGES
from toride.vault.permit import Category, Permit


@guarded(Action.DEAL_READ)
@require_http_methods(["GET", "POST"])
def deals(request: HttpRequest, view: UUID | None = None) -> HttpResponse:
    return page(request, DEALS, view)


@guarded(Action.DEAL_READ)
@require_http_methods(["GET", "POST"])
def board(request: HttpRequest) -> HttpResponse:
    return boards.page(request, BOARD)


@guarded(Action.DEAL_READ, subject="subject")
@require_GET
def of_customer(request: HttpRequest, subject: UUID) -> HttpResponse:
    """The part of a customer's record."""
    found = queries.of(_permit(request), subject)
    return render(request, "sales/panel.html", {"deals": found, "subject": subject, "badge": badge})


@guarded(Action.DEAL_READ, subject="subject")
@require_GET
def deal(request: HttpRequest, subject: UUID, deal: UUID) -> HttpResponse:
    permit = _permit(request)
    line = queries.one(permit, subject, deal)
    context = {"line": line, "changes": kinds.history(permit, line.held), "badge": badge}
    return render(request, "sales/deal.html", _context(request, Action.DEAL_READ, context))


@guarded(Action.DEAL_OPEN, subject="subject")
@require_http_methods(["GET", "POST"])
def deal_new(request: HttpRequest, subject: UUID) -> HttpResponse:
    """The form for a new deal; what was typed survives an error."""
    if request.method == "GET":
        return _form(request, Action.DEAL_OPEN, subject, {}, {}, 200)
    sent = {name: request.POST.get(name, "") for name in DEAL.named}
    try:
        made = services.open_deal(_permit(request), subject, written=sent, stage=request.POST.get("stage", ""))
    except Invalid as error:
        audit.commit(_permit(request), outcome="failed", reason="form")
        return _form(request, Action.DEAL_OPEN, subject, sent, error.fields, error.status)
    messages.success(request, _("Deal opened."))
    return _to_deal(request, subject, made)


@guarded(Action.DEAL_CHANGE, subject="subject")
@require_http_methods(["GET", "POST"])
def deal_change(request: HttpRequest, subject: UUID, deal: UUID) -> HttpResponse:
    permit = _permit(request)
    if request.method == "GET":
        held = queries.one(permit, subject, deal).held
        return _form(request, Action.DEAL_CHANGE, subject, held.written(), {}, 200, deal=deal, revision=held.revision)
    sent = {name: request.POST[name] for name in DEAL.named if name in request.POST}
    revision = request.POST.get("revision", "")
    seen = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < LONGEST else 0
    try:
        changed = services.change(permit, subject, deal=deal, written=sent, revision=seen)
    except (Invalid, Conflict) as error:
        audit.commit(permit, outcome="failed", reason="form")
        told = getattr(error, "fields", {}) or {"": _("Someone else changed this deal. Reload the page and try again.")}
        return _form(request, Action.DEAL_CHANGE, subject, sent, told, error.status, deal=deal, revision=seen)
    messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
    return _to_deal(request, subject, deal)


@guarded(Action.DEAL_CHANGE, subject="subject")
@require_POST
def deal_move(request: HttpRequest, subject: UUID, deal: UUID) -> HttpResponse:
    services.move(_permit(request), subject, deal=deal, stage=request.POST.get("stage", ""))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return _to_deal(request, subject, deal)


LONGEST = 10  # figures of a revision


def _form(
    request: HttpRequest, action: Action, subject: UUID, values: Any, errors: Any, status: int, **more: Any
) -> HttpResponse:
    customer = customers.profile(_permit(request), subject, (Category.BASIC,))
    context = {"values": values, "errors": errors, "customer": customer, "kind": DEAL, "stages": STAGES, "deal": None}
    return render(request, "sales/form.html", _context(request, action, context | more), status=status)


def _context(request: HttpRequest, action: Action, context: dict[str, Any]) -> dict[str, Any]:
    return {"choices": purposes(request.user, action), "purposes": SHIPPED, "kind": DEAL, "stages": STAGES, **context}  # type: ignore[arg-type]


def _to_deal(request: HttpRequest, subject: UUID, deal: UUID) -> HttpResponse:
    address = reverse("deal", kwargs={"subject": subject, "deal": deal})
    return onward(request, f"{address}?for={_permit(request).purpose}")


def _permit(request: HttpRequest) -> Permit:
    permit: Permit = request.permit  # type: ignore[attr-defined]
    return permit
