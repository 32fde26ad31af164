"""Pages of duties in a draft of the policy: made, copied, called, kept apart, removed; new actions taken up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from toride.access import roles
from toride.access.actions import Action
from toride.access.approvals.requests import typed_number
from toride.access.models import Person
from toride.access.people import registry
from toride.access.policies import drafts, versions, words
from toride.access.policy import Duty, Policy
from toride.access.responses import onward
from toride.base.errors import Hidden, Invalid
from toride.base.guard import guarded

EMPTY: dict[str, Any] = {"ja": "", "en": "", "rank": "1", "apart": [], "like": ""}


@guarded(Action.POLICY_CHANGE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new duty, empty or a copy."""
    if request.method == "GET":
        _note(request, "new")
        return _form(request, None, EMPTY)
    sent = _sent(request)
    try:
        drafts.make(request.permit, **sent, like=request.POST.get("like", ""))  # type: ignore[attr-defined]
    except Invalid as error:
        return _form(request, None, _again(request), error)
    messages.success(request, _("Saved to the draft."))
    return onward(request, "policy_draft")


@guarded(Action.POLICY_CHANGE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, role: str) -> HttpResponse:
    """What a duty is called, who may hold it, who holds it."""
    duty = _policy(request).duties.get(role)
    if duty is None:
        raise Hidden
    if request.method == "GET":
        _note(request, role)
        return _form(request, duty, _values(duty))
    try:
        drafts.describe(request.permit, role=role, **_sent(request))  # type: ignore[attr-defined]
    except Invalid as error:
        return _form(request, duty, _again(request), error)
    messages.success(request, _("Saved to the draft."))
    return onward(request, "policy_draft")


@guarded(Action.POLICY_CHANGE)
@require_POST
def remove(request: HttpRequest, role: str) -> HttpResponse:
    """The duty goes from the draft."""
    duty = _policy(request).duties.get(role)
    if duty is None:
        raise Hidden
    try:
        drafts.remove(request.permit, role=role)  # type: ignore[attr-defined]
    except Invalid as error:
        return _form(request, duty, _values(duty), error)
    return onward(request, "policy_draft")


@guarded(Action.POLICY_CHANGE)
@require_POST
def take_up(request: HttpRequest) -> HttpResponse:
    """What the delivered duties give of new actions goes into the draft."""
    drafts.take_up(request.permit)  # type: ignore[attr-defined]
    return onward(request, "policy_draft")


def _form(
    request: HttpRequest, duty: Duty | None, values: dict[str, Any], error: Invalid | None = None
) -> HttpResponse:
    rules = _policy(request)
    others = [one for one in rules.duties.values() if duty is None or one.code != duty.code]
    context = {
        "duty": duty, "values": values, "others": others, "ranks": range(1, registry.MOST_RANK + 1),
        "errors": error.fields if error else {}, "error": error.reason if error else "",
        "delivered": duty.code in roles.SHIPPED if duty else False, "bound": _bound(rules, duty),
        "holders": _holders(duty) if duty else [], "groups": versions.given().get(duty.code, []) if duty else [],
        "longest": versions.LONGEST_NAME, "wording": words,
    }  # fmt: skip
    name = "access/duty_form.html" if request.headers.get("HX-Request") else "access/duty.html"
    return render(request, name, context, status=422 if error else 200)


def _bound(rules: Policy, duty: Duty | None) -> frozenset[str]:
    """From which duties this one is kept apart whatever its draft says."""
    if duty is None:
        return frozenset()
    return frozenset(
        code
        for code, one in rules.duties.items()
        if code != duty.code
        and (duty.code in one.apart or rules.by_acts(code, duty.code) or frozenset((code, duty.code)) in roles.SEPARATE)
    )


def _values(duty: Duty) -> dict[str, Any]:
    japanese, english = duty.names
    return {"ja": japanese, "en": english, "rank": str(duty.rank), "apart": list(duty.apart)}


def _holders(duty: Duty) -> list[str]:
    people = Person.objects.filter(is_active=True).order_by("name")
    return [one.name for one in people if duty.code in one.roles]


def _sent(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST
    return {
        "ja": sent.get("ja", ""),
        "en": sent.get("en", ""),
        "rank": typed_number(sent.get("rank", "")) or 0,
        "apart": sent.getlist("apart"),
    }


def _again(request: HttpRequest) -> dict[str, Any]:
    return EMPTY | request.POST.dict() | {"apart": request.POST.getlist("apart")}


def _policy(request: HttpRequest) -> Policy:
    person: Any = request.user
    return drafts.policy_of(person)


def _note(request: HttpRequest, role: str) -> None:
    request.permit.ledger.facts |= {"read": "duty", "role": role}  # type: ignore[attr-defined]
