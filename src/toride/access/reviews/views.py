"""Pages of reviews: campaigns and their results, a reviewer's grants, the questions that somebody is to answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride import audit
from toride.access.actions import Action
from toride.access.approvals.requests import moment_of, typed_number
from toride.access.models import Branch, Department, Person
from toride.access.purposes import SHIPPED
from toride.access.responses import onward
from toride.access.reviews import (
    comments,
    decisions,
    escalation,
    evidence,
    queries,
    report,
    result,
    services,
    staff_file,
)
from toride.access.reviews.models import UNDECIDED, Item
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid
from toride.base.guard import guarded

STATES = {
    Item.State.OPEN: (lazy("undecided"), "soon"),
    Item.State.ASKED: (lazy("questioned"), "ai"),
    Item.State.KEPT: (lazy("kept"), "ok"),
    Item.State.REMOVED: (lazy("removed"), "off"),
}
SAID = {
    "question": lazy("Question"),
    "answer": lazy("Answer"),
    "keep": lazy("Reason for keeping"),
    "remove": lazy("Reason for removal"),
}
GRAVE = ("leaver", "clash")


@guarded(Action.CAMPAIGN_READ)
@require_GET
def campaigns(request: HttpRequest) -> HttpResponse:
    """The campaigns, with their figures side by side."""
    found = queries.campaigns(_permit(request))
    return render(request, "access/campaigns.html", _words(lines=found, moment_now=clock.now()))


@guarded(Action.CAMPAIGN_OPEN)
@require_http_methods(["GET", "POST"])
def campaign_new(request: HttpRequest) -> HttpResponse:
    """The form that opens a campaign."""
    if request.method == "GET":
        return _form(request, {**services.USUAL, "branches": [], "departments": [], "reviewer": ""}, {}, 200)
    sent = request.POST
    wanted = {name: sent.getlist(name) for name in ("branches", "departments")}
    figures = {name: typed_number(sent.get(name, "")) or 0 for name in services.DAYS}
    try:
        made = services.open_campaign(
            _permit(request), branches=wanted["branches"], departments=wanted["departments"],
            reviewer=sent.get("reviewer", "").strip(), days=figures["days"], unused=figures["unused"],
            dormant=figures["dormant"],
        )  # fmt: skip
    except Invalid as error:
        audit.commit(_permit(request), outcome="failed", reason="campaign")
        values = dict.fromkeys((*services.USUAL, "reviewer"), "") | sent.dict() | wanted
        return _form(request, values, error.fields, error.status)
    return onward(request, reverse("campaign", kwargs={"campaign": made.pk}))


@guarded(Action.CAMPAIGN_READ)
@require_GET
def campaign(request: HttpRequest, campaign: UUID) -> HttpResponse:
    """How far a campaign is, or its result."""
    found, shares, undecided = queries.campaign(_permit(request), campaign)
    told = dict(Person.objects.filter(pk__in=[one[0] for one in found.ended["people"]]).values_list("pk", "name"))
    names = [(told.get(UUID(who), ""), *rest) for who, *rest in found.ended["people"]]
    signed = result.of(found) if found.closed else None
    context = {"row": found, "shares": shares, "undecided": undecided, "ended": names, "signed": signed}
    context |= {"branches": dict(Branch.objects.values_list("code", "name")), "now_is": clock.now()}
    context["departments"] = dict(Department.objects.values_list("code", "name"))
    return render(request, "access/campaign.html", _words(**context))


@guarded(Action.CAMPAIGN_OPEN)
@require_http_methods(["PUT"])
def campaign_staff_file(request: HttpRequest, campaign: UUID) -> HttpResponse:
    """Takes the staff file, as raw bytes: it never lies on a disk."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > staff_file.LARGEST:
            raise Invalid(_("The staff file is larger than 1 MB."))
        services.compare(_permit(request), campaign=campaign, content=request.body)
    except Invalid as error:
        audit.commit(_permit(request), outcome="failed", reason="staff-file")
        return HttpResponse(str(error.reason), content_type="text/plain; charset=utf-8", status=error.status)
    messages.success(request, _("The staff file was compared and has not been stored."))
    return HttpResponse(status=204)


@guarded(Action.CAMPAIGN_OPEN)
@require_POST
def campaign_close(request: HttpRequest, campaign: UUID) -> HttpResponse:
    """Closes it, and signs the result."""
    services.close(_permit(request), campaign=campaign)
    return redirect("campaign", campaign=campaign)


@guarded(Action.CAMPAIGN_READ)
@require_GET
def campaign_result(request: HttpRequest, campaign: UUID) -> HttpResponse:
    """The signed result as a file; no customer is in it."""
    found, _shares, _undecided = queries.campaign(_permit(request), campaign)
    if not found.closed:
        raise Hidden
    _permit(request).ledger.facts["digest"] = result.digest(found.result)
    _permit(request).ledger.did = "download"
    headers = {"Content-Disposition": f'attachment; filename="access-review-{found.closed:%Y-%m-%d}.txt"'}
    return HttpResponse(found.result, content_type="text/plain; charset=utf-8", headers=headers)


