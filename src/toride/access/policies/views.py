"""Pages of the policy: drafted, compared, tried, asked for, explained."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toride.access import facts, policy, purposes
from toride.access.actions import Action
from toride.access.approvals.requests import typed_number
from toride.access.models import Person
from toride.access.people import registry
from toride.access.policies import comparison, drafts, explanation, key_generations, matrix, versions, words
from toride.access.policy import Duty
from toride.access.responses import onward
from toride.access.roles import HOME, WATERMARK, Reach
from toride.base import actions
from toride.base.errors import Invalid
from toride.base.guard import guarded
from toride.vault.permit import Category, Opening, Permit

DEPTHS = [(int(opening), words.DEPTHS[opening][0]) for opening in Opening]


@guarded(Action.POLICY_CHANGE)
@require_GET
def draft(request: HttpRequest) -> HttpResponse:
    """The draft as a matrix, what it would change, for whom, and the versions so far."""
    _permit(request).ledger.facts["read"] = "draft"
    return render(request, "access/draft.html", _shown(request))


@guarded(Action.POLICY_CHANGE)
@require_http_methods(["GET", "POST"])
def cell(request: HttpRequest, role: str, action: str) -> HttpResponse:
    """The rules of one role for one action."""
    rules = drafts.rules(_person(request), role, action)
    duty = drafts.policy_of(_person(request)).duties[role]
    if request.method == "GET":
        _permit(request).ledger.facts |= {"role": role, "action": action}
        return _cell(request, duty, action, rules, "")
    sent = list(_sent(request.POST, rules))
    try:
        drafts.put(_permit(request), role=role, action=action, rules=sent)
    except Invalid as error:
        return _cell(request, duty, action, sent, error.reason, status=422)
    return _to(request, "policy_draft")


@guarded(Action.POLICY_CHANGE)
@require_POST
def attempt(request: HttpRequest) -> HttpResponse:
    """What a person would see under the draft, without opening any customer."""
    try:
        person = registry.find(request.POST.get("username", ""))
    except Invalid:
        return render(request, "access/tried.html", {"person": None}, status=422)
    content = drafts.of(_person(request)) or versions.newest()[1]
    _permit(request).ledger.facts |= {"tried": str(person.id)}
    _permit(request).ledger.did = "try"
    sides = [matrix.opened(person, one) for one in (policy.current(), policy.compiled(content, "draft"))]
    context = {"person": person, "sides": sides, "purposes": purposes.SHIPPED, "wording": words}
    return render(request, "access/tried.html", context)


@guarded(Action.POLICY_CHANGE)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Asks a second person."""
    try:
        holds, reason = request.POST.get("holds", ""), request.POST.get("reason", "")
        row = versions.ask(_permit(request), holds=holds, reason=reason)
    except Invalid as error:
        context = {"errors": error.fields or {"reason": error.reason}, "typed": request.POST}
        return render(request, "access/policy_ask.html", context, status=422)
    messages.success(request, _("Request sent. It takes effect once a second person approves it."))
    return _to(request, "approval", number=row.pk)


@guarded(Action.POLICY_CHANGE)
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Ends the draft."""
    drafts.discard(_permit(request))
    return _to(request, "policy_draft")


@guarded(Action.POLICY_CHANGE)
@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """Drafts what a version says."""
    number = typed_number(request.POST.get("number", ""))
    drafts.restore(_permit(request), number=-1 if number is None else number)
    return _to(request, "policy_draft")


@guarded(Action.KEY_DESTROY)
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The generations of keys; the end of one is asked for here."""
    _permit(request).ledger.facts["read"] = "keys"
    context: dict[str, Any] = {"typed": request.POST, "errors": {}, "states": key_generations.STATES}
    if request.method == "GET":
        return render(request, "access/keys.html", context | {"rows": key_generations.listed()})
    try:
        asked = {name: request.POST.get(name, "") for name in ("generation", "reason")}
        row = key_generations.ask(_permit(request), **asked)
    except Invalid as error:
        context |= {"errors": error.fields or {"reason": error.reason}, "rows": key_generations.listed()}
        return render(request, "access/keys_list.html", context, status=422)
    messages.success(request, _("Request sent. It takes effect once a second person approves it."))
    return _to(request, "approval", number=row.pk)


