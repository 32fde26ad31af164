"""Pages of emergencies: to break the glass, and to review who did."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride import audit
from toride.access import openings
from toride.access.actions import Action
from toride.access.approvals.requests import typed_number
from toride.access.exceptions import by_number, emergencies
from toride.access.models import Glass, Person
from toride.access.policies import words
from toride.access.responses import onward
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid
from toride.base.guard import guarded
from toride.base.ids import parsed

MINUTES = (15, 30, 60)
VERDICTS = {
    Glass.Verdict.OPEN: (lazy("awaiting review"), "soon"),
    Glass.Verdict.RIGHT: (lazy("justified"), "ok"),
    Glass.Verdict.WRONG: (lazy("not justified"), "late"),
}


@guarded(Action.GLASS_BREAK, subject="subject")
@require_http_methods(["GET", "POST"])
def break_glass(request: HttpRequest, subject: UUID) -> HttpResponse:
    """Says why, which kind of emergency, how long, and which categories; then the record opens."""
    context = _asked(request, subject=subject)
    if request.method == "GET":
        return _blank(request, context)
    try:
        emergencies.break_glass(request.permit, subject, **_wish(request))  # type: ignore[attr-defined]
    except Invalid as error:
        return _again(request, context, error.fields)
    messages.success(request, _("Emergency access granted. The owner and the branch manager have been notified."))
    return onward(request, reverse("profile", kwargs={"subject": subject}))


@guarded(Action.GLASS_REACH)
@require_http_methods(["GET", "POST"])
def reach(request: HttpRequest) -> HttpResponse:
    """The same for a customer out of reach, by number; the search brings the number here, by post as well."""
    context = _asked(request, subject=None)
    if "kind" not in request.POST:
        return _blank(request, context)
    try:
        number = request.POST.get("number", "")
        row = by_number.reach(request.permit, number=number, **_wish(request))  # type: ignore[attr-defined]
    except Invalid as error:
        return _again(request, context, error.fields)
    except Conflict as error:
        audit.commit(request.permit, outcome="failed", reason="tries")  # type: ignore[attr-defined]
        return _again(request, context, {"number": error.reason}, error.status)
    if row is None:
        return _again(request, context, {"number": _("This number is not available. The attempt has been recorded.")})
    messages.success(request, _("Emergency access granted. The owner and the branch manager have been notified."))
    return onward(request, reverse("profile", kwargs={"subject": row.subject_id}))


@guarded(Action.GLASS_END)
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Ends one's own emergency before its time."""
    whom = parsed(request.POST.get("subject"))
    if whom is None:
        raise Hidden
    ended = emergencies.end(request.permit, whom)  # type: ignore[attr-defined]
    messages.success(request, _("Emergency access ended. It will still be reviewed."))
    beyond = any(row.beyond for row in ended)
    return onward(request, reverse("home") if beyond else reverse("profile", kwargs={"subject": whom}))


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
            raise Invalid(_("Choose a decision."))
        emergencies.review(request.permit, number, right=decision == "right", words=words)  # type: ignore[attr-defined]
    except Invalid as error:
        errors = {number: error.fields.get("words", error.reason)}
        return render(request, "access/reviews_list.html", _reviews(request, errors), status=422)
    return onward(request, reverse("glass_reviews"))


def notices(person: Person, may: frozenset[str]) -> dict[str, Any]:
    """For a person's home: what they were told of, and whom out of their reach they have open."""
    return {
        "reached": emergencies.reached(person) if Action.GLASS_REACH in may else [],
        "told": emergencies.told(person), "broken": openings.listed, "categories": words.CATEGORIES,
    }  # fmt: skip


def _reviews(request: HttpRequest, errors: dict[UUID, Any]) -> dict[str, Any]:
    permit, person = request.permit, _person(request)  # type: ignore[attr-defined]
    permit.ledger.facts["read"] = "reviews"
    lists = [emergencies.opened(permit, rows) for rows in (emergencies.to_review(person), emergencies.reviewed(person))]
    return {
        "lists": lists, "errors": errors, "typed": request.POST, "kinds": emergencies.KINDS, "verdicts": VERDICTS,
        "categories": words.CATEGORIES, "moment_now": clock.now(),
    }  # fmt: skip


def _asked(request: HttpRequest, subject: UUID | None) -> dict[str, Any]:
    return {
        "subject": subject, "kinds": emergencies.KINDS, "minutes": MINUTES, "categories": words.CATEGORIES,
        "chosen": request.POST.getlist("categories") or request.GET.getlist("category"), "typed": request.POST,
        "errors": {}, "warning": _warning(),
    }  # fmt: skip


def _blank(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    request.permit.ledger.facts["read"] = "glass"  # type: ignore[attr-defined]
    return render(request, "access/glass.html", context)


def _again(request: HttpRequest, context: dict[str, Any], errors: Mapping[str, Any], status: int = 422) -> HttpResponse:
    return render(request, "access/glass_form.html", context | {"errors": errors}, status=status)


def _wish(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST
    return {
        "kind": sent.get("kind", ""), "categories": openings.chosen(sent.getlist("categories")),
        "minutes": typed_number(sent.get("minutes", "")) or 0, "reason": sent.get("reason", ""),
    }  # fmt: skip


def _warning() -> str:
    return _(
        "Access is immediate. The owner and the branch manager are notified of your name and the "
        "categories you view, and someone else reviews it within %(days)d days."
    ) % {"days": settings.GLASS_REVIEW.days}


def _person(request: HttpRequest) -> Person:
    return request.user  # type: ignore[return-value]
