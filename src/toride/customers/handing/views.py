"""Pages of handing over: whom, to whom, and how far it is."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from toride import audit
from toride.access.facts import Facts
from toride.access.responses import onward
from toride.base.errors import Conflict, Invalid
from toride.base.guard import guarded
from toride.base.ids import parsed
from toride.customers.actions import Action
from toride.customers.handing import listing, services
from toride.vault.permit import Permit

NOBODY_KNOWN = UUID(int=0)  # what is no id of anybody


@guarded(Action.CHARGE_MOVE)
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Whom: the ticked rows of a list, or all customers of one person; to whom: a chosen branch shows its people."""
    if "send" not in request.POST:
        return _form(request, {})
    permit, sent = _permit(request), request.POST
    try:
        row = services.hand_over(permit, chosen=_chosen(request), to=_to(sent), reason=sent.get("reason", ""))
    except Invalid as error:
        return _form(request, error.fields, status=422)
    except Conflict as error:
        audit.commit(permit, outcome="failed", reason="handover")
        return _form(request, {"reason": error.reason}, status=error.status)
    return onward(request, reverse("handover_one", kwargs={"number": row.pk}))


@guarded(Action.CHARGE_MOVE)
@require_GET
def handover(request: HttpRequest, number: UUID) -> HttpResponse:
    """How far one is."""
    found = listing.one(_permit(request), number)
    context = {"one": found, "states": listing.STATES, "live": found.state == "going"}
    if not request.headers.get("HX-Request"):
        _permit(request).ledger.facts["handover"] = str(number)
        return render(request, "customers/handover_one.html", context)
    answer = render(request, "customers/handover_going.html", context)
    if not context["live"]:
        answer["HX-Refresh"] = "true"
    return answer


def _form(request: HttpRequest, errors: Mapping[str, Any], status: int = 200) -> HttpResponse:
    permit, sent = _permit(request), request.POST
    whose, branch = sent.get("of") or request.GET.get("of", ""), sent.get("branch") or _branch(request)
    found = services.within(permit, _chosen(request))
    alone = services.alone(permit.actor.id)
    permit.ledger.facts |= {"read": "handover", "count": len(found)}
    context = {
        "whose": whose, "picked": [] if whose else list(found), "count": len(found), "alone": alone,
        "two": len(found) > alone, "most": services.MOST_ALONE, "in_charge": listing.in_charge(permit),
        "branches": listing.branches(), "branch": branch, "colleagues": listing.colleagues(branch),
        "lately": listing.lately(permit), "states": listing.STATES, "typed": sent, "errors": errors,
    }  # fmt: skip
    name = "customers/handover_form.html" if request.headers.get("HX-Request") else "customers/handover.html"
    return render(request, name, context, status=status)


def _chosen(request: HttpRequest) -> list[UUID]:
    """Those who were ticked, or everybody of one person; what is no id is nobody."""
    if whose := request.POST.get("of") or request.GET.get("of"):
        person = parsed(whose)
        return services.of(person) if person else []
    return [one for one in map(parsed, request.POST.getlist("pick")) if one]


def _to(sent: Mapping[str, str]) -> Facts:
    """Raises Invalid where it was not said who takes over; that nobody does is said, too."""
    owner = sent.get("owner", "")
    if not owner:
        problems = {"owner": _("Choose an owner")}
        if not sent.get("branch"):
            problems["branch"] = _("Choose a branch")
        raise Invalid(_("Please fix the highlighted fields."), problems)
    return Facts(sent.get("branch", ""), None if owner == listing.NOBODY else parsed(owner) or NOBODY_KNOWN)


def _branch(request: HttpRequest) -> str:
    person: Any = request.user
    return person.branch_id or ""


def _permit(request: HttpRequest) -> Permit:
    permit: Permit = request.permit  # type: ignore[attr-defined]
    return permit
