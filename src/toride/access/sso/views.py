"""To the provider and back; whatever goes wrong there is one answer."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from toride import audit
from toride.access import responses
from toride.access.actions import Action
from toride.access.models import Provider
from toride.access.origin import door
from toride.access.signin import locks
from toride.access.sso import config, handshakes, login, logout, metadata, oidc, providers, saml, xml
from toride.access.sso.assertion import Doubt, Said
from toride.access.sso.handshakes import Under
from toride.audit.actions import System
from toride.base.errors import Unavailable
from toride.base.guard import guarded, open_to_all
from toride.vault.permit import Door


@open_to_all
@require_POST
def begin(request: HttpRequest, provider: UUID) -> HttpResponse:
    """To the provider, by a form of our own: no link from elsewhere begins a sign-in."""
    found = providers.find(provider, active=True)
    try:
        state, under = handshakes.begin(request, found, onward=request.POST.get("next", ""))
        return responses.onward(request, _away(request, found, state, under))
    except Unavailable:
        return _failed(request, found, "unavailable")


@guarded(Action.ACCOUNT_READ)
@require_GET
def prove(request: HttpRequest, provider: UUID) -> HttpResponse:
    """To the provider in a tab of its own, so that it asks once more; what was typed stays in the one before."""
    found = providers.find(provider, active=True)
    request.permit.ledger.facts |= {"read": "proof", "provider": str(provider)}  # type: ignore[attr-defined]
    request.permit.ledger.did = "prove"  # type: ignore[attr-defined]
    person: Any = request.user
    try:
        state, under = handshakes.begin(request, found, onward="", proof=person.id)
        return redirect(_away(request, found, state, under))
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
        said = _answered(request, found, under)
        if under.proof:
            answer = login.prove(request, found, said, under.proof)
        else:
            answer = login.enter(request, found, said, under.onward)
    except Doubt as doubt:
        return _failed(request, found, doubt.reason)
    except Unavailable:
        return _failed(request, found, "unavailable")
    locks.forgive(key)
    return answer


@csrf_exempt
@open_to_all
@require_POST
def post(request: HttpRequest, provider: UUID) -> HttpResponse:
    """What a provider's page posts (SAML). It comes without our cookies, so nothing is believed here: the browser comes
    back by itself, with them, for what was kept.
    """
    found = providers.find(provider, active=True)
    state, response = request.POST.get("RelayState", ""), request.POST.get("SAMLResponse", "")
    try:
        if found.kind != Provider.Kind.SAML or not 0 < len(response) <= xml.LARGEST:
            raise Doubt("answer")
        handshakes.keep(found, state, response)
    except Doubt as doubt:
        return _failed(request, found, doubt.reason)
    return HttpResponse(status=303, headers={"Location": f"{place(request, found)}?{urlencode({'state': state})}"})


@csrf_exempt
@open_to_all
@require_POST
def end(request: HttpRequest, provider: UUID) -> HttpResponse:
    """The provider itself says that somebody's session is over there (back channel)."""
    found, origin = providers.find(provider, active=True), door(request)
    reason = _ended(found, request.POST.get("logout_token", ""), origin)
    if not reason:
        return HttpResponse()
    facts, reason = {"provider": str(found.pk)}, f"sign-on:{reason}"
    audit.note(None, origin, System.SESSION_CLOSE, outcome="refused", reason=reason, facts=facts)
    return HttpResponse(status=400)


@open_to_all
@require_GET
def left(request: HttpRequest, provider: UUID) -> HttpResponse:
    """After signing out here: the provider may still know this browser."""
    found = providers.find(provider, active=True)
    try:
        there = logout.there(found)
    except Unavailable:
        there = ""
    return render(request, "access/left.html", {"provider": found, "there": there})


@open_to_all
@require_GET
def about(request: HttpRequest, provider: UUID) -> HttpResponse:
    """What we say of ourselves to a provider (SAML); also before it was taken up, since it must know us first."""
    content = metadata.ours(places(request, Provider(pk=provider)))
    return HttpResponse(content, content_type="application/samlmetadata+xml")


def place(request: HttpRequest, provider: Provider) -> str:
    """Where this provider sends people back to: each has an address of its own, so that none answers for another."""
    return here(request, "sign_on_back", provider)


def places(request: HttpRequest, provider: Provider) -> saml.Places:
    """The same for SAML: our name there, and where answers are posted."""
    return saml.Places(here(request, "sign_on_metadata", provider), here(request, "sign_on_post", provider))


def here(request: HttpRequest, name: str, provider: Provider) -> str:
    """An address of ours for this provider, in full."""
    return request.build_absolute_uri(reverse(name, kwargs={"provider": provider.pk}))


def _away(request: HttpRequest, provider: Provider, state: str, under: Under) -> str:
    one = config.read(provider.content)
    if provider.kind == Provider.Kind.SAML:
        return saml.address(one, state, under, places(request, provider))
    return oidc.address(one, state, under, place(request, provider))


def _answered(request: HttpRequest, provider: Provider, under: Under) -> Said:
    if provider.kind == Provider.Kind.SAML:
        return saml.answered(provider, under, places(request, provider))
    return oidc.answered(provider, under, request.GET.dict(), place(request, provider))


def _ended(provider: Provider, token: str, origin: Door) -> str:
    """Why nothing was ended; "" where it was."""
    key = locks.by_machine(origin.address)
    if provider.kind != Provider.Kind.OIDC:
        return "answer"
    if not locks.attempt(key):
        return "locked"
    try:
        logout.end(provider, token, origin)
    except Doubt as doubt:
        return doubt.reason
    except Unavailable:
        return "unavailable"
    locks.forgive(key)
    return ""


def _failed(request: HttpRequest, provider: Provider, reason: str) -> HttpResponse:
    """One page for every reason: unknown, ended, forged and expired look the same."""
    facts = {"provider": str(provider.pk)}
    audit.note(None, door(request), System.SESSION_OPEN, outcome="refused", reason=f"sign-on:{reason}", facts=facts)
    response = render(request, "access/sign_on_failed.html", {"provider": provider}, status=403)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response
