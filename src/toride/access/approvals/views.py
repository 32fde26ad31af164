"""Pages of acts that need two people: read the request, ask, show."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride.access import openings, policy
from toride.access.actions import Action
from toride.access.approvals import requests, waiting
from toride.access.exceptions import temporary
from toride.access.models import Approval, Branch, Person
from toride.access.people import registry, role_changes
from toride.access.policies import words
from toride.access.responses import onward
from toride.base.errors import Hidden, Invalid
from toride.base.guard import guarded

State = Approval.State
STATES = {
    State.WAITING: (lazy("waiting for a decision"), "ai"),
    State.HELD: (lazy("on hold: question"), "soon"),
    State.APPROVED: (lazy("approved and done"), "ok"),
    State.REFUSED: (lazy("rejected"), "late"),
    State.WITHDRAWN: (lazy("withdrawn"), "off"),
    State.EXPIRED: (lazy("expired (rejected)"), "off"),
}
SAID = {"question": lazy("Question"), "answer": lazy("Answer"), "refused": lazy("Reason for rejection")}
INVOLVED = {Action.APPROVAL_DECIDE, Action.PERSON_CHANGE, Action.POLICY_CHANGE}


def waiting_count(request: HttpRequest) -> int:
    """How many requests wait for this person; asked only for those who ever ask or decide."""
    may: frozenset[str] = getattr(request, "may", frozenset())
    person = request.user
    return waiting.count(person) if INVOLVED & may and isinstance(person, Person) else 0


@guarded(Action.APPROVAL_READ)
@require_GET
def approvals_page(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what they asked for, what is decided."""
    person = _person(request)
    request.permit.ledger.facts["read"] = "approvals"  # type: ignore[attr-defined]
    lists = [requests.waiting(person), requests.asked(person), requests.settled(person)]
    names = requests.names([row for rows in lists for row in rows])
    context = {"lists": lists, "names": names, "label": requests.label, "states": STATES}
    context |= {"lent": temporary.standing(person), "given": temporary.given(person), "opened": openings.listed}
    context |= {"categories": words.CATEGORIES}
    return render(request, "access/approvals.html", context)


@guarded(Action.APPROVAL_READ)
@require_GET
def approval(request: HttpRequest, number: UUID) -> HttpResponse:
    """One request: the same facts for who asked and who decides."""
    request.permit.ledger.facts["approval"] = str(number)  # type: ignore[attr-defined]
    return render(request, "access/approval.html", _shown(request, number))


@guarded(Action.APPROVAL_DECIDE)
@require_POST
def decide(request: HttpRequest, number: UUID) -> HttpResponse:
    """Approve, refuse, or hold with a question."""
    permit, words = request.permit, request.POST.get("words", "")  # type: ignore[attr-defined]
    try:
        match request.POST.get("decision"):
            case "approve":
                digest, count = request.POST.get("digest", ""), request.POST.get("count", "")
                requests.approve(permit, number, digest=digest, count=count)
                messages.success(request, _("Approved and completed."))
            case "refuse":
                requests.refuse(permit, number, words=words)
            case "hold":
                requests.hold(permit, number, words=words)
            case _:
                raise Invalid(_("Choose a decision."))
    except Invalid as error:
        return _again(request, number, error)
    return _to(request, number)


@guarded(Action.APPROVAL_ANSWER)
@require_POST
def answer(request: HttpRequest, number: UUID) -> HttpResponse:
    """The asker answers a question, or takes the request back."""
    permit = request.permit  # type: ignore[attr-defined]
    try:
        if request.POST.get("withdraw"):
            requests.withdraw(permit, number)
        else:
            requests.answer(permit, number, words=request.POST.get("words", ""))
    except Invalid as error:
        return _again(request, number, error)
    return _to(request, number)


@guarded(Action.PERSON_CHANGE)
@require_http_methods(["GET", "POST"])
def person_change(request: HttpRequest, person: UUID) -> HttpResponse:
    """The form by which other duties are asked for."""
    found = Person.objects.filter(pk=person, is_active=True).first()
    if found is None:
        raise Hidden
    request.permit.ledger.facts["person"] = str(person)  # type: ignore[attr-defined]
    place = role_changes.place(found)
    values = place | {"rank": str(place["rank"]), "reason": ""}
    if request.method == "GET":
        return _form(request, found, values, {})
    sent = request.POST
    values |= {name: sent.get(name, "") for name in ("rank", "branch", "reason")} | {"roles": sent.getlist("roles")}
    try:
        wanted: dict[str, Any] = values | {"rank": requests.typed_number(values["rank"]) or 0}
        row = role_changes.change(request.permit, person, **wanted)  # type: ignore[attr-defined]
    except Invalid as error:
        return _form(request, found, values, error.fields or {"roles": error.reason}, status=422)
    messages.success(request, _("Request sent. It takes effect once a second person approves it."))
    return _to(request, row.pk)


def _form(
    request: HttpRequest, person: Person, values: dict[str, Any], errors: dict[str, Any], status: int = 200
) -> HttpResponse:
    branches = [("", _("no branch")), *Branch.objects.order_by("code").values_list("code", "name")]
    context = {"person": person, "values": values, "errors": errors, "branches": branches}
    context["roles"] = policy.current().duties
    name = "access/person_fields.html" if request.headers.get("HX-Request") else "access/person_change.html"
    return render(request, name, context | {"ranks": range(1, registry.MOST_RANK + 1)}, status=status)


def _shown(request: HttpRequest, number: UUID, errors: dict[str, Any] | None = None) -> dict[str, Any]:
    person = _person(request)
    found = requests.request(request.permit, number, person)  # type: ignore[attr-defined]
    still = found.row.state in requests.OPEN
    return {
        "asked": found, "row": found.row, "states": STATES, "said": SAID, "errors": errors or {},
        "moment_of": requests.moment_of, "decides": found.decides and still,
        "asker": found.row.asker_id == person.id and still, "typed": request.POST,
    }  # fmt: skip


def _again(request: HttpRequest, number: UUID, error: Invalid) -> HttpResponse:
    context = _shown(request, number, error.fields or {"words": error.reason})
    return render(request, "access/request.html", context, status=422)


def _to(request: HttpRequest, number: UUID) -> HttpResponse:
    return onward(request, reverse("approval", kwargs={"number": number}))


def _person(request: HttpRequest) -> Person:
    return request.user  # type: ignore[return-value]