@guarded(Action.RULE_EXPLAIN)
@require_http_methods(["GET", "POST"])
def why(request: HttpRequest) -> HttpResponse:
    """Why somebody may or may not; asked by post, so that no number stands in an address."""
    permit, sent = _permit(request), request.POST
    names = [(one, actions.label(one)) for one in (*versions.grantable(), *HOME.actions)]
    context: dict[str, Any] = {
        "names": sorted(names, key=lambda one: str(one[1])), "typed": sent, "errors": {}, "answer": None,
        "customers": bool(permit.rows.everything or permit.rows.branches),
    }  # fmt: skip
    if request.method == "GET":
        permit.ledger.facts["read"] = "explanation"
        return render(request, "access/why.html", context)
    try:
        asked = {name: sent.get(name, "").strip() for name in ("username", "action", "number")}
        context["answer"] = explanation.explain(permit, **asked)
    except Invalid as error:
        return render(request, "access/why_form.html", context | {"errors": error.fields}, status=422)
    return render(request, "access/why_form.html", context)


def _shown(request: HttpRequest) -> dict[str, Any]:
    number, standing = versions.newest()
    content = drafts.of(_person(request))
    before = policy.compiled(standing, "standing")
    after = policy.compiled(content, "draft") if content is not None else before
    difference = comparison.compare(before, after)
    granted = set(versions.grantable())
    called = {code: str(duty.label) for code, duty in {**before.duties, **after.duties}.items()}
    return {
        "matrix": matrix.table(after, granted), "difference": difference, "drafted": content is not None,
        "number": number, "changed": {(one.role, one.action) for one in difference.cells}, "granted": granted,
        "fresh": versions.ungranted(content or standing), "called": called,
        "versions": versions.all_of_them(), "in_force": policy.current().version, "name": policy.name,
        "wording": words, "purposes": purposes.SHIPPED, "label": actions.label, "errors": {}, "typed": {},
    }  # fmt: skip


def _cell(
    request: HttpRequest, duty: Duty, action: str, rules: list[dict[str, Any]], error: Any, status: int = 200
) -> HttpResponse:
    blank = {"purposes": [], "reach": "none", "rank": 1, "opens": {}, "fields": {}}
    fields = {
        category: [
            (f"{int(place)}.{name}", label) for (place, name), label in facts.fields.items() if place is category
        ]
        for category in Category
    }
    context = {
        "role": duty, "action": action, "label": actions.label(action), "rules": [*rules, blank],
        "fields": fields, "depths": DEPTHS, "reaches": words.REACHES, "categories": words.CATEGORIES,
        "purposes": purposes.SHIPPED, "ranks": range(1, registry.MOST_RANK + 1), "error": error,
    }  # fmt: skip
    name = "access/cell_form.html" if request.headers.get("HX-Request") else "access/cell.html"
    return render(request, name, context, status=status)


def _sent(form: Any, before: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rules of a form; one without a purpose is none."""
    for number in range(versions.MOST_RULES + 1):
        chosen = form.getlist(f"purposes-{number}")
        if not chosen:
            continue
        kept = before[number]["obligations"] if number < len(before) else [WATERMARK]
        yield {
            "purposes": chosen,
            "reach": form.get(f"reach-{number}", Reach.NONE.value),
            "rank": typed_number(form.get(f"rank-{number}", "1")) or 0,
            "opens": _numbers(form, f"open-{number}-", (str(int(one)) for one in Category), least=Opening.MASKED),
            "fields": _numbers(form, f"field-{number}-", (f"{int(one)}.{name}" for one, name in facts.fields)),
            "obligations": kept,
        }


def _numbers(form: Mapping[str, str], before: str, names: Iterator[str], least: int = 0) -> dict[str, int]:
    found = {name: typed_number(form.get(before + name, "")) for name in names}
    return {name: how for name, how in found.items() if how is not None and how >= least}


def _to(request: HttpRequest, name: str, **arguments: Any) -> HttpResponse:
    return onward(request, reverse(name, kwargs=arguments or None))


def _permit(request: HttpRequest) -> Permit:
    return request.permit  # type: ignore[attr-defined, no-any-return]


def _person(request: HttpRequest) -> Person:
    return request.user  # type: ignore[return-value]