@guarded(Action.CAMPAIGN_READ)
@require_GET
def campaign_document(request: HttpRequest, campaign: UUID) -> HttpResponse:
    """The signed result on paper."""
    found, _shares, _undecided = queries.campaign(_permit(request), campaign)
    if not found.closed:
        raise Hidden
    document = report.pdf(found)
    _permit(request).ledger.facts["digest"] = result.digest(found.result)
    _permit(request).ledger.did = "download"
    headers = {"Content-Disposition": f'attachment; filename="access-review-{found.closed:%Y-%m-%d}.pdf"'}
    return HttpResponse(document, content_type="application/pdf", headers=headers)


@guarded(Action.CAMPAIGN_DECIDE)
@require_GET
def grants(request: HttpRequest) -> HttpResponse:
    """A reviewer's grants, by person."""
    return _grants(request)


@guarded(Action.CAMPAIGN_DECIDE)
@require_POST
def grants_decide(request: HttpRequest) -> HttpResponse:
    """Keep, remove, ask: done at once, or shown first with names and count where words or a second look are due."""
    sent, permit, plan = request.POST, _permit(request), None
    chosen, decision = _ids(sent.getlist("items")), sent.get("decision", "")
    try:
        plan = decisions.plan(permit, chosen, decision)
        if (plan.wants_words or plan.wants_sure) and "sure" not in sent:
            return _grants(request, plan=plan)
        sure = typed_number(sent.get("sure", ""))
        services.decide(permit, items=chosen, decision=decision, words=sent.get("words", ""), sure=sure)
    except (Invalid, Conflict) as error:
        told = getattr(error, "fields", {}) or {"": error.reason}
        return _grants(request, plan=plan, errors=told, status=error.status)
    return _grants(request)


@guarded(Action.CAMPAIGN_DECIDE)
@require_GET
def grants_purposes(request: HttpRequest, person: UUID) -> HttpResponse:
    """For which purposes a person opened customers, beside their peers."""
    found, lines, peers = queries.purposes(_permit(request), person)
    context = {"person": found, "lines": lines, "peers": peers, "purposes": SHIPPED, "days": queries.WINDOW.days}
    return render(request, "access/grants_purposes.html", context)


@guarded(Action.CAMPAIGN_ANSWER)
@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """Questions about grants that this person may answer."""
    return _questions(request, {}, 200)


@guarded(Action.CAMPAIGN_ANSWER)
@require_POST
def question_answer(request: HttpRequest, item: UUID) -> HttpResponse:
    try:
        services.answer(_permit(request), item=item, words=request.POST.get("words", ""))
    except Invalid as error:
        return _questions(request, {item: error.fields["words"]}, error.status)
    return onward(request, "questions")


def _questions(request: HttpRequest, errors: dict[UUID, Any], status: int) -> HttpResponse:
    permit, person = _permit(request), request.user
    found = escalation.questions(person)  # type: ignore[arg-type]
    permit.ledger.facts |= {"read": "questions", "count": len(found)}
    asked = [queries.One(item, comments.heard(permit, item)) for item in found]
    context = _words(asked=asked, errors=errors, typed=request.POST)
    return render(request, _named(request, "questions_list", "questions"), context, status=status)


def _grants(
    request: HttpRequest, *, plan: Any = None, errors: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    sent = request.POST if request.method == "POST" else request.GET
    only = sent.get("finding", "") if sent.get("finding") in evidence.FINDINGS else ""
    page = queries.mine(_permit(request), only, typed_number(sent.get("page", "")) or 1)
    context = {
        "page": page, "only": only, "plan": plan, "errors": errors or {}, "words": request.POST.get("words", ""),
        "moment_now": clock.now(),
    }  # fmt: skip
    return render(request, _named(request, "grants_list", "grants"), _words(**context), status=status)


def _form(request: HttpRequest, values: dict[str, Any], errors: dict[str, Any], status: int) -> HttpResponse:
    context = {
        "values": values, "errors": errors,
        "branches": Branch.objects.order_by("code").values_list("code", "name"),
        "departments": Department.objects.order_by("code").values_list("code", "name"),
    }  # fmt: skip
    return render(request, _named(request, "campaign_fields", "campaign_new"), context, status=status)


def _named(request: HttpRequest, part: str, whole: str) -> str:
    return f"access/{part if request.headers.get('HX-Request') else whole}.html"


def _words(**context: Any) -> dict[str, Any]:
    words = {"states": STATES, "said": SAID, "findings": evidence.FINDINGS, "grave": GRAVE, "called": evidence.called}
    return {**words, "undecided_states": UNDECIDED, "moment_of": moment_of, **context}


def _ids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise Hidden from None


def _permit(request: HttpRequest) -> Any:
    return request.permit  # type: ignore[attr-defined]
