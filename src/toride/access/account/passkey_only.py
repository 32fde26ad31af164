"""Signing in with a passkey alone, without a name: it verified its person, so it is both factors at once."""

from typing import Any

import orjson
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from toride import audit
from toride.access.models import Person
from toride.access.origin import door
from toride.access.signin import factors, locks, passkeys, rules
from toride.access.signin.steps import BY_PASSKEY
from toride.access.sso import providers
from toride.audit.actions import System
from toride.base.errors import Hidden
from toride.base.guard import open_to_all
from toride.vault.permit import Actor


@open_to_all
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """What the browser is asked; then its answer, which is refused alike whatever is wrong."""
    if not rules.current().passkeys:
        raise Hidden
    answer = request.POST.get("key")
    if not answer:
        asked = orjson.dumps(passkeys.ask(request, ()))
        return HttpResponse(asked, content_type="application/json", headers={"Cache-Control": "no-store"})
    owner = passkeys.owner(answer)
    person: Any = Person.objects.filter(pk=owner).first() if owner else None
    reason = _obstacle(request, person, answer)
    actor = Actor(person.id, person.username, person.name) if person else None
    if reason:
        audit.note(actor, door(request), System.SESSION_OPEN, outcome="refused", reason=reason)
        return render(request, "access/passkey_failed.html", {}, status=403)
    audit.note(actor, door(request), System.FACTOR_USE, facts={"factor": str(factors.Kind.KEY)})
    person.backend = settings.AUTHENTICATION_BACKENDS[0]
    begun = Login(user=person, redirect_url=request.POST.get("next", ""), signal_kwargs={BY_PASSKEY: True})
    return perform_login(request, begun)  # type: ignore[no-any-return]


def _obstacle(request: HttpRequest, person: Person | None, answer: str) -> str:
    """Why nobody comes in by this answer; "" where somebody does."""
    theirs = [locks.by_name(person.username), locks.by_factor(person.id)] if person else []
    keys = [locks.by_address(door(request).address), *theirs]
    if not locks.attempt(*keys):
        return "locked"
    if person is None or not person.is_active or not factors.use_key(request, person.id, answer):
        return "passkey"
    if not providers.takes_password(person):
        return "sign-on"
    locks.forgive(*keys)
    return ""
