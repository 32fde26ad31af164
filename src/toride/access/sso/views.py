"""To the provider and back; whatever goes wrong there is one answer."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from toride import audit
from toride.access import answers, locks
from toride.access.actions import Action
from toride.access.door import door
from toride.access.models import Provider
from toride.access.sso import config, entering, handshakes, oidc, providers
from toride.access.sso.said import Doubt
from toride.audit.actions import System
from toride.base.errors import Unavailable
from toride.base.guard import guarded, open_to_all


@open_to_all
@require_POST
def begin(request: HttpRequest, provider: UUID) -> HttpResponse:
    """To the provider, by a form of our own: no link from elsewhere begins a sign-in."""
    found = providers.find(provider, active=True)
    try:
        state, under = handshakes.begin(request, found, onward=request.POST.get("next", ""))
        return answers.onward(request, oidc.address(config.read(found.content), state, under, place(request, found)))
    except Unavailable:
        return _failed(request, found, "unavailable")


@guarded(Action.ACCOUNT_READ)
@require_GET
def prove(request: HttpRequest, provider: UUID) -> HttpResponse:
    """To the provider in a tab of its own, so that it asks once more; what was typed stays in the one before."""
    found = providers.find(provider, active=True)
    request.permit.ledger.facts |= {"read": "proof", "provider": str(provider)}  # type: ignore[attr-defined]
    person: Any = request.user
    try:
        state, under = handshakes.begin(request, found, onward="", proof=person.id)
        return redirect(oidc.address(config.read(found.content), state, under, place(request, found)))
    except Unavailable:
        return _failed(request, found, "unavailable")


@open_to_all
@require_GET
def back(request: HttpRequest, provider: UUID) -> HttpResponse:
    """What the provider's answer comes to."""
    found = providers.find(provider, active=True)
    key = locks.by_address(door(request).address)
    if not locks.attempt(key):
        return _failed(request, found, "locked")
    try:
        under = handshakes.take(request, found, request.GET.get("state", ""))
        said = oidc.answered(found, under, request.GET.dict(), place(request, found))
        if under.proof:
            answer = entering.prove(request, found, said, under.proof)
        else:
            answer = entering.enter(request, found, said, under.onward)
    except Doubt as doubt:
        return _failed(request, found, doubt.reason)
    except Unavailable:
        return _failed(request, found, "unavailable")
    locks.forgive(key)
    return answer


def place(request: HttpRequest, provider: Provider) -> str:
    """Where this provider sends people back to: each has an address of its own, so that none answers for another."""
    return request.build_absolute_uri(reverse("sign_on_back", kwargs={"provider": provider.pk}))


def _failed(request: HttpRequest, provider: Provider, reason: str) -> HttpResponse:
    """One page for every reason: unknown, ended, forged and expired look the same."""
    facts = {"provider": str(provider.pk)}
    audit.note(None, door(request), System.SESSION_OPEN, outcome="refused", reason=f"sign-on:{reason}", facts=facts)
    response = render(request, "access/sign_on_failed.html", {"provider": provider}, status=403)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response
