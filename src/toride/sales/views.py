"""Pages about deals: read the request, ask, show."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride.access.decide import purposes
from toride.access.purposes import SHIPPED
from toride.access.responses import onward
from toride.base.guard import guarded
from toride.customers import queries as customers
from toride.fields import forms, kinds
from toride.lists import board as boards
from toride.lists.page import page
from toride.sales import queries, services
from toride.sales.actions import Action
from toride.sales.deals import DEALS, badge
from toride.sales.models import DEAL, STAGES
from toride.vault.permit import Category, Permit


@guarded(Action.DEAL_READ)
@require_http_methods(["GET", "POST"])
def deals(request: HttpRequest, view: UUID | None = None) -> HttpResponse:
    return page(request, DEALS, view)


@guarded(Action.DEAL_READ)
@require_http_methods(["GET", "POST"])
def board(request: HttpRequest) -> HttpResponse:
    return boards.page(
        request, DEALS, action=Action.DEAL_CHANGE,
        move=lambda one: reverse("deal_move", kwargs={"subject": one.deal.customer_id, "deal": one.deal.pk}),
    )  # fmt: skip


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

    def act(written: dict[str, str]) -> HttpResponse:
        made = services.open_deal(_permit(request), subject, written=written)
        return _to_deal(request, subject, made, _("Deal opened."))

    def show(values: Mapping[str, str], errors: Mapping[str, Any], status: int) -> HttpResponse:
        words = {"title": _("Open a deal"), "send": _("Open a deal")}
        return _form(request, Action.DEAL_OPEN, subject, status, {**words, "values": values, "errors": errors})

    return forms.trip(request, DEAL, act, show)


@guarded(Action.DEAL_CHANGE, subject="subject")
@require_http_methods(["GET", "POST"])
def deal_change(request: HttpRequest, subject: UUID, deal: UUID) -> HttpResponse:
    permit, seen = _permit(request), forms.revision(request)

    def act(written: dict[str, str]) -> HttpResponse:
        changed = services.change(permit, subject, deal=deal, written=written, revision=seen)
        return _to_deal(request, subject, deal, _("Saved.") if changed else _("Nothing was changed."))

    def show(values: Mapping[str, str], errors: Mapping[str, Any], status: int) -> HttpResponse:
        held = queries.one(permit, subject, deal).held
        context = {"title": _("Change a deal"), "send": _("Save changes"), "revision": seen or held.revision}
        context |= {"values": held.written() | dict(values), "errors": errors}
        return _form(request, Action.DEAL_CHANGE, subject, status, context)

    return forms.trip(request, DEAL, act, show)


@guarded(Action.DEAL_CHANGE, subject="subject")
@require_POST
def deal_move(request: HttpRequest, subject: UUID, deal: UUID) -> HttpResponse:
    services.move(_permit(request), subject, deal=deal, stage=request.POST.get("stage", ""))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return _to_deal(request, subject, deal, _("Saved."))


def _form(request: HttpRequest, action: Action, subject: UUID, status: int, context: Mapping[str, Any]) -> HttpResponse:
    permit = _permit(request)
    whose = customers.profile(permit, subject, (Category.BASIC,)).name
    back = f"{reverse('profile', kwargs={'subject': subject})}?for={permit.purpose}"
    more = {"whose": whose, "back": back, "inputs": forms.inputs(permit, DEAL), "revision": 0, **context}
    return render(request, "fields/form.html", _context(request, action, more), status=status)


def _context(request: HttpRequest, action: Action, context: dict[str, Any]) -> dict[str, Any]:
    return {"choices": purposes(request.user, action), "purposes": SHIPPED, "kind": DEAL, "stages": STAGES, **context}  # type: ignore[arg-type]


def _to_deal(request: HttpRequest, subject: UUID, deal: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    address = reverse("deal", kwargs={"subject": subject, "deal": deal})
    return onward(request, f"{address}?for={_permit(request).purpose}")


def _permit(request: HttpRequest) -> Permit:
    permit: Permit = request.permit  # type: ignore[attr-defined]
    return permit
