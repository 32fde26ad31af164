"""The page on which somebody asks, from a lock, for access to what their duty closes."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from toride import audit
from toride.access import openings, responses
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.approvals.requests import typed_number
from toride.access.exceptions import temporary
from toride.access.models import Person
from toride.access.policies import words
from toride.base.errors import Conflict, Invalid
from toride.base.guard import guarded

DAYS = (1, 3, 7, 14, 30)


def notices(person: Person, may: frozenset[str]) -> dict[str, Any]:
    """For a person's home: how many of their requests are under way, and what is open to them for some days."""
    asks = Action.TEMPORARY_ASK in may
    return {
        "under_way": len(requests.asked(person)) if asks else 0,
        "lent": temporary.standing(person) if asks else [],
    }


@guarded(Action.TEMPORARY_END)
@require_POST
def end(request: HttpRequest, number: UUID) -> HttpResponse:
    """Ends one before its time; what else stands open is on the page of approvals."""
    temporary.end(request.permit, number)  # type: ignore[attr-defined]
    messages.success(request, _("Temporary access ended."))
    return responses.onward(request, "approvals")


@guarded(Action.TEMPORARY_ASK, subject="subject")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Which categories, for how long, and why; then it waits for who answers for the customer."""
    permit, sent = request.permit, request.POST  # type: ignore[attr-defined]
    chosen = sent.getlist("categories") or request.GET.getlist("category")
    context: dict[str, Any] = {
        "subject": subject, "days": [(one, one) for one in DAYS], "categories": words.CATEGORIES, "chosen": chosen,
        "typed": sent, "errors": {},
    }  # fmt: skip
    if request.method == "GET":
        permit.ledger.facts["read"] = "temporary"
        return render(request, "access/temporary.html", context)
    try:
        days = typed_number(sent.get("days", "")) or 0
        temporary.ask(
            permit, subject, categories=openings.chosen(chosen), days=days, reason=sent.get("reason", "")
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        audit.commit(permit, outcome="failed", reason="temporary")
        context["errors"] = getattr(error, "fields", {}) or {"reason": error.reason}
        return render(request, "access/temporary_form.html", context, status=error.status)
    messages.success(
        request, _("Request sent. The customer's owner or the branch manager decides. See Approvals for its status.")
    )
    return responses.onward(request, "approvals")
