"""Pages of emergencies: to break the glass, and to review who did."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride.access import emergencies, glass, wording
from toride.access.actions import Action
from toride.access.approvals import typed_number
from toride.access.models import Glass, Person
from toride.base import clock
from toride.base.errors import Invalid
from toride.base.guard import guarded

MINUTES = (15, 30, 60)
VERDICTS = {
    Glass.Verdict.OPEN: (lazy("to be reviewed"), "soon"),
    Glass.Verdict.RIGHT: (lazy("it was right"), "ok"),
    Glass.Verdict.WRONG: (lazy("it was not right"), "late"),
}


@guarded(Action.GLASS_BREAK, subject="subject")
@require_http_methods(["GET", "POST"])
def break_glass(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Says why, which kind of emergency, how long, and which categories; then the record opens."""
    permit, sent = request.permit, request.POST  # type: ignore[attr-defined]
    chosen = sent.getlist("categories") or request.GET.getlist("category")
    context: dict[str, Any] = {
        "subject": subject, "kinds": emergencies.KINDS, "minutes": MINUTES, "categories": wording.CATEGORIES,
        "chosen": chosen, "typed": sent, "errors": {}, "warning": _warning(),
    }  # fmt: skip
    if request.method == "GET":
        permit.ledger.facts["read"] = "glass"
        return render(request, "access/glass.html", context)
    try:
        emergencies.break_glass(
            permit, subject, kind=sent.get("kind", ""), categories=glass.chosen(chosen),
            minutes=typed_number(sent.get("minutes", "")) or 0, reason=sent.get("reason", ""),
        )  # fmt: skip
    except Invalid as error:
        context["errors"] = error.fields
        return render(request, "access/glass_form.html", context, status=422)
    messages.success(request, _("Opened in an emergency. The owners of the data have been told."))
    return _to(request, reverse("profile", kwargs={"subject": subject}))


@guarded(Action.GLASS_REVIEW)
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """Emergencies to review, and those that are."""
    return render(request, "access/reviews.html", _reviews(request, {}))


@guarded(Action.GLASS_REVIEW)
@require_POST
def review(request: HttpRequest, number: UUID) -> HttpResponse:
    """Was it right?"""
    decision, words = request.POST.get("decision"), request.POST.get("words", "")
    try:
        if decision not in {"right", "wrong"}:
            raise Invalid(_("Choose what you decide."))
        emergencies.review(request.permit, number, right=decision == "right", words=words)  # type: ignore[attr-defined]
    except Invalid as error:
        errors = {number: error.fields.get("words", error.reason)}
        return render(request, "access/reviews_list.html", _reviews(request, errors), status=422)
    return _to(request, reverse("glass_reviews"))


def notices(person: Person, may: frozenset[str]) -> dict[str, Any]:
    """For a person's home: how many emergencies wait for their review, and what they were told of."""
    return {
        "reviews": len(emergencies.to_review(person)) if Action.GLASS_REVIEW in may else 0,
        "told": emergencies.told(person), "broken": glass.listed, "categories": wording.CATEGORIES,
    }  # fmt: skip


def _reviews(request: HttpRequest, errors: dict[UUID, Any]) -> dict[str, Any]:
    permit, person = request.permit, _person(request)  # type: ignore[attr-defined]
    permit.ledger.facts["read"] = "reviews"
    lists = [emergencies.opened(permit, rows) for rows in (emergencies.to_review(person), emergencies.reviewed(person))]
    return {
        "lists": lists, "errors": errors, "typed": request.POST, "kinds": emergencies.KINDS, "verdicts": VERDICTS,
        "categories": wording.CATEGORIES, "moment_now": clock.now(),
    }  # fmt: skip


def _warning() -> str:
    return _(
        "It opens at once. Whoever answers for this customer is told your name and what you open, "
        "and somebody else reviews it within %(days)d days."
    ) % {"days": settings.GLASS_REVIEW.days}


def _to(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _person(request: HttpRequest) -> Person:
    return request.user  # type: ignore[return-value]
