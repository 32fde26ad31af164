"""A person's superior, deputies and reports, on one page."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from toride import audit
from toride.access.actions import Action
from toride.access.models import Person
from toride.access.people import reporting
from toride.access.responses import onward
from toride.base import clock
from toride.base.errors import Conflict, Hidden, Invalid
from toride.base.guard import guarded

OFFERED = 300  # names in the list that the fields offer


@guarded(Action.PERSON_MANAGE)
def person_reporting(request: HttpRequest, person: UUID) -> HttpResponse:
    """The page; posted, one of its forms."""
    found = Person.objects.filter(pk=person).first()
    if found is None:
        raise Hidden
    if request.method != "POST":
        request.permit.ledger.facts |= {"read": "people", "person": str(found.pk)}  # type: ignore[attr-defined]
        return _page(request, found, {}, 200)
    try:
        _change(request, person)
    except (Invalid, Conflict) as error:
        audit.commit(request.permit, outcome="failed", reason="form")  # type: ignore[attr-defined]
        return _page(request, found, getattr(error, "fields", {}) or {"deputy": error.reason}, error.status)
    return onward(request, reverse("person_reporting", kwargs={"person": person}))


def _change(request: HttpRequest, person: UUID) -> None:
    sent, permit = request.POST, request.permit  # type: ignore[attr-defined]
    if "line" in sent:
        line = int(sent["line"]) if sent["line"].isdecimal() and len(sent["line"]) < 10 else 0  # noqa: PLR2004
        reporting.end_deputy(permit, person=person, line=line)
    elif "deputy" in sent:
        begins, ends = _day(sent.get("from", ""), "from"), _day(sent.get("ends", ""), "ends")
        reporting.set_deputy(permit, person=person, to=sent["deputy"], begins=begins, ends=ends)
    else:
        begins = _day(sent.get("begins", ""), "begins")
        to = sent.get("to", "").strip()
        if not to and "none" not in sent:
            raise Invalid(_("Please fix the highlighted fields."), {"to": _("Enter a sign-in name.")})
        reporting.set_superior(permit, person=person, to=to, begins=begins)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(_("Please fix the highlighted fields."), {field: _("Enter a date.")}) from None


def _page(request: HttpRequest, person: Person, errors: dict[str, Any], status: int) -> HttpResponse:
    others = Person.objects.filter(is_active=True).exclude(pk=person.pk).order_by("-rank", "username")
    context = {
        "person": person,
        "lines": reporting.lines(person.pk),
        "reports": reporting.reports(person.pk),
        "answering": reporting.answering(person.pk),
        "people": others.values_list("username", "name")[:OFFERED],
        "today": clock.today().isoformat(),
        "typed": request.POST if request.method == "POST" else {},
        "errors": errors,
    }
    return render(request, "access/person_reporting.html", context, status=status)
