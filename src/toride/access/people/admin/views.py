"""The rules of sign-in, and the people who sign in: locked, signed in, enrolled."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_POST

from toride import audit
from toride.access import integrity, policy
from toride.access.actions import Action
from toride.access.approvals import requests
from toride.access.models import Approval, Branch, Person
from toride.access.origin import door
from toride.access.people.admin import forms, listing
from toride.access.people.registry import MOST_RANK, dismiss, hire
from toride.access.responses import onward
from toride.access.signin import devices, locks, recovery, reset, rule_changes, rules
from toride.base.errors import Conflict, Hidden, Invalid, TorideError, Unavailable
from toride.base.guard import guarded

WEEKDAYS = (lazy("Mon"), lazy("Tue"), lazy("Wed"), lazy("Thu"), lazy("Fri"), lazy("Sat"), lazy("Sun"))
SCORES = (
    (2, lazy("Basic (resists online guessing)")),
    (3, lazy("Strong (resists offline guessing)")),
    (4, lazy("Very strong")),
)


@guarded(Action.RULES_CHANGE)
@require_GET
def rules_page(request: HttpRequest) -> HttpResponse:
    request.permit.ledger.facts["read"] = "rules"  # type: ignore[attr-defined]
    return _rules_page(request, rules.current(), {}, 200)


@guarded(Action.RULES_CHANGE, fresh=True)
@require_POST
def rules_passwords(request: HttpRequest) -> HttpResponse:
    before = rules.current()
    try:
        wanted = forms.passwords(before, request.POST)
        row = _ask_rules(request, rule_changes.PASSWORDS, wanted)
    except (Invalid, Conflict) as error:
        _failed(request)
        return _rules_page(request, before, _by_field(error), error.status, request.POST)
    return onward(request, reverse("approval", kwargs={"number": row.pk}))


@guarded(Action.RULES_CHANGE, fresh=True)
@require_POST
def rules_confirm(request: HttpRequest) -> HttpResponse:
    try:
        reason = request.POST.get("stored_reason", "")
        row = rule_changes.ask_stored(request.permit, reason=reason)  # type: ignore[attr-defined]
    except (Invalid, Conflict, Unavailable) as error:
        _failed(request)
        errors = {f"stored_{name}": advice for name, advice in _by_field(error).items()}
        return _rules_page(request, rules.current(), errors, error.status, stored=request.POST.get("stored_reason", ""))
    return onward(request, reverse("approval", kwargs={"number": row.pk}))


@guarded(Action.RULES_CHANGE, fresh=True)
def rules_duty(request: HttpRequest, role: str) -> HttpResponse:
    if role not in policy.current().duties:
        raise Hidden
    before = rules.current()
    if request.method != "POST":
        return _duty_page(request, role, before.of(role), {}, 200)
    try:
        wanted = forms.duty(before, role, request.POST)
        row = _ask_rules(request, rule_changes.DUTY + role, wanted)
    except (Invalid, Conflict) as error:
        _failed(request)
        return _duty_page(request, role, before.of(role), _by_field(error), error.status, request.POST)
    return onward(request, reverse("approval", kwargs={"number": row.pk}))


@guarded(Action.PERSON_READ)
@require_GET
def people_page(request: HttpRequest) -> HttpResponse:
    sought = listing.Sought.of(request.GET)
    page = listing.page(request.GET.get("page", ""), sought)
    request.permit.ledger.facts |= {"read": "people", "count": len(page.lines)}  # type: ignore[attr-defined]
    duties = policy.current().duties
    context = {"page": page, "roles": duties, "since": listing.since, "forgot": listing.forgot()}
    context |= {"sought": sought, "states": listing.STATES, "branches": _branches(), "adoption": listing.adoption()}
    return render(request, "access/people.html", context | {"is_place": integrity.is_place, "more": _more(request)})


@guarded(Action.PERSON_MANAGE, fresh=True)
def person_new(request: HttpRequest) -> HttpResponse:
    """A new person, without a password: a start code lets them set their own."""
    sent = request.POST
    values: dict[str, Any] = {name: sent.get(name, "").strip() for name in ("username", "name", "branch", "rank")}
    values |= {"roles": sent.getlist("roles"), "rank": values["rank"] or "1"}
    if request.method != "POST":
        return _new_form(request, values, {}, 200)
    try:
        if not values["roles"]:
            raise Invalid(_("Choose at least one role."), {"roles": _("Choose at least one role.")})
        wanted = values | {"rank": requests.typed_number(values["rank"]) or 0}
        made = hire(request.permit, **wanted)  # type: ignore[attr-defined]
    except (Invalid, Conflict) as error:
        audit.commit(request.permit, outcome="failed", reason="form")  # type: ignore[attr-defined]
        taken = {"username": _("This sign-in name is already in use.")}
        errors = getattr(error, "fields", {}) or (taken if isinstance(error, Conflict) else {"roles": error.reason})
        return _new_form(request, values, errors, error.status)
    messages.success(request, _("Added. Issue a start code so that they can set their password."))
    return onward(request, reverse("person_start", kwargs={"person": made.pk}))


@guarded(Action.PERSON_MANAGE, fresh=True)
@require_POST
def person_unlock(request: HttpRequest, person: UUID) -> HttpResponse:
    locks.unlock(request.permit, person=_person(person))  # type: ignore[attr-defined]
    return redirect("people")


@guarded(Action.PERSON_MANAGE, fresh=True)
@require_POST
def person_sign_out(request: HttpRequest, person: UUID) -> HttpResponse:
    devices.end_of(request.permit, person=_person(person))  # type: ignore[attr-defined]
    return redirect("people")


@guarded(Action.PERSON_MANAGE, fresh=True)
def person_lost(request: HttpRequest, person: UUID) -> HttpResponse:
    found = _person(person)
    context: dict[str, Any] = {"person": found, "reason": request.POST.get("reason", ""), "error": ""}
    if request.method != "POST":
        return render(request, "access/lost.html", context)
    try:
        row = reset.ask(request.permit, person, reason=context["reason"])  # type: ignore[attr-defined]
    except (Invalid, Conflict) as error:
        audit.commit(request.permit, outcome="failed", reason="lost")  # type: ignore[attr-defined]
        told = error.fields.get("reason") if isinstance(error, Invalid) else None
        return render(request, "access/lost.html", context | {"error": told or error.reason}, status=error.status)
    return onward(request, reverse("approval", kwargs={"number": row.pk}))


@guarded(Action.PERSON_MANAGE, fresh=True)
def person_start(request: HttpRequest, person: UUID) -> HttpResponse:
    """A start code: asked for where two must agree, given where one may, or where they have agreed."""
    found, permit = _person(person), request.permit  # type: ignore[attr-defined]
    two = recovery.takes_two(found) and recovery.agreed(permit, person) is None
    context: dict[str, Any] = {
        "person": found,
        "two": two,
        "checks": recovery.CHECKS,
        "errors": {},
        "typed": request.POST,
    }
    if request.method != "POST":
        return render(request, "access/start_code.html", context)
    checked = request.POST.get("checked", "")
    try:
        if two:
            asked = recovery.ask(permit, person=person, checked=checked, reason=request.POST.get("reason", ""))
            return onward(request, reverse("approval", kwargs={"number": asked.pk}))
        row, code = recovery.issue(permit, person=person, checked=checked)
    except (Invalid, Conflict) as error:
        audit.commit(permit, outcome="failed", reason="start")
        errors = getattr(error, "fields", {}) or {"": error.reason}
        return render(request, "access/start_code.html", context | {"errors": errors}, status=error.status)
    return render(request, "access/start_code_given.html", {"person": found, "code": code, "until": row.expires})


@guarded(Action.PERSON_MANAGE, fresh=True)
@require_POST
def person_end(request: HttpRequest, person: UUID) -> HttpResponse:
    dismiss(request.permit, username=_person(person).username)  # type: ignore[attr-defined]
    return redirect("people")


def _new_form(request: HttpRequest, values: dict[str, Any], errors: dict[str, Any], status: int) -> HttpResponse:
    context = {"values": values, "errors": errors, "branches": _branches(), "roles": policy.current().duties}
    name = "access/person_new_fields.html" if request.headers.get("HX-Request") else "access/person_new.html"
    return render(request, name, context | {"ranks": range(1, MOST_RANK + 1)}, status=status)


def _branches() -> list[tuple[str, str]]:
    return list(Branch.objects.order_by("code").values_list("code", "name"))


def _more(request: HttpRequest) -> str:
    """The address of another page of the same people, but for its number."""
    asked = request.GET.copy()
    asked.pop("page", None)
    return f"?{asked.urlencode()}&page=" if asked else "?page="


def _person(one: UUID) -> Person:
    found = Person.objects.filter(pk=one).first()
    if found is None:
        raise Hidden
    return found


def _ask_rules(request: HttpRequest, part: str, wanted: rules.Rules) -> Approval:
    permit, reason = request.permit, request.POST.get("reason", "")  # type: ignore[attr-defined]
    return rule_changes.ask(permit, part=part, wanted=wanted, reason=reason)


def _by_field(error: TorideError) -> dict[str, Any]:
    """Advice by field; "" for the whole form."""
    return getattr(error, "fields", {}) or {"": error.reason or str(error)}


def _rules_page(
    request: HttpRequest, found: rules.Rules, errors: dict[str, Any], status: int, typed: Any = None, stored: str = ""
) -> HttpResponse:
    values = {**listing.values(found.passwords), "proof": found.proof, "passkeys": found.passkeys}
    values |= {"passkeys": "", **typed.dict()} if typed else {}
    context = {
        "values": values,
        "errors": errors,
        "scores": [(str(score), label) for score, label in SCORES],
        "duties": [(code, duty.label, found.of(code)) for code, duty in policy.current().duties.items()],
        "said": rule_changes.sentences,
        "confirmed": rules.stand(),
        "stored_reason": stored,
        "pending": rule_changes.pending(),
    }
    return render(request, "access/rules.html", context, status=status)


def _duty_page(
    request: HttpRequest, role: str, duty: rules.Duty, errors: dict[str, Any], status: int, typed: Any = None
) -> HttpResponse:
    values = listing.values(duty) | {"networks": "\n".join(duty.networks), "factor": "1" if duty.factor else ""}
    days = [str(day) for day in duty.weekdays] or [str(day) for day in range(forms.WEEK)]
    if typed:
        values |= {"factor": ""} | typed.dict()
        days = typed.getlist("weekdays")
    context = {
        "role": policy.current().duties[role],
        "values": values,
        "days": days,
        "errors": errors,
        "weekdays": [(str(number), label) for number, label in enumerate(WEEKDAYS)],
        "address": _("Your current address: %(address)s") % {"address": door(request).address},
    }
    return render(request, "access/rules_duty.html", context, status=status)


def _failed(request: HttpRequest) -> None:
    audit.commit(request.permit, outcome="failed", reason="rules")  # type: ignore[attr-defined]
