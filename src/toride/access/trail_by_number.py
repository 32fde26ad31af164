"""Who saw a customer, asked by customer number: by post, so that no number stands in an address."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from toride import audit
from toride.access import facts
from toride.access.responses import onward
from toride.audit import naming
from toride.audit.actions import Action
from toride.base.actions import VIEW
from toride.base.errors import Hidden
from toride.base.guard import guarded
from toride.vault.permit import Mode, Permit

LONGEST = 40  # characters of a number


@guarded(Action.SUBJECT_READ)
@require_http_methods(["GET", "POST"])
def by_number(request: HttpRequest) -> HttpResponse:
    """Leads to who saw this customer; one out of reach looks as if there were none, and either is an event."""
    permit, number = request.permit, request.POST.get("number", "").strip()  # type: ignore[attr-defined]
    if request.method == "GET":
        permit.ledger.facts["read"], permit.ledger.did = "number", VIEW
        return _page(request, "")
    if not (0 < len(number) <= LONGEST and number.isprintable()):
        return _page(request, _("Enter the customer number"), status=422)
    subject = _within(permit, number)
    if subject is None:
        permit.ledger.terms = number
        audit.commit(permit, outcome="failed", reason="number")
        return _page(request, _("This number is not available. The attempt has been recorded."), number, status=422)
    permit.ledger.touch(subject, Mode.LISTED)
    permit.ledger.did = "find"
    return onward(request, reverse("who_saw", kwargs={"subject": subject}))


def _within(permit: Permit, number: str) -> UUID | None:
    """Whose number this is, as far as the permit's rows reach."""
    try:
        subject = naming.subject(number)
    except Hidden:
        return None
    place = facts.of(subject)
    return subject if place and permit.rows.include(place.branch, place.owner) else None


def _page(request: HttpRequest, error: str, number: str = "", **answer: Any) -> HttpResponse:
    return render(request, "access/by_number.html", {"number": number, "error": error}, **answer)
